/** The table of AWS's constraints has every type of resource that this project makes, and no other. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ConfigurationInput } from "../../config/schema";
import { QUOTAS, type QuotaType, quotasOf } from "../../core/quotas/table";
import { configuration, PEER_ACCOUNT } from "../fixtures";
import { Template } from "../template";

const ROOT = path.join(__dirname, "..", "..");
const TYPES = Object.keys(QUOTAS).sort() as QuotaType[];

const provisioned = {
  type: "provisioned",
  read_capacity_units: 5,
  maximum_read_capacity_units: 500,
  write_capacity_units: 10,
  maximum_write_capacity_units: 1_000,
} as const;

/** Whatever can be there: a witness of another account, both ways in which health is told, both kinds of billing. */
const VARIANTS: readonly Partial<ConfigurationInput>[] = [
  { dns: { zone_id: "Z0123456789ABC", record: "orders.shop.example" }, ledger: { billing: provisioned } },
  {
    dns: { zone_id: "Z0123456789ABC", record: "orders.shop.example", health: { type: "metric" } },
    ledger: {},
    queues: { shipments: { fifo: true, mode: "sync" } },
  },
];

function synthesized(): readonly string[] {
  return VARIANTS.flatMap((over) => {
    const witness = { region: "us-east-2", account: PEER_ACCOUNT };
    const settings = configuration({ ...over, recovery: { witness } });
    const stacks = [
      Template.of(settings, "us-east-1"),
      Template.global(settings),
      Template.witness(settings),
    ];
    return stacks.flatMap(({ json }) => Object.keys(json.resource));
  });
}

/** Types at the addresses that a released version of the modules promised. */
function promised(): readonly string[] {
  const contract = readFileSync(path.join(ROOT, "tests", "terraform", "contract", "contract.json"), "utf8");
  const { resources } = JSON.parse(contract) as { readonly resources: Readonly<Record<string, object>> };
  return Object.keys(resources).flatMap((address) => /\.(aws_\w+)\./.exec(address)?.[1] ?? []);
}

/** Types in HCL that is written by hand: examples, and the estate that queues are adopted from. */
function written(...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(tf|ts)$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(path.join(ROOT, folder, file), "utf8");
        const hcl = [...text.matchAll(/^resource "(aws_\w+)"/gm)].map(([, type = ""]) => type);
        const constructs = [...text.matchAll(/@cdktf\/provider-aws\/lib\/([\w-]+)"/g)].map(
          ([, name = ""]) => `aws_${name.replaceAll("-", "_")}`,
        );
        return [...hcl, ...constructs].filter((type) => type !== "aws_provider");
      }),
  );
}

test.each<[string, () => readonly string[]]>([
  ["stacks", synthesized],
  ["modules", promised],
  ["examples", () => written("examples")],
  ["constructs", () => written("modules", "stacks")],
])("has the types of %s", (_, types) => {
  const made = [...new Set(types())];
  expect(made.length).toBeGreaterThan(3);
  expect(made.filter((type) => !(type in QUOTAS))).toEqual([]);
});

test("has no type that nobody makes", () => {
  const made = new Set([
    ...synthesized(),
    ...promised(),
    ...written("examples", "tests/terraform/sqs", "modules"),
  ]);
  expect(TYPES.filter((type) => !made.has(type))).toEqual([]);
});

test("names a page of AWS for every entry", () => {
  for (const type of TYPES) {
    const { attributes, tags, count, regions } = quotasOf(type);
    const entries = [...Object.values(attributes), tags, count, regions].filter(
      (entry) => entry !== undefined,
    );
    expect(entries.length).toBeGreaterThan(0);
    for (const { page } of entries) expect(page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html$/);
  }
});
