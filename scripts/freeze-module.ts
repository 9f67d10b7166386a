import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { version } from "../package.json";
import { writeModules } from "../stacks/hcl/write-modules";

/** Where frozen versions of the module of a region are, each in a folder of its own. */
export const FROZEN_DIRECTORY = path.join(__dirname, "..", "tests", "terraform", "frozen-module");
/** Configuration that calls the module in a folder beside it. */
export const CALL = "main.tf";
/** Folder of the module beside {@link CALL}. */
export const MODULE = "region";

/** Versions that are frozen. */
export function frozenVersions(): readonly string[] {
  const entries = readdirSync(FROZEN_DIRECTORY, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/**
 * Keeps the module of a region as it is now, without the archives of its functions, with a configuration that calls it.
 * @param name of the version, the folder's; one that is there is replaced
 * @returns the folder
 */
export function freezeModule(name: string, directory: string = FROZEN_DIRECTORY): string {
  const folder = path.join(directory, name);
  const written = mkdtempSync(path.join(tmpdir(), "sqs-multi-region-freeze-"));
  try {
    writeModules(written);
    rmSync(path.join(folder, MODULE), { recursive: true, force: true });
    mkdirSync(path.join(folder, MODULE), { recursive: true });
    const files = readdirSync(path.join(written, MODULE)).filter((file) => file.endsWith(".tf"));
    for (const file of files) {
      copyFileSync(path.join(written, MODULE, file), path.join(folder, MODULE, file));
    }
    copyFileSync(path.join(FROZEN_DIRECTORY, CALL), path.join(folder, CALL));
    return folder;
  } finally {
    rmSync(written, { recursive: true, force: true });
  }
}

if (require.main === module) {
  new Command()
    .name("npm run freeze:module --")
    .description(
      "Keeps the module of a region as it is now, for the test that plans later ones over what it made (tests/terraform/frozen-module.test.ts). Run it when a version is released, and not again for that version.",
    )
    .argument("[version]", "name of the version", version)
    .addHelpText("after", "\nExamples:\n  npm run freeze:module\n  npm run freeze:module -- 1.0.0")
    .action((name: string) => {
      process.stdout.write(`${freezeModule(name)}\n`);
    })
    .parse();
}
