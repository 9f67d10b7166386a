import { TerraformOutput, TerraformResource, type TerraformStack } from "cdktf";
import { resolve } from "cdktf/lib/_tokens";
import { REQUIRED_TERRAFORM } from "../provider";
import { outputBlock, type ResourceBlock, resourceBlock } from "./blocks";
import { Renderer } from "./render";
import { SYMBOLS } from "./symbols";
import { type ModuleVariable, variablesFile } from "./variables";
import { ModuleWriter } from "./write";

/** Versions of the provider that the modules can be used with: the first that knows all of their arguments, and every later one. */
const PROVIDER_VERSIONS = ">= 5.81.0";

/** What a module is made of. */
export interface ModuleParts {
  /** The constructs, given references to variables and locals. */
  readonly stack: TerraformStack;
  readonly variables: readonly ModuleVariable[];
  /** Files by what their resources are for, in the order in which a resource is looked for. */
  readonly files: readonly (readonly [file: string, isMeant: (resource: ResourceBlock) => boolean])[];
  /** Locals, but for those that the renderer has noted while resources were written. */
  readonly locals: (renderer: Renderer) => readonly string[];
}

/** A module by file, before it is formatted. */
export function moduleFiles({
  stack,
  variables,
  files,
  locals,
}: ModuleParts): Readonly<Record<string, string>> {
  stack.prepareStack();
  const elements = stack.node.findAll();
  const resources = elements.filter((one) => TerraformResource.isTerraformResource(one)).map(resourceBlock);
  const renderer = new Renderer(SYMBOLS, (text) => resolve(stack, text) as string);
  const writer = new ModuleWriter(renderer, resources);
  const written = files.map(([file]) => [file, [] as string[]] as const);
  for (const resource of resources) {
    const index = files.findIndex(([, isMeant]) => isMeant(resource));
    written[index]![1].push(writer.resource(resource));
  }
  const outputs = elements
    .filter((one) => one instanceof TerraformOutput)
    .map((output) => writer.output(outputBlock(output)));
  const noted = () => [...renderer.locals].map(([name, text]) => `${name} = ${text}`);
  const allLocals = [...locals(renderer), ...noted()];
  return {
    ...Object.fromEntries(written.map(([file, blocks]) => [file, blocks.join("\n")])),
    "outputs.tf": outputs.join("\n"),
    "variables.tf": variablesFile(variables),
    "locals.tf": `locals {\n  ${allLocals.join("\n\n  ")}\n}\n`,
    "versions.tf": VERSIONS,
  };
}

const VERSIONS = `terraform {
  required_version = "${REQUIRED_TERRAFORM}"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "${PROVIDER_VERSIONS}"
    }
  }
}
`;
