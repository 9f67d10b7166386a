import type { z } from "zod";
import { argumentLines, indented, literal, quoted } from "./hcl-text";
import { attributesOf, isObject, type Presence, type Schema } from "./schema-tree";
import { constraintsOf, type Validation, validationOf } from "./validations";
import { rulesOf } from "./variable-rules";

/** A variable of a module. */
export interface ModuleVariable {
  readonly name: string;
  /** In Terraform's language, over several lines where it is long; what a field means stands above it. */
  readonly type: string;
  readonly description: string;
  /** Absent: it has to be given. `null`: there may be none. */
  readonly default?: unknown;
  /** Where it is not, `null` means the default. */
  readonly nullable: boolean;
  /** Each refers to this variable alone, as Terraform 1.5 wants it. */
  readonly validations: readonly Validation[];
}

/**
 * Variables for settings of the configuration file: type, description, default and allowed values are those of its schema. Rules
 * across fields follow those of single ones.
 * @param names keys of the file, such as `queues`
 * @throws Error when the schema has no such key, or says what Terraform cannot
 */
export function variablesOf(schema: z.ZodObject, names: readonly string[]): readonly ModuleVariable[] {
  const all = attributesOf(schema as unknown as Schema);
  return names.map((name) => {
    const attribute = all.find((one) => one.name === name);
    if (attribute === undefined) throw new Error(`the configuration has no ${name}`);
    const { schema: type, presence, description } = attribute;
    const constraints = [...constraintsOf(name, type, presence), ...rulesOf(name)];
    return {
      name,
      type: typeOf(type),
      description,
      ...defaultOf(presence),
      nullable: presence === "optional",
      validations: constraints.map(validationOf),
    };
  });
}

/** The file `variables.tf` of the module that checks settings. */
export function variablesFile(variables: readonly ModuleVariable[]): string {
  return variables.map(variableBlock).join("\n");
}

/** The same of a module that has another check its settings: names in objects that no type has reach that one. */
export function looseVariablesFile(variables: readonly ModuleVariable[]): string {
  const loose = variables.map((variable) => ({
    ...variable,
    ...(isObjectVariable(variable) && { type: "any" }),
    validations: [],
  }));
  return variablesFile(loose);
}

/** Whether a variable is an object, or has some in it. */
export function isObjectVariable({ type }: ModuleVariable): boolean {
  return type.includes("object(");
}

function defaultOf(presence: Presence): { readonly default?: unknown } {
  if (presence === "required") return {};
  return { default: presence === "optional" ? null : presence.default };
}

function typeOf(schema: Schema): string {
  const { type, element, valueType, options, values } = schema.def;
  if (isObject(schema)) return objectType(schema);
  switch (type) {
    case "record":
      return `map(${typeOf(valueType!)})`;
    case "array":
      return `list(${typeOf(element!)})`;
    case "boolean":
      return "bool";
    case "number":
      return type;
    case "literal":
      return typeof values![0] === "number" ? "number" : "string";
    case "string":
    case "enum":
      return "string";
    case "union": {
      const types = new Set(options!.map(typeOf));
      if (types.size === 1) return [...types][0]!;
    }
  }
  throw new Error(`Terraform has no type for ${type}`);
}

function objectType(schema: Schema): string {
  const fields = attributesOf(schema).map(({ name, schema: field, presence, description }) => {
    const type = typeOf(field);
    const comment = description === "" ? undefined : description;
    return [name, presence === "required" ? type : optionalType(type, presence), comment] as const;
  });
  return `object({\n${indented(argumentLines(fields))}\n})`;
}

function optionalType(type: string, presence: Exclude<Presence, "required">): string {
  return presence === "optional" ? `optional(${type})` : `optional(${type}, ${literal(presence.default)})`;
}

function variableBlock({ name, type, description, nullable, validations, ...more }: ModuleVariable): string {
  const args = argumentLines([
    ["description", quoted(description)],
    ["type", type],
    ...("default" in more ? [["default", literal(more.default)] as const] : []),
    ["nullable", String(nullable)],
  ]);
  const blocks = [args, ...validations.map(validationBlock)].map((block) => `${indented(block)}\n`);
  return `variable ${quoted(name)} {\n${blocks.join("\n")}}\n`;
}

function validationBlock({ condition, errorMessage }: Validation): string {
  const args = argumentLines([
    ["condition", condition],
    ["error_message", errorMessage],
  ]);
  return `validation {\n${indented(args)}\n}`;
}
