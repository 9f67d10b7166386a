import { configurationSchema } from "../../config/schema";
import { argumentLines, indented } from "./hcl-text";
import type { Schema } from "./schema-tree";
import { unknownNameLocals } from "./unknown-names";
import { isObjectVariable, type ModuleVariable, variablesFile } from "./variables";

/** Settings of the configuration file that are variables of modules. What Terraform's providers and backends say is not among them. */
export const SETTINGS = [
  "failover_group",
  "regions",
  "queues",
  "functions",
  "recovery",
  "ledger",
  "dns",
  "naming",
  "permissions_boundary",
  "role_path",
  "tags",
  "account_quotas",
] as const;

/** Folder and call of the module within a module. */
export const SETTINGS_MODULE = "settings";

const GIVEN: ModuleVariable = {
  name: "given",
  type: "any",
  description: "Settings as they were written, by name.",
  nullable: false,
  validations: [],
};

/**
 * What a module has beside its own files so that its settings get types and defaults, and what is not allowed is refused. Terraform drops
 * the fields of an object that its type does not have. So a module takes settings of any type, and this one within it compares what was
 * written with what there is.
 * @param variables of the module
 */
export function settingsFiles(variables: readonly ModuleVariable[]): Readonly<Record<string, string>> {
  const settings = settingsAmong(variables);
  const objects = settings.filter(isObjectVariable);
  const names = objects.map(({ name }) => name);
  const schema = configurationSchema as unknown as Schema;
  const files = {
    "variables.tf": variablesFile([GIVEN, ...settings]),
    "locals.tf": unknownNameLocals(schema, names, `var.${GIVEN.name}`),
    "outputs.tf": objects.map(outputText).join("\n"),
  };
  return {
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`${SETTINGS_MODULE}/${name}`, text])),
    "settings.tf": settingsCall(settings),
  };
}

function settingsAmong(variables: readonly ModuleVariable[]): readonly ModuleVariable[] {
  return variables.filter(({ name }) => (SETTINGS as readonly string[]).includes(name));
}

function outputText({ name, description }: ModuleVariable): string {
  return `output "${name}" {
  description = ${JSON.stringify(description)}
  value       = var.${name}

  precondition {
    condition     = !contains(keys(local.unknown_name_errors), "${name}")
    error_message = join("\\n", try(local.unknown_name_errors.${name}, []))
  }
}
`;
}

function settingsCall(settings: readonly ModuleVariable[]): string {
  const passed = (some: readonly ModuleVariable[]) =>
    argumentLines(some.map(({ name }) => [name, `var.${name}`] as const));
  return `# Types, defaults and allowed values of the settings.
module "${SETTINGS_MODULE}" {
  source = "./${SETTINGS_MODULE}"

${indented(argumentLines([[GIVEN.name, `{\n${indented(passed(settings.filter(isObjectVariable)))}\n}`]]))}

${indented(passed(settings))}
}
`;
}
