import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { PROJECT_ROOT } from "../../emulator/paths";
import { runCommand } from "../../emulator/run-command";
import { allChecks } from "./checks";
import { copyFolders, MODULE_FOLDERS, terraformFolders } from "./folders";

const { build } = new Command()
  .name("npm run check:modules --")
  .description(
    "Builds the modules, and runs terraform fmt, terraform validate, tflint and checkov on each of them and on each example in " +
      "examples/modules. Needs Terraform, Go and Python 3.10 or later; tflint and checkov are installed into .cache, once, " +
      "which takes some minutes. What they shall not say is in .tflint.hcl and .checkov.yaml, with the reasons.",
  )
  .option("--no-build", "check what dist/modules holds")
  .addHelpText(
    "after",
    `
Examples:
  npm run check:modules
  npm run check:modules -- --no-build

Exit code: 0 when nothing was found; 1 when something was, or a tool could not be installed.`,
  )
  .parse()
  .opts<{ build: boolean }>();

const log = (line: string) => process.stdout.write(`${line}\n`);

/** @returns what is to be mended, as words */
async function checkAll(root: string): Promise<readonly string[]> {
  const all = await allChecks(path.join(root, "settings"), log);
  const copies = path.join(root, "folders");
  await copyFolders(PROJECT_ROOT, copies, MODULE_FOLDERS);
  const folders = await terraformFolders(copies, MODULE_FOLDERS);
  if (folders.length === 0)
    throw new Error("dist/modules holds no module; npm run build:modules writes them.");
  const failed: string[] = [];
  for (const folder of folders) {
    log(`\n${folder}`);
    for (const { name, run } of all) {
      const { findings, note } = await run(path.join(copies, folder));
      if (findings !== "") failed.push(`${folder} (${name})`);
      log(`  ${name.padEnd(18)} ${findings === "" ? "ok" : "found"}${note === undefined ? "" : `, ${note}`}`);
      if (findings !== "") log(findings.replace(/^/gm, "    "));
    }
  }
  log(`\n${folders.length * all.length} checks of ${folders.length} folders`);
  const ends = all.map(({ end }) => end?.() ?? "").filter((text) => text !== "");
  return failed.length > 0 ? [`Something was found in ${failed.join(", ")}.`, ...ends] : ends;
}

async function main(): Promise<void> {
  if (build) await buildModules();
  const root = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-check-"));
  try {
    const faults = await checkAll(root);
    if (faults.length > 0) throw new Error(faults.join("\n"));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function buildModules(): Promise<void> {
  log("building the modules");
  const { exitCode, stdout, stderr } = await runCommand("npm", [
    "run",
    "--silent",
    "--prefix",
    PROJECT_ROOT,
    "build:modules",
  ]);
  if (exitCode !== 0) throw new Error(`The modules could not be built:\n${stdout}${stderr}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`check:modules: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
