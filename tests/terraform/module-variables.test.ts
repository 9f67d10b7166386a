import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { configurationSchema } from "../../config/schema";
import { jsonLines, TerraformFolder } from "../../emulator/terraform-folder";
import { matching } from "../../stacks/hcl/patterns";
import { variablesFile, variablesOf } from "../../stacks/hcl/variables";
import { patterns, texts } from "../stacks/hcl/patterns";
import {
  EVERYTHING,
  type Fault,
  fileOf,
  OTHERWISE,
  schemaFaults,
  together,
  VARIABLES,
  type Values,
  valuesOf,
} from "../stacks/hcl/variable-cases";
import { crossFaults } from "../stacks/hcl/variable-rule-cases";

jest.setTimeout(180_000);

const ROOT = path.resolve(__dirname, "../..");
const example = (file: string): Values => {
  const { $schema, ...values } = JSON.parse(readFileSync(path.join(ROOT, file), "utf8"));
  return values;
};

const MODULE = {
  "module/variables.tf": variablesFile(variablesOf(configurationSchema, VARIABLES)),
  "module/outputs.tf": `output "all" {\n  value = {\n${VARIABLES.map((name) => `    ${name} = var.${name}\n`).join("")}  }\n}\n`,
};

const GOOD: Readonly<Record<string, Values>> = {
  everything: EVERYTHING,
  otherwise: OTHERWISE,
  order_processing: example("examples/order-processing/sqs-multi-region.json"),
  root: example("sqs-multi-region.json"),
  nulls: {
    failover_group: "shop",
    regions: EVERYTHING.regions,
    queues: { orders: { mode: null, delay_seconds: null, producers: null, encryption: null, peers: null } },
    recovery: { takeover_order: null, alarm_action_arns: null },
    dns: { zone_id: "Z0", record: "a.example", discovery: { order: null, locations: null }, checks: null },
    tags: null,
  },
};

let folder: TerraformFolder;
afterEach(() => folder.remove());

test("terraform takes the file as it is written, and good values; its defaults are those of the schema", async () => {
  folder = await TerraformFolder.of({ ...MODULE, "main.tf.json": callsOf(GOOD), "unknown.tf": UNKNOWN });
  await folder.succeed("module", "fmt", "-check", "-diff", "variables.tf");
  await folder.succeed(".", "init", "-input=false");
  expect(JSON.parse(await folder.succeed(".", "validate", "-json"))).toMatchObject({
    valid: true,
    warning_count: 0,
  });
  await folder.succeed(".", "apply", "-auto-approve", "-input=false", "-no-color");
  const outputs = JSON.parse(await folder.succeed(".", "output", "-json"));
  for (const [name, values] of Object.entries(GOOD)) {
    const all = withoutNulls(outputs[name].value) as Values;
    const { $schema, state_backend, ...file } = configurationSchema.parse(withoutNulls(fileOf(values)));
    expect(fileOf(all)).toEqual(file);
  }
});

test("terraform says of each value outside what it is and what the configuration file allows", async () => {
  const faults = [...schemaFaults(), ...crossFaults()];
  const calls = Object.fromEntries(together(faults).map((values, index) => [`faults_${index}`, values]));
  process.stdout.write(
    `${faults.length} values outside, in ${Object.keys(calls).length} calls of the module\n`,
  );
  folder = await TerraformFolder.of({ ...MODULE, "main.tf.json": callsOf(calls) });
  await folder.succeed(".", "init", "-input=false");
  const { exitCode, stdout } = await folder.run(".", "plan", "-json", "-input=false");
  expect(exitCode).toBe(1);
  const messages = jsonLines(stdout).flatMap(({ diagnostic }) => {
    const { severity, summary, detail } = (diagnostic ?? {}) as Readonly<Record<string, string>>;
    return severity === "error" ? [`${summary}: ${detail}`] : [];
  });
  expect(messages.filter((message) => !message.startsWith("Invalid value for variable: "))).toEqual([]);
  const told = messages.join("\n");
  const silent = faults.filter((fault) => !told.includes(`${fault.subject}: ${allowedFor(fault)}`));
  expect(silent.map((fault) => `${fault.subject}: ${allowedFor(fault)}`)).toEqual([]);
});

test("terraform test: good values pass, and a fault of each kind is one of its variable", async () => {
  const all = [...schemaFaults(), ...crossFaults()];
  const faults = new Map(all.map((fault) => [`${fault.path[0]} ${fault.kind}`, fault])).values();
  const good = Object.entries(GOOD).map(([name, values]) => [
    `good_${name}`,
    { command: "plan", variables: values },
  ]);
  const bad = [...faults].map((fault, index) => [
    `fault_${index}`,
    { command: "plan", variables: valuesOf(fault), expect_failures: [`var.${fault.path[0]}`] },
  ]);
  const runs = Object.fromEntries([...good, ...bad]);
  folder = await TerraformFolder.of({
    ...MODULE,
    "module/variables.tftest.json": template({ run: runs }),
  });
  await folder.succeed("module", "init", "-backend=false", "-input=false");
  const { stdout } = await folder.run("module", "test", "-json");
  const { test_summary } = jsonLines(stdout).find(({ type }) => type === "test_summary") ?? {};
  const count = Object.keys(runs).length;
  process.stdout.write(`${count} runs of terraform test\n`);
  expect(test_summary).toMatchObject({ status: "pass", passed: count, failed: 0, errored: 0, skipped: 0 });
});

test("terraform's regular expressions match what those of the configuration match", async () => {
  const samples = patterns().map((pattern) =>
    fc.sample(texts(pattern), { numRuns: 40, seed: 1 }).map((text) => text.normalize()),
  );
  const outputs = patterns().map(
    (pattern, index) =>
      `output "p${index}" {\n  value = [for text in local.samples[${index}] : ${matching("text", pattern)}]\n}\n`,
  );
  folder = await TerraformFolder.of({
    "samples.json": JSON.stringify(samples),
    "main.tf": `locals {\n  samples = jsondecode(file("samples.json"))\n}\n${outputs.join("")}`,
  });
  await folder.succeed(".", "init", "-input=false");
  await folder.succeed(".", "apply", "-auto-approve", "-input=false", "-no-color");
  const found = JSON.parse(await folder.succeed(".", "output", "-json"));
  for (const [index, pattern] of patterns().entries()) {
    const expected = samples[index]!.map((text) => [text, pattern.test(text)]);
    expect(samples[index]!.map((text, at) => [text, found[`p${index}`].value[at]])).toEqual(expected);
  }
});

/** Values that only an apply makes known, single ones and whole lists and maps. */
const UNKNOWN = `
resource "terraform_data" "made" {
  input = {
    text  = "shop"
    key   = "arn:aws:kms:us-east-1:111122223333:key/1a2b"
    list  = ["111122223333"]
    map   = { team = "checkout" }
    queue = { delay_seconds = 5 }
    number = 7
  }
}

module "unknown" {
  source         = "./module"
  failover_group = terraform_data.made.output.text
  regions        = { us-east-1 = { account = terraform_data.made.output.list[0] }, us-west-2 = { account = "111122223333" } }
  queues = {
    orders = {
      producers     = terraform_data.made.output.list
      consumers     = [terraform_data.made.output.list[0]]
      delay_seconds = terraform_data.made.output.number
      max_rate      = terraform_data.made.output.number
      peers         = { us-east-1 = terraform_data.made.output.text == "shop" ? ["us-west-2"] : null }
      encryption    = { kms_key_arns = { us-east-1 = terraform_data.made.output.key } }
      tags          = terraform_data.made.output.map
    }
    mails = terraform_data.made.output.queue
  }
  recovery = { in_flight_seconds = terraform_data.made.output.number }
  ledger   = { table_name = terraform_data.made.output.text }
  tags     = terraform_data.made.output.map
}
`;

/** A configuration that calls the module with values, and gives back what it makes of them. */
function callsOf(all: Readonly<Record<string, Values>>): string {
  const calls = Object.entries(all).map(([name, values]) => [name, { source: "./module", ...values }]);
  const outputs = Object.keys(all).map((name) => [name, { value: `\${module.${name}.all}` }]);
  const module = JSON.parse(template(Object.fromEntries(calls)));
  return JSON.stringify({ module, output: Object.fromEntries(outputs) });
}

/** JSON whose texts begin no expression. */
function template(value: unknown): string {
  return JSON.stringify(value).replace(/[$%]\{/g, (begin) => `${begin[0]}${begin}`);
}

/** The words of the configuration file for what is allowed there. */
function allowedFor(fault: Fault): string {
  const { path: place, field, allowed } = fault;
  if (allowed !== undefined) return `${allowed}.`;
  if (/^queues\.(?:producers|consumers)$/.test(field))
    return "the ARN of a role or user without wildcards, or a 12-digit account id.";
  const { error } = configurationSchema.safeParse(fileOf(valuesOf(fault)));
  const issue = error?.issues.find((one) => one.path.join(".") === place.join("."));
  // The file's error for a list that is missing is one of its type.
  if (fault.kind === "null" && issue?.message.startsWith("Invalid input")) return "";
  if (issue !== undefined) return `${issue.message}.`;
  // Of what is one of several, the file's error names the whole.
  expect(field).toMatch(/_services\b|^dns\.endpoints\.targets\./);
  return "";
}

function withoutNulls(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutNulls);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}
