import { TerraformOutput, TerraformResource, type TerraformStack } from "cdktf";
import { resolve } from "cdktf/lib/_tokens";
import { REQUIRED_TERRAFORM } from "../state-backend";
import { type OutputBlock, outputBlock, type ResourceBlock, resourceBlock } from "./blocks";
import { withNotedPolicy } from "./checks/policies";
import type { ModulePage } from "./readme";
import { Renderer } from "./render";
import { settingsFiles } from "./settings-module";
import { SYMBOLS } from "./symbols";
import { looseVariablesFile, type ModuleVariable } from "./variables";
import { ModuleWriter } from "./write";

/** Versions of the provider that the modules can be used with: the first that knows all of their arguments, and every later one. */
const PROVIDER_VERSIONS = ">= 5.100.0, < 7.0.0";

export const REQUIREMENTS = { terraform: REQUIRED_TERRAFORM, aws: PROVIDER_VERSIONS } as const;

/** What a module is made of. */
export interface ModuleParts {
  /** The constructs, given references to variables and locals. */
  readonly stack: TerraformStack;
  readonly variables: readonly ModuleVariable[];
  /** Files by what their resources are for, in the order in which a resource is looked for. */
  readonly files: readonly (readonly [file: string, isMeant: (resource: ResourceBlock) => boolean])[];
  /** Locals, but for those that the renderer has noted while resources were written. */
  readonly locals: (renderer: Renderer) => readonly string[];
  /** The file `checks.tf`. */
  readonly checks: (renderer: Renderer) => string;
  /** Outputs that the stack does not have. */
  readonly outputs?: readonly OutputBlock[];
}

/** A module by file, before it is formatted, and what it says of itself. */
export interface SynthesizedModule {
  /** Versions that it can be used with: of `terraform`, and of providers by name. */
  readonly requirements: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly variables: readonly ModuleVariable[];
  readonly outputs: readonly OutputBlock[];
  readonly resources: readonly ResourceBlock[];
  readonly dataSources: NonNullable<ModulePage["dataSources"]>;
}

export function synthesized(parts: ModuleParts): SynthesizedModule {
  const { stack, variables, files, locals } = parts;
  stack.prepareStack();
  const elements = stack.node.findAll();
  const renderer = new Renderer(SYMBOLS, (text) => resolve(stack, text) as string);
  const resources = elements
    .filter((one) => TerraformResource.isTerraformResource(one))
    .map((resource) => withNotedPolicy(resourceBlock(resource), renderer));
  const writer = new ModuleWriter(renderer, resources);
  const written = files.map(([file]) => [file, [] as string[]] as const);
  for (const resource of resources) {
    const index = files.findIndex(([, isMeant]) => isMeant(resource));
    written[index]![1].push(writer.resource(resource));
  }
  const described = elements.filter((one) => one instanceof TerraformOutput).map(outputBlock);
  const outputs = [...described, ...(parts.outputs ?? [])];
  const writtenOutputs = outputs.map((output) => writer.output(output));
  const checks = parts.checks(renderer);
  const allLocals = [...locals(renderer), ...noted(renderer)];
  return {
    files: {
      ...Object.fromEntries(written.map(([file, blocks]) => [file, blocks.join("\n")])),
      "checks.tf": checks,
      "outputs.tf": writtenOutputs.join("\n"),
      ...settingsFiles(variables),
      "variables.tf": looseVariablesFile(variables),
      "locals.tf": `locals {\n  ${allLocals.join("\n\n  ")}\n}\n`,
      "versions.tf": versionsFile(),
    },
    requirements: REQUIREMENTS,
    variables,
    outputs,
    resources,
    dataSources: dataSourcesIn(checks),
  };
}

function dataSourcesIn(text: string): SynthesizedModule["dataSources"] {
  return [...text.matchAll(/^data "(\w+)" "(\w+)"/gm)].map(([, type, name]) => ({
    type: type!,
    name: name!,
  }));
}

function noted({ locals }: Renderer): readonly string[] {
  return [...locals].map(([name, text]) => `${name} = ${text}`);
}

/** @param aliases of providers that the module is called with. Default: the one without an alias */
export function versionsFile(aliases: readonly string[] = []): string {
  const list = aliases.map((alias) => `aws.${alias}`).join(", ");
  return `terraform {
  required_version = "${REQUIREMENTS.terraform}"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "${REQUIREMENTS.aws}"
${aliases.length === 0 ? "" : `      configuration_aliases = [${list}]\n`}    }
  }
}
`;
}
