import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { CONFIGURATION_VARIABLE } from "../../config/load";
import { PROJECT_ROOT } from "../../emulator/paths";
import { type ProcessResult, runCommand } from "../../emulator/run-command";
import { countResources, differences, type Outputs, providerVersions, readOutputs } from "./outputs";
import { copyWithBindings, installBindings } from "./tree";

/** The last bindings of CDKTF's own line, of provider aws 6.25. */
const NEWEST = "21.22.1";
const CONFIGURATIONS = [
  "sqs-multi-region.json",
  path.join("examples", "order-processing", "sqs-multi-region.json"),
];

const { types } = new Command()
  .name("npm run check:providers --")
  .description(
    `Synthesizes stacks and modules with the project's own bindings of provider aws and with @cdktf/provider-aws ${NEWEST}, which is ` +
      "installed into .cache, once. Says where the outputs differ, and what TypeScript finds wrong with the other bindings.",
  )
  .option("--no-types", "leave TypeScript out, which takes a minute")
  .addHelpText(
    "after",
    `
Example:
  npm run check:providers

Exit code: 0 when nothing differs but the provider's version; 1 when something does, or a tree cannot be synthesized.`,
  )
  .parse()
  .opts<{ types: boolean }>();

const log = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "sqs-multi-region-providers-")));
  try {
    const own = path.join(root, "own");
    const other = path.join(root, "other");
    await copyWithBindings(
      PROJECT_ROOT,
      own,
      path.join(PROJECT_ROOT, "node_modules", "@cdktf", "provider-aws"),
    );
    await copyWithBindings(PROJECT_ROOT, other, await installBindings(NEWEST, log));
    const outputs: [Outputs, Outputs] = [await synthesized(own), await synthesized(other)];
    const faults = [
      ...differences(outputs, [own, other]).map(
        ({ file, one, other }) => `${file}: ${one ?? "nothing"} -> ${other ?? "nothing"}`,
      ),
      ...(types ? await typeErrors(other) : []),
    ];
    const [before, after] = outputs.map((each) => providerVersions(each).join(" and "));
    log(
      `provider aws ${before} and ${after}: ${outputs[0].size} files with ${countResources(outputs[0])} resources, ${faults.length} differences`,
    );
    if (faults.length > 0) throw new Error(faults.join("\n"));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Synthesizes all that a tree can make. */
async function synthesized(tree: string): Promise<Outputs> {
  log(`synthesizing ${path.basename(tree)}`);
  const outdirs = await Promise.all(
    CONFIGURATIONS.map(async (file, index) => {
      const outdir = `stacks-${index}`;
      const variables = {
        [CONFIGURATION_VARIABLE]: path.join(tree, file),
        CDKTF_OUTDIR: path.join(tree, outdir),
      };
      expectSuccess(await run(tree, ["tsx", "main.ts"], variables), file);
      return path.join(outdir, "stacks");
    }),
  );
  expectSuccess(await run(tree, ["tsx", path.join("stacks", "hcl", "write-modules.ts")]), "modules");
  return readOutputs(tree, [...outdirs, path.join("dist", "modules")]);
}

async function typeErrors(tree: string): Promise<readonly string[]> {
  log("checking types with the other bindings");
  const { exitCode, stdout, stderr } = await run(tree, ["tsc", "--noEmit"]);
  const errors = stdout.split("\n").filter((line) => /error TS\d+/.test(line));
  if (exitCode !== 0 && errors.length === 0) throw new Error(`types cannot be checked:\n${stdout}${stderr}`);
  return errors;
}

/** Runs a command of a package, in a tree. */
function run(
  tree: string,
  [command, ...args]: readonly [string, ...string[]],
  variables: NodeJS.ProcessEnv = {},
): Promise<ProcessResult> {
  const file = path.join(tree, "node_modules", ".bin", command);
  return runCommand(file, args, { ...process.env, ...variables }, tree);
}

function expectSuccess({ exitCode, stdout, stderr }: ProcessResult, what: string): void {
  if (exitCode !== 0) throw new Error(`${what} cannot be synthesized:\n${stdout}${stderr}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`check:providers: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
