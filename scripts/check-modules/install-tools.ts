import path from "node:path";
import { installOnce, lastLines } from "../../emulator/install-once";
import { cacheDirectory } from "../../emulator/paths";
import { installPackages } from "../../emulator/python-packages";
import { runCommand } from "../../emulator/run-command";

const TFLINT = "github.com/terraform-linters/tflint@v0.64.0";

/** A command with its first arguments, and variables that it needs. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

type Log = (line: string) => void;

/**
 * tflint from source, built once into the cache.
 * @throws Error with what was tried when there is no Go, or the build fails
 */
export async function installTflint(log: Log): Promise<Tool> {
  const version = TFLINT.slice(TFLINT.indexOf("@v") + 2);
  const directory = path.join(cacheDirectory(), "tflint", `${version}-${process.platform}-${process.arch}`);
  await installOnce(directory, async (unfinished) => {
    log(`building tflint ${version} with Go, which takes some minutes (once)`);
    const { exitCode, stderr } = await runCommand("go", ["install", TFLINT], {
      ...process.env,
      GOBIN: unfinished,
    });
    if (exitCode !== 0) {
      throw new Error(`tflint could not be installed by "go install ${TFLINT}": ${lastLines(stderr)}`);
    }
  });
  const environment = { TFLINT_DISABLE_VERSION_CHECK: "1" };
  return { command: path.join(directory, "tflint"), args: [], environment };
}

/**
 * checkov with its dependencies, installed once into the cache.
 * @throws Error with what was tried when there is no Python 3.10 or later, no pip, or the installation fails
 */
export async function installCheckov(log: Log): Promise<Tool> {
  const requirementsFile = path.join(__dirname, "requirements.txt");
  const { python, packages } = await installPackages(
    { what: "checkov", requirementsFile, folder: "checkov" },
    log,
  );
  return { command: python, args: ["-m", "checkov.main"], environment: { PYTHONPATH: packages } };
}
