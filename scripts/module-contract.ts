import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "cdktf";
import { Command } from "commander";
import { identityOf, testRuns } from "../emulator/test-runs";
import { version } from "../package.json";
import { synthesizedRegion } from "../stacks/hcl/region-files";
import { writeModules } from "../stacks/hcl/write-modules";

/** What users of a module's version rely on, so that a later version may not take it away. */
export interface ModuleContract {
  readonly version: string;
  /** By path, such as `queues.*.fifo`, the type, and `optional` where there is a default. */
  readonly variables: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
  /** Of a configuration that uses all settings: by address, the arguments that cannot change without another resource. */
  readonly resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const FOLDER = path.join(__dirname, "..", "tests", "terraform", "contract");
/** The contract of the last release. */
export const CONTRACT_FILE = path.join(FOLDER, "contract.json");
/** Configuration that calls the module in a folder beside it. */
export const CALL = path.join(FOLDER, "main.tf");

/** What the module of a region promises as it is now. Plans it, by a provider that is mocked. */
export async function currentContract(): Promise<ModuleContract> {
  const { variables, outputs } = synthesizedRegion(new App());
  const typed = variables.map((one) => [one.name, "default" in one ? `optional(${one.type})` : one.type]);
  return {
    version,
    variables: Object.fromEntries(typed.flatMap(([name, type]) => typesIn(name!, type!))),
    outputs: outputs.map(({ name }) => name).sort(),
    resources: await plannedResources(),
  };
}

async function plannedResources(): Promise<ModuleContract["resources"]> {
  const folder = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-contract-"));
  try {
    writeModules(folder);
    copyFileSync(CALL, path.join(folder, "main.tf"));
    const plans = await testRuns(folder, "contract", {}, { contract: { command: "plan" } });
    const resources = plans
      .get("contract")!
      .resource_changes!.filter(({ change }) => !change.actions.includes("read"));
    return Object.fromEntries(
      resources.map((resource) => [resource.address, identityOf(resource)] as const).sort(),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Types of a variable and of everything in it, by path. */
export function typesIn(name: string, type: string): readonly (readonly [path: string, type: string])[] {
  const open: string[] = [];
  return `${name} = ${type}`.split("\n").flatMap((line) => {
    const [, key, rest] = /^\s*(\w+)\s+= (.*)$/.exec(line) ?? [];
    if (/^\s*#/.test(line)) return [];
    if (/^\s*\}/.test(line)) open.pop();
    if (key === undefined || rest === undefined) return [];
    const place = [...open, key].join(".");
    const element = /\b(?:map|list)\(object\(\{$/.test(rest) ? ".*" : "";
    if (rest.endsWith("{")) open.push(`${key}${element}`);
    return [[place, rest.replace(/object\(\{$/, "object").replace(/, .*\)$/, ")")] as const];
  });
}

if (require.main === module) {
  new Command()
    .name("npm run freeze:module")
    .description(
      "Writes down what users of the modules rely on: variables, outputs and addresses (tests/terraform/contract/contract.json). Run it when a version is released.",
    )
    .addHelpText("after", "\nExample:\n  npm run freeze:module")
    .action(async () => {
      const contract = await currentContract();
      writeFileSync(CONTRACT_FILE, `${JSON.stringify(contract, null, 2)}\n`);
      process.stdout.write(
        `${CONTRACT_FILE}: version ${contract.version}, ${Object.keys(contract.variables).length} settings, ${contract.outputs.length} outputs, ${Object.keys(contract.resources).length} resources\n`,
      );
    })
    .parseAsync();
}
