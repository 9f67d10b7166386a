import { known } from "../../core/expression";
import type { OutputBlock } from "./blocks";
import { REQUIREMENTS, type SynthesizedModule, versionsFile } from "./module-files";
import { CREATE, HEALTH_HOSTS, REGION } from "./own-variables";
import { looseVariablesFile, type ModuleVariable } from "./variables";

/** Calls of the module of a region, by provider alias. */
const SIDES = ["first", "second"] as const;

const REGIONS: readonly ModuleVariable[] = [
  {
    ...REGION,
    name: "first_region",
    description:
      "Region of the provider aws.first, and a key of regions. What spans the regions is made there.",
  },
  {
    ...REGION,
    name: "second_region",
    description: "Region of the provider aws.second, and a key of regions.",
  },
];

const OWN = new Set([CREATE.name, REGION.name, HEALTH_HOSTS.name]);

/**
 * The module that calls that of a region twice, and the global one: both regions in one state, which cannot be planned while either is
 * down.
 */
export function twoRegions(region: SynthesizedModule, global: SynthesizedModule): SynthesizedModule {
  const variables = [CREATE, ...REGIONS, ...region.variables.filter(({ name }) => !OWN.has(name))];
  const ofRegions = region.outputs.map(({ name, description }) => ({
    name,
    description: `By region: ${description}`,
    value: byRegion(name),
  }));
  const ofGlobal = global.outputs.map(({ name, description }) => ({
    name,
    description,
    value: `module.global.${name}`,
  }));
  return {
    files: {
      "main.tf": [...SIDES.map((side) => regionCall(side, region)), globalCall(global)].join("\n"),
      "variables.tf": looseVariablesFile(variables),
      "outputs.tf": [...ofRegions, ...ofGlobal].map(outputText).join("\n"),
      "versions.tf": versionsFile(SIDES),
    },
    requirements: REQUIREMENTS,
    variables,
    outputs: [...ofRegions, ...ofGlobal].map(
      (output): OutputBlock => ({ ...output, symbols: [], condition: known(true) }),
    ),
    resources: [],
    dataSources: [],
  };
}

function regionCall(side: (typeof SIDES)[number], region: SynthesizedModule): string {
  return call(side, "region", side, [["region", `var.${side}_region`], ...passedOn(region)]);
}

function globalCall(global: SynthesizedModule): string {
  const given = global.variables.some(({ name }) => name === HEALTH_HOSTS.name);
  const args: readonly Argument[] = [
    ["region", "var.first_region"],
    ...(given ? [[HEALTH_HOSTS.name, byRegion("health_host")] as const] : []),
    ...passedOn(global),
    // Checks copy the settings of alarms that the regions make.
    ["\n  depends_on", "[module.first, module.second]"],
  ];
  return call("global", "global", "first", args);
}

function byRegion(output: string): string {
  return `{ ${SIDES.map((side) => `(var.${side}_region) = module.${side}.${output}`).join(", ")} }`;
}

type Argument = readonly [name: string, value: string];

function passedOn({ variables }: SynthesizedModule): readonly Argument[] {
  return variables
    .filter(({ name }) => name !== REGION.name && name !== HEALTH_HOSTS.name)
    .map(({ name }) => [name, `var.${name}`]);
}

function call(name: string, folder: string, alias: string, args: readonly Argument[]): string {
  const lines = args.map(([argument, value]) => `  ${argument} = ${value}`).join("\n");
  return `module "${name}" {\n  source = "../${folder}"\n\n  providers = { aws = aws.${alias} }\n\n${lines}\n}\n`;
}

function outputText({
  name,
  description,
  value,
}: Readonly<Record<"name" | "description" | "value", string>>): string {
  return `output "${name}" {\n  description = ${JSON.stringify(description)}\n  value = ${value}\n}\n`;
}
