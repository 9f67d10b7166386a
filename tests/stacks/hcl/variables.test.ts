import fc from "fast-check";
import { z } from "zod";
import { configurationSchema } from "../../../config/schema";
import { patternParts } from "../../../stacks/hcl/patterns";
import { attributesOf, checksOf, isObject, type Schema } from "../../../stacks/hcl/schema-tree";
import { constraintsOf } from "../../../stacks/hcl/validations";
import { rulesOf } from "../../../stacks/hcl/variable-rules";
import { type ModuleVariable, variablesFile, variablesOf } from "../../../stacks/hcl/variables";
import { patterns, texts } from "./patterns";
import { EVERYTHING, fileOf, OTHERWISE, schemaFaults, VARIABLES } from "./variable-cases";
import { crossFaults } from "./variable-rule-cases";

const variables = variablesOf(configurationSchema, VARIABLES);
const variable = (name: string): ModuleVariable => variables.find((one) => one.name === name)!;
const of = (shape: z.core.$ZodLooseShape) => variablesOf(z.strictObject(shape), Object.keys(shape));
const allowed = (text: string) => ({ error: () => text });

test("a variable carries the name, the description and the default of its field", () => {
  expect(variable("role_path")).toMatchObject({
    type: "string",
    description: "Path of every role. Default /.",
    default: "/",
    nullable: false,
  });
  expect(variable("permissions_boundary")).toMatchObject({ type: "string", default: null, nullable: true });
  expect(variable("functions")).toMatchObject({ default: {}, nullable: false });
  expect(variable("tags")).toMatchObject({ type: "map(string)", default: {}, nullable: false });
  expect(variable("recovery")).toMatchObject({ default: null, nullable: true });
  expect(variable("queues")).toMatchObject({ nullable: false });
  expect(variable("queues")).not.toHaveProperty("default");
});

test("a type has the defaults of its fields, and says above each what it means", () => {
  const [one] = of({
    one: z.strictObject({
      needed: z.string().describe("Must be there."),
      maybe: z.int().optional().describe("May be there."),
      preset: z.boolean().describe("Has a default.").default(true),
      list: z.array(z.string()).default([]),
      nested: z
        .strictObject({ key: z.enum(["a", "b"]).default("a"), longer: z.int().default(1) })
        .prefault({}),
    }),
  });
  expect(one!.type).toBe(`object({
  # Must be there.
  needed = string
  # May be there.
  maybe = optional(number)
  # Has a default.
  preset = optional(bool, true)
  list   = optional(list(string), [])
  nested = optional(object({
    key    = optional(string, "a")
    longer = optional(number, 1)
  }), {})
})`);
});

test("principals are texts, and services have a list of their own", () => {
  const { type } = variable("queues");
  expect(type).toContain("\n  producers = optional(list(string), [])\n");
  expect(type).toContain(`
  # AWS services beside producers, each with the ARNs of the resources on whose behalf it calls.
  # Default: none.
  producer_services = optional(list(object({
    # Service principal.
    service = string
    # ARNs of the resources on whose behalf the service calls (aws:SourceArn).
    source_arns = list(string)
  })), [])`);
  expect(type).toContain("\n  consumer_services = optional(list(object({\n");
});

test("one of several objects is one whose fields may be missing", () => {
  expect(variable("ledger").type).toContain(`
  billing = optional(object({
    # on_demand or provisioned.
    type = string
    # Read capacity units per region, at least.
    read_capacity_units = optional(number)
`);
  expect(variable("dns").type).toMatch(/cname = optional\(string\)\n[^=]+alias = optional\(object\(\{\n/);
});

test("alternatives exclude each other", () => {
  const { validations } = variable("ledger");
  const one = validations.find(({ errorMessage }) => errorMessage.includes("on_demand or provisioned"))!;
  expect(one.condition).toContain(
    'var.ledger.billing.type == "on_demand" && var.ledger.billing.read_capacity_units == null && ',
  );
  expect(one.condition).toContain(
    '|| var.ledger.billing.type == "provisioned" && var.ledger.billing.read_capacity_units != null && ',
  );
});

test("a range is checked in every entry, and all that is at fault is named in one sentence each", () => {
  expect(variable("queues").validations).toContainEqual({
    condition: `alltrue([
  for queue in var.queues : floor(queue.delay_seconds) == queue.delay_seconds && queue.delay_seconds >= 0 && queue.delay_seconds <= 900 if queue != null
])`,
    errorMessage: `join(" ", [
  for name, queue in var.queues : "queues.\${name}.delay_seconds is \${jsonencode(queue.delay_seconds)}: a whole number from 0 to 900." if queue == null ? false : !(floor(queue.delay_seconds) == queue.delay_seconds && queue.delay_seconds >= 0 && queue.delay_seconds <= 900)
])`,
  });
});

test("what is missing is not checked, and a field of what is missing is not read", () => {
  const { validations } = variable("recovery");
  expect(validations[0]).toEqual({
    condition:
      'var.recovery == null ? true : var.recovery.takeover == null ? true : contains(["automatic", "manual"], var.recovery.takeover)',
    errorMessage:
      '"recovery.takeover is ${jsonencode(try(var.recovery.takeover, null))}: one of automatic, manual."',
  });
});

test("sizes, keys and elements are checked", () => {
  expect(variable("regions").validations.slice(0, 2)).toEqual([
    {
      condition: "length(var.regions) >= 2 && length(var.regions) <= 5",
      errorMessage: '"regions is ${jsonencode(keys(var.regions))}: 2 to 5 regions."',
    },
    expect.objectContaining({ condition: expect.stringContaining("for name, region in var.regions") }),
  ]);
  expect(variable("allowed_regions").validations.map(({ condition }) => condition)).toEqual([
    "var.allowed_regions == null ? true : length(var.allowed_regions) >= 1",
    'alltrue([\n  for allowed_region in coalesce(var.allowed_regions, []) : can(regex("^(?:[a-z]{2}|us-gov)-(?:[a-z]+)-\\\\d$", allowed_region))\n])',
  ]);
});

test("every validation reads its own variable alone", () => {
  for (const { name, validations } of variables) {
    for (const { condition, errorMessage } of validations) {
      const read = `${condition} ${errorMessage}`.match(/\b(?:var|local|data|module|each|path)\.\w+/g) ?? [];
      expect(new Set(read)).toEqual(new Set([`var.${name}`]));
    }
  }
});

test("no validation escapes the beginning of a template, which checkov reads as one and passes over the whole file", () => {
  for (const { name, validations } of variables) {
    const texts = validations.flatMap(({ condition, errorMessage }) => [condition, errorMessage]);
    expect([name, texts.filter((text) => /\$\$\{|%%\{/.test(text))]).toEqual([name, []]);
  }
});

test("fails on what Terraform cannot say", () => {
  expect(() => of({ one: z.string().refine((text) => text !== "") })).toThrow(
    "one: no condition for what code checks",
  );
  expect(() => of({ one: z.union([z.string(), z.int()]) })).toThrow("Terraform has no type for union");
  expect(() => of({ one: z.string().regex(/(a)\1/, allowed("twice a")) })).toThrow("neither ahead nor back");
  expect(() => of({ one: z.string().regex(/a(?=b)/, allowed("a b")) })).toThrow("neither ahead nor back");
  expect(() => variablesOf(configurationSchema, ["queue"])).toThrow("the configuration has no queue");
});

test("what begins an expression in a description is text", () => {
  const [one] = of({ one: z.boolean().describe('a "${x}" and %{y}') });
  expect(variablesFile([one!])).toBe(
    'variable "one" {\n  description = "a \\"$${x}\\" and %%{y}"\n  type        = bool\n  nullable    = false\n}\n',
  );
});

test("the values of the other tests are good ones", () => {
  for (const values of [EVERYTHING, OTHERWISE]) {
    expect(configurationSchema.safeParse(fileOf(values)).error).toBeUndefined();
  }
});

test("there is a fault for everything that the schema limits", () => {
  const root = attributesOf(configurationSchema as unknown as Schema);
  const limited = root
    .filter(({ name }) => (VARIABLES as readonly string[]).includes(name))
    .flatMap(({ name, schema, presence }) => constraintsOf(name, schema, presence))
    .map(({ field }) => field);
  // Faults of sizes and alternatives stand beside those of rules.
  const found = [...schemaFaults(), ...crossFaults()].map(({ field }) => field);
  expect(limited.filter((field) => !found.includes(field))).toEqual([]);
});

test("there is a fault for every rule, by its words", () => {
  const told = crossFaults().map(({ subject, allowed }) => `${subject}: ${allowed}`);
  const silent = VARIABLES.flatMap(rulesOf).filter(({ field, allowed }) => {
    const [variable, ...path] = field.split(".");
    const place = new RegExp(`^${variable}\\b.*\\b${path.join("\\b.*\\b")} is `);
    const words = allowed.replace(/\$\{.*/, "");
    return !told.some((text) => place.test(text) && text.includes(`: ${words}`));
  });
  expect(silent).toEqual([]);
});

test("no limit of the schema is forgotten", () => {
  const root = attributesOf(configurationSchema as unknown as Schema);
  for (const { name, schema, presence } of root) {
    if (!(VARIABLES as readonly string[]).includes(name)) continue;
    const fields = constraintsOf(name, schema, presence).map(({ field }) => field);
    for (const field of limitedFields(schema, name)) expect(fields).toContain(field);
  }
});

/** Of a schema, told without the module: fields that refuse some value of their type. */
function limitedFields(schema: Schema, field: string): readonly string[] {
  if (isObject(schema)) {
    return attributesOf(schema).flatMap((one) => limitedFields(one.schema, `${field}.${one.name}`));
  }
  const { type, valueType, element } = schema.def;
  const own = checksOf(schema).length > 0 || ["enum", "literal"].includes(type) ? [field] : [];
  if (type === "record") return [`${field}{}`, ...limitedFields(valueType!, field)];
  return type === "array" ? [...own, ...limitedFields(element!, field)] : own;
}

describe("patterns of RE2", () => {
  test.each(patterns().map((pattern) => [pattern.source, pattern] as const))("%s", (_, pattern) => {
    const parts = patternParts(pattern);
    const flags = pattern.flags;
    const inParts = (text: string) =>
      parts.every(({ source, matches }) => new RegExp(source, flags).test(text) === matches);
    expect(parts.map(({ source }) => source).join()).not.toMatch(/\(\?[=!<]/);
    fc.assert(
      fc.property(texts(pattern), (text) => {
        expect(inParts(text)).toBe(pattern.test(text));
      }),
    );
  });
});
