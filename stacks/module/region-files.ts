import { type App, TerraformOutput, TerraformResource } from "cdktf";
import { resolve } from "cdktf/lib/_tokens";
import { configurationSchema } from "../../config/schema";
import { REQUIRED_TERRAFORM } from "../provider";
import { outputBlock, type ResourceBlock, resourceBlock } from "./blocks";
import { regionLocals } from "./locals";
import { RegionModule } from "./region-module";
import { Renderer } from "./render";
import { SYMBOLS } from "./symbols";
import { type ModuleVariable, variablesFile, variablesOf } from "./variables";
import { ModuleWriter } from "./write";

/** Versions of the provider that the module can be used with: the first that knows all of its arguments, and every later one. */
const PROVIDER_VERSIONS = ">= 5.81.0";

/** Settings of the configuration file that are variables of the module. What Terraform's providers and backends say is not among them. */
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
] as const;

const OWN_VARIABLES: readonly ModuleVariable[] = [
  {
    name: "create",
    type: "bool",
    description: "Whether anything is made.",
    default: true,
    nullable: false,
    validations: [],
  },
  {
    name: "region",
    type: "string",
    description: "Region that this call makes: that of the provider, and a key of regions.",
    nullable: false,
    validations: [],
  },
];

/** Files by what their resources are for, in the order in which a resource is looked for. */
const FILES: readonly (readonly [file: string, isMeant: (resource: ResourceBlock) => boolean])[] = [
  ["queues.tf", ({ type }) => type === "aws_sqs_queue"],
  ["replication.tf", ({ name }) => /^(replicator|forwarder)$/.test(name)],
  ["failover.tf", ({ name }) => /^(health|health_look_\d|owned|claim|healthy|home_unhealthy)$/.test(name)],
  ["recovery.tf", () => true],
];

/** The module of a region, by file: one provider, one region per call. */
export function regionModuleFiles(app: App): Readonly<Record<string, string>> {
  const module = new RegionModule(app, "region");
  module.prepareStack();
  const elements = module.node.findAll();
  const resources = elements.filter((one) => TerraformResource.isTerraformResource(one)).map(resourceBlock);
  const renderer = new Renderer(SYMBOLS, (text) => resolve(module, text) as string);
  const writer = new ModuleWriter(renderer, resources);
  const written = FILES.map(([file]) => [file, [] as string[]] as const);
  for (const resource of resources) {
    const index = FILES.findIndex(([, isMeant]) => isMeant(resource));
    written[index]![1].push(writer.resource(resource));
  }
  const outputs = elements
    .filter((one) => one instanceof TerraformOutput)
    .map((output) => writer.output(outputBlock(output)));
  return {
    ...Object.fromEntries(written.map(([file, blocks]) => [file, blocks.join("\n")])),
    "outputs.tf": outputs.join("\n"),
    "variables.tf": variablesFile([...OWN_VARIABLES, ...variablesOf(configurationSchema, SETTINGS)]),
    "locals.tf": `locals {\n  ${regionLocals(module.settings, renderer).join("\n\n  ")}\n}\n`,
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
