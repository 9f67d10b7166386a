import { readdirSync, readFileSync } from "node:fs";
import { cp, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { TerraformFolder } from "../../emulator/terraform-folder";
import { type PlannedResource, plannedResources, type ShownPlan } from "../../emulator/terraform-plan";
import { writeModules } from "../../stacks/hcl/write-modules";
import { callerIdentity } from "./caller-identity";
import { PROVIDER } from "./planned";

/** Folder of the examples of the modules. */
const EXAMPLES = path.resolve(__dirname, "../../examples/modules");
/** Where examples look for the modules, and stand themselves, from the root of the repository. */
const MODULES_PLACE = path.join("dist", "modules");
const EXAMPLES_PLACE = path.join("examples", "modules");
/** Values of an example's variables, for readers to copy. */
const VALUES = "terraform.tfvars";
const VALUES_EXAMPLE = `${VALUES}.example`;
const OVERRIDE = "test_override.tf.json";
/** What somebody who tried an example has left in its folder. */
const LEFT = /^(\.terra.*|terraform\.tfvars|.*\.tfstate.*)$/;

/** Root modules among the examples: folders with files of Terraform, by their path. */
export function rootModules(): readonly string[] {
  return foldersWith((name) => name.endsWith(".tf"));
}

/** Examples that are wrappers for Terragrunt, by their path. */
export function wrappers(): readonly string[] {
  return foldersWith((name) => name === "root.hcl");
}

/** Files of the examples, by path. */
export function exampleFiles(): Readonly<Record<string, string>> {
  const names = filesBelow(EXAMPLES).map((file) => path.relative(EXAMPLES, file));
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(EXAMPLES, name), "utf8")]));
}

/** Examples and modules, where they stand in a clone of the repository. */
export class ExampleCopy {
  private constructor(
    /** Of the clone. */
    readonly folder: TerraformFolder,
  ) {}

  /** @param root an empty folder; whoever made it removes it */
  static async in(root: string): Promise<ExampleCopy> {
    await cp(EXAMPLES, path.join(root, EXAMPLES_PLACE), {
      recursive: true,
      filter: (file) => !LEFT.test(path.basename(file)),
    });
    writeModules(path.join(root, MODULES_PLACE));
    return new ExampleCopy((await TerraformFolder.at(root)).with(await callerIdentity()));
  }

  /** Folder of an example. */
  example(name: string): string {
    return path.join(this.folder.root, EXAMPLES_PLACE, name);
  }

  /** Folder of a module. */
  module(name: string): string {
    return path.join(this.folder.root, MODULES_PLACE, name);
  }

  /** Takes the values that an example suggests. */
  async takeValues(name: string): Promise<void> {
    const folder = this.example(name);
    if (!readdirSync(folder).includes(VALUES_EXAMPLE)) return;
    await rename(path.join(folder, VALUES_EXAMPLE), path.join(folder, VALUES));
  }

  /** Copies a module to a folder of its own, as Terragrunt does, with more files. */
  async unit(module: string, name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const folder = path.join(this.folder.root, "units", name);
    await cp(module, folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
    return folder;
  }

  /**
   * Initializes, validates and plans a root module, without calling AWS.
   * @param variables environment, `TF_VAR_…`
   */
  async plan(folder: string, variables: Readonly<Record<string, string>> = {}): Promise<PlannedRoot> {
    await writeOverride(folder, { ...PROVIDER, allowed_account_ids: null });
    await this.folder.init(folder);
    const validated = JSON.parse(await this.folder.succeed(folder, "validate", "-json"));
    const plan = (await this.folder.with(variables).plan(folder)) as PlanOfRoot;
    const outputs = Object.entries(plan.output_changes ?? {});
    return {
      warnings: validated.warning_count,
      resources: withRegions(plan),
      outputs: Object.fromEntries(outputs.map(([name, { after }]) => [name, after])),
    };
  }
}

/**
 * Overrides the providers of a root module, and keeps its state in a file:
 * https://developer.hashicorp.com/terraform/language/files/override
 */
export async function writeOverride(folder: string, settings: object = {}): Promise<void> {
  const texts = readdirSync(folder)
    .filter((name) => /\.tf(\.json)?$/.test(name) && name !== OVERRIDE)
    .map((name) => [name, readFileSync(path.join(folder, name), "utf8")] as const);
  const aliases = texts.flatMap(([name, text]) =>
    name.endsWith(".json") ? aliasesInJson(JSON.parse(text)) : aliasesIn(text),
  );
  const aws = aliases.map((alias) => ({ ...(alias && { alias }), ...settings }));
  const override = { terraform: { backend: { local: {} } }, ...(aws.length > 0 && { provider: { aws } }) };
  await writeFile(path.join(folder, OVERRIDE), JSON.stringify(override));
}

/** Values of variables, as Terraform takes them from its environment. */
export function asEnvironment(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const variables = Object.entries(values).map(([name, value]) => [
    `TF_VAR_${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(variables);
}

/** A resource that Terraform would make. */
export interface RegionalResource extends Pick<PlannedResource, "address" | "type" | "values"> {
  /** Of its provider. */
  readonly region: string | undefined;
}

export interface PlannedRoot {
  /** Of `terraform validate`. */
  readonly warnings: number;
  readonly resources: readonly RegionalResource[];
  /** What is known of them before anything is made. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** https://developer.hashicorp.com/terraform/internals/json-format, as far as it is looked at here. */
interface PlanOfRoot extends ShownPlan {
  readonly variables?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly configuration: {
    readonly provider_config: Readonly<
      Record<string, { readonly expressions?: { readonly region?: Expression } }>
    >;
    readonly root_module: ModuleConfiguration;
  };
}

interface Expression {
  readonly constant_value?: unknown;
  readonly references?: readonly string[];
}

interface ModuleConfiguration {
  readonly resources?: readonly { readonly address: string; readonly provider_config_key: string }[];
  readonly module_calls?: Readonly<Record<string, { readonly module: ModuleConfiguration }>>;
}

function withRegions(plan: PlanOfRoot): RegionalResource[] {
  const { variables = {}, configuration } = plan;
  const providers = new Map(providersIn(configuration.root_module));
  const regionOf = (address: string) => {
    const key = providers.get(address.replace(/\[[^\]]*\]/g, "")) ?? "";
    const { constant_value, references = [] } = configuration.provider_config[key]?.expressions?.region ?? {};
    const variable = references[0]?.replace(/^var\./, "") ?? "";
    return (constant_value ?? variables[variable]?.value) as string | undefined;
  };
  return plannedResources(plan).map(({ address, type, values }) => ({
    address,
    type,
    values,
    region: regionOf(address),
  }));
}

function providersIn(
  { resources = [], module_calls = {} }: ModuleConfiguration,
  prefix = "",
): (readonly [address: string, provider: string])[] {
  return [
    ...resources.map(
      ({ address, provider_config_key }) => [`${prefix}${address}`, provider_config_key] as const,
    ),
    ...Object.entries(module_calls).flatMap(([name, { module }]) =>
      providersIn(module, `${prefix}module.${name}.`),
    ),
  ];
}

function aliasesIn(text: string): (string | undefined)[] {
  return [...text.matchAll(/^provider "aws" \{([^}]*)\}/gm)].map(
    ([, body = ""]) => /\balias\s*=\s*"(\w+)"/.exec(body)?.[1],
  );
}

function aliasesInJson({
  provider,
}: {
  readonly provider?: { readonly aws?: readonly { readonly alias?: string }[] };
}) {
  return (provider?.aws ?? []).map(({ alias }) => alias);
}

function foldersWith(isMeant: (name: string) => boolean): readonly string[] {
  const files = filesBelow(EXAMPLES).filter((file) => isMeant(path.basename(file)));
  return [...new Set(files.map((file) => path.relative(EXAMPLES, path.dirname(file))))].sort();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !LEFT.test(name))
    .flatMap((entry) => {
      const place = path.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(place) : [place];
    });
}
