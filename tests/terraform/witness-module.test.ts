import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Testing } from "cdktf";
import { parseConfiguration } from "../../config/load";
import type { ConfigurationInput } from "../../config/schema";
import { jsonLines, TerraformFolder } from "../../emulator/terraform-folder";
import { writeModules } from "../../stacks/hcl/write-modules";
import { WitnessStack } from "../../stacks/witness-stack";
import { IS_FULL, testFull } from "../tier";
import { callFiles, planned, stackFiles } from "./planned";

jest.setTimeout(300_000);

const ACCOUNT = "111122223333";
const WITNESS_ACCOUNT = "444455556666";
const WITNESS = "us-east-2";
const regionsOf = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { account: ACCOUNT }]));
const FOUR = regionsOf("ap-south-1", "eu-west-1", "us-east-1", "us-west-2");
const key = (region: string) => [region, `arn:aws:kms:${region}:${ACCOUNT}:key/ownership`];

const group = (witness: object, more: object = {}, recovery: object = {}): ConfigurationInput =>
  ({
    failover_group: "pay",
    regions: regionsOf("us-east-1", "us-west-2"),
    recovery: { witness: { region: WITNESS, ...witness }, ...recovery },
    queues: { orders: {} },
    tags: { team: "pay" },
    naming: { prefix: "prod-" },
    ...more,
  }) as ConfigurationInput;

const CASES: Readonly<Record<string, ConfigurationInput>> = {
  "in the group's account": group({}, {}, { ownership_deletion_protection: false }),
};
const MORE_CASES: Readonly<Record<string, ConfigurationInput>> = {
  "in an account of its own, with keys, beside four": group(
    { account: WITNESS_ACCOUNT },
    {
      regions: FOUR,
      role_path: "/sqs/",
      failover_group: "a-group-of-controllers-to-be-cut",
      naming: { prefix: "production-of-" },
    },
    { ownership_kms_key_arns: Object.fromEntries([...Object.keys(FOUR), WITNESS].map(key)) },
  ),
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-witness-"));
  writeModules(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const folders = () => ({ module: path.join(root, "witness") });

const cases = Object.entries(IS_FULL ? { ...CASES, ...MORE_CASES } : CASES);

test.each(cases)("the module makes what the stack makes: %s", async (name, input) => {
  const outdir = path.join(root, name.replace(/\W+/g, "-"));
  const app = Testing.app({ outdir });
  const stack = new WitnessStack(app, parseConfiguration(input));
  app.synth();
  const [ofStack, ofModule] = await Promise.all([
    planned(await stackFiles(path.join(outdir, "stacks", stack.node.id))),
    planned(callFiles(settingsIn(input), WITNESS), folders()),
  ]);
  expect(ofModule).toEqual(ofStack);
  expect(ofModule).toHaveLength(input.recovery?.witness?.account ? 2 : 1);
});

test("the module makes nothing when it shall not", async () => {
  const settings = { ...settingsIn(CASES["in the group's account"]!), create: false };
  expect(await planned(callFiles(settings, WITNESS), folders())).toEqual([]);
});

testFull.each<[string, object, string, readonly string[]]>([
  [
    "without a witness",
    { recovery: {} },
    WITNESS,
    ["recovery.witness is null: the witness that the module makes."],
  ],
  ["in another region", {}, "us-west-1", ['region is "us-west-1": that of the witness, us-east-2.']],
  [
    "in a region of the group",
    { recovery: { witness: { region: "us-east-1" } } },
    "us-east-1",
    ['recovery.witness.region is "us-east-1": a region other than us-east-1, us-west-2.'],
  ],
  [
    "beside three",
    { regions: regionsOf("eu-west-1", "us-east-1", "us-west-2") },
    WITNESS,
    ['recovery.witness is "us-east-2": nothing with 3 regions, whose own tables are an odd number.'],
  ],
])("a call %s is refused", async (_, more, region, sentences) => {
  const settings = { ...settingsIn(CASES["in the group's account"]!), ...more };
  const folder = await TerraformFolder.withProvider(callFiles(settings, region));
  try {
    await cp(folders().module, path.join(folder.root, "module"), { recursive: true });
    await folder.init(".");
    const { stdout } = await folder.run(".", "plan", "-json", "-input=false");
    const errors = jsonLines(stdout).flatMap(({ diagnostic }) => {
      const { severity, detail } = (diagnostic ?? {}) as Readonly<Record<"severity" | "detail", string>>;
      return severity === "error" ? [detail] : [];
    });
    expect(errors).toEqual(sentences);
  } finally {
    await folder.remove();
  }
});

/** What a file says that is a variable of the module. */
function settingsIn({ queues: _queues, ...settings }: ConfigurationInput): object {
  return settings;
}
