import { RENAMED } from "../../config/renamed";
import { configurationSchema } from "../../config/schema";
import { jsonLines, TerraformFolder } from "../../emulator/terraform-folder";
import { attributesOf, isObject, type Schema } from "../../stacks/hcl/schema-tree";
import { SETTINGS, settingsFiles } from "../../stacks/hcl/settings-module";
import { variablesOf } from "../../stacks/hcl/variables";

jest.setTimeout(120_000);

/** The module that checks settings, by file. */
const MODULE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(settingsFiles(variablesOf(configurationSchema, SETTINGS))).flatMap(([name, text]) => {
    const [folder, file] = name.split("/");
    return folder === "settings" ? [[file!, text] as const] : [];
  }),
);

const GOOD = {
  failover_group: "shop",
  regions: { "us-east-1": { account: "111122223333" }, "us-west-2": { account: "111122223333" } },
  queues: { orders: {} },
};

let folder: TerraformFolder;
afterEach(() => folder.remove());

/** What Terraform says, by call of the module with settings. */
async function errorsOf(calls: Readonly<Record<string, object>>): Promise<Readonly<Record<string, string>>> {
  const names = Object.keys(calls);
  const files = Object.entries(MODULE);
  folder = await TerraformFolder.of({
    ...Object.fromEntries(names.flatMap((call) => files.map(([name, text]) => [`${call}/${name}`, text]))),
    "main.tf.json": JSON.stringify({
      module: Object.fromEntries(
        Object.entries(calls).map(([call, settings]) => [
          call,
          // What a type or a value is refused for is told first, and alone.
          { source: `./${call}`, ...GOOD, given: { ...GOOD, ...settings } },
        ]),
      ),
    }),
  });
  await folder.succeed(".", "init", "-input=false");
  const { stdout } = await folder.run(".", "plan", "-json", "-input=false");
  const told = jsonLines(stdout).flatMap(({ diagnostic }) => {
    const { severity, detail, range } = (diagnostic ?? {}) as {
      severity?: string;
      detail: string;
      range?: { filename: string };
    };
    return severity === "error" ? [{ call: range?.filename.split("/")[0], detail }] : [];
  });
  return Object.fromEntries(
    names.map((call) => [
      call,
      told
        .filter((one) => one.call === call)
        .map(({ detail }) => detail)
        .join("\n"),
    ]),
  );
}

test("a name that no setting has is refused, with the name that was probably meant", async () => {
  const told = await errorsOf({
    good: { queues: { orders: { fifo: true, functions: null, policies: {} } }, recovery: null, dns: null },
    sqs: {
      queues: {
        orders: { fifo_queue: true, kms_master_key_id: "x", visibility_timeout: 900, consumer: ["1"] },
      },
    },
    deep: {
      queues: {
        orders: { functions: { memry_mb: 512 } },
        mails: {
          policies: {
            work: { queue_policy_statements: { a: { efect: "Allow", actions: [], principals: [] } } },
          },
        },
      },
    },
    elsewhere: {
      regions: { ...GOOD.regions, "us-east-1": { account: "111122223333", acount: "1" } },
      dns: { zone_id: "Z1", record: "a.example", endpoints: [{ record: "b.example", target: {} }] },
      recovery: { witness: { region: "eu-west-1", xyz: 1 } },
    },
  });
  expect(told.good).toBe("");
  expect(told.sqs).toBe(
    `queues.orders.consumer is no setting. Did you mean consumers?
queues.orders.fifo_queue is no setting. Fix: say fifo instead.
queues.orders.kms_master_key_id is no setting. Fix: say encryption.kms_key_arns instead, one key per region.
queues.orders.visibility_timeout is no setting. Did you mean visibility_timeout_seconds?`,
  );
  expect(told.deep).toContain("queues.orders.functions.memry_mb is no setting. Did you mean memory_mb?");
  expect(told.deep).toContain(
    "queues.mails.policies.work.queue_policy_statements.a.efect is no setting. Did you mean effect?",
  );
  expect(told.elsewhere).toContain("regions.us-east-1.acount is no setting. Did you mean account?");
  expect(told.elsewhere).toContain("dns.endpoints.0.target is no setting. Did you mean targets?");
  expect(told.elsewhere).toContain(
    "recovery.witness.xyz is no setting. Allowed: region, account, assume_role_arn.",
  );
});

/** Paths of all objects in the settings, each with one object there. */
function objectsIn(schema: Schema, at: (value: object) => object): readonly ((value: object) => object)[] {
  const { type, element, valueType } = schema.def;
  if (type === "array") return objectsIn(element!, (value) => at([value]));
  if (type === "record") {
    const key = valueType === undefined ? "" : keyOf(schema);
    return objectsIn(valueType!, (value) => at({ [key]: value }));
  }
  if (!isObject(schema)) return [];
  return [
    at,
    ...attributesOf(schema).flatMap(({ name, schema: field }) =>
      objectsIn(field, (value) => at({ [name]: value })),
    ),
  ];
}

function keyOf({ def }: Schema): string {
  return ["us-east-1", "work", "orders"].find((key) => def.keyType!.safeParse(key).success) ?? "any";
}

test("wherever an object may stand, a name that it does not have is told of", async () => {
  const settings = attributesOf(configurationSchema as unknown as Schema).filter(({ name }) =>
    (SETTINGS as readonly string[]).includes(name),
  );
  const places = settings.flatMap(({ name, schema }) => objectsIn(schema, (value) => ({ [name]: value })));
  const given = places.map((at) => at({ qqqq: 1 }));
  expect(given.length).toBeGreaterThan(25);
  folder = await TerraformFolder.of({
    ...MODULE,
    "outputs.tf": 'output "errors" {\n  value = local.unknown_name_errors\n}\n',
    "variables.tf": 'variable "given" {\n  type = any\n}\n',
    "root/main.tf.json": JSON.stringify({
      module: Object.fromEntries(given.map((value, index) => [`m${index}`, { source: "../", given: value }])),
      output: { all: { value: given.map((_, index) => `\${module.m${index}.errors}`) } },
    }),
  });
  await folder.succeed("root", "init", "-input=false");
  await folder.succeed("root", "apply", "-auto-approve", "-input=false", "-no-color");
  const { all } = JSON.parse(await folder.succeed("root", "output", "-json"));
  const silent = given.filter((_, index) => !JSON.stringify(all.value[index]).includes("qqqq is no setting"));
  expect(silent).toEqual([]);
});

test("no name of another module is a setting's own", () => {
  const queue = attributesOf(configurationSchema.shape.queues.def.valueType as unknown as Schema);
  const names = queue.map(({ name }) => name);
  expect(Object.keys(RENAMED).filter((name) => names.includes(name))).toEqual([]);
});
