import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { installOnce, lastLines } from "./install-once";
import { cacheDirectory } from "./paths";
import { runCommand } from "./run-command";

/** Packages of Python that a program of this project needs. */
export interface WantedPackages {
  /** What they are, as a sentence names it: `the AWS emulator`. */
  readonly what: string;
  /** File of pip with a version and hashes of every package. */
  readonly requirementsFile: string;
  /** Folder for them in the cache. */
  readonly folder: string;
}

/** Packages that are ready to be used. */
export interface InstalledPackages {
  /** Python interpreter to run them with. */
  readonly python: string;
  /** Folder of the packages, for `PYTHONPATH`. */
  readonly packages: string;
  /** Whether this call installed them, or they were there before. */
  readonly installed: boolean;
}

interface Python {
  readonly command: string;
  readonly version: string;
}

const PYTHON_COMMANDS = ["python3", "python"] as const;
const PYTHON_MINIMUM: readonly [number, number] = [3, 10];
/** Settings of pip that contradict installing into a folder of our own. */
const CONTRADICTING_PIP_SETTINGS = [
  "PIP_USER",
  "PIP_TARGET",
  "PIP_PREFIX",
  "PIP_ROOT",
  "PIP_REQUIRE_VIRTUALENV",
  "PIP_NO_BINARY",
];

/**
 * Installs packages with all their dependencies at the versions and hashes of a requirements file into the cache, from wheels
 * alone. Returns at once when they are there. Safe when two processes start together: the first to finish wins.
 *
 * @throws Error in one sentence when there is no Python 3.10 or later, no pip, or the installation fails
 */
export async function installPackages(
  wanted: WantedPackages,
  log: (line: string) => void = () => {},
): Promise<InstalledPackages> {
  const { what, requirementsFile, folder } = wanted;
  const python = await findPython(what);
  const requirements = await readFile(requirementsFile, "utf8");
  const directory = path.join(cacheDirectory(), folder, digestOf(requirements, python.version));
  const packages = path.join(directory, "packages");
  const installed = await installOnce(directory, async (unfinished) => {
    log(`installing ${what} with Python ${python.version} (once)`);
    await installWith(python, wanted, unfinished);
  });
  return { python: python.command, packages, installed };
}

/** Packages contain compiled code, so the folder is for one version of Python on one kind of machine. */
function digestOf(requirements: string, pythonVersion: string): string {
  const minor = pythonVersion.split(".").slice(0, 2).join(".");
  const hash = createHash("sha256").update(requirements);
  return hash.update(`python ${minor} ${process.platform} ${process.arch}`).digest("hex").slice(0, 16);
}

async function findPython(what: string): Promise<Python> {
  const found: string[] = [];
  for (const command of PYTHON_COMMANDS) {
    const script = "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])";
    const { exitCode, stdout } = await runCommand(command, ["-c", script]);
    const [executable, version] = stdout.trim().split(/\r?\n/);
    if (exitCode !== 0 || executable === undefined || version === undefined) continue;
    if (isNewEnough(version)) return { command: executable, version };
    found.push(`${command} is ${version}`);
  }
  const seen =
    found.length > 0 ? `found: ${found.join(", ")}` : `found neither ${PYTHON_COMMANDS.join(" nor ")}`;
  const subject = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  throw new Error(`${subject} needs Python ${PYTHON_MINIMUM.join(".")} or later on the PATH; ${seen}.`);
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > PYTHON_MINIMUM[0] || (major === PYTHON_MINIMUM[0] && minor >= PYTHON_MINIMUM[1]);
}

async function installWith(
  python: Python,
  { what, requirementsFile }: WantedPackages,
  directory: string,
): Promise<void> {
  const pip = await findPip(python, directory);
  const target = path.join(directory, "packages");
  const args = ["install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"];
  const from = ["--only-binary", ":all:", "--target", target, "--requirement", requirementsFile];
  const { exitCode, stderr } = await runCommand(pip, ["-m", "pip", ...args, ...from], pipEnvironment());
  if (exitCode !== 0) throw new Error(`pip could not install ${what}: ${lastLines(stderr)}`);
  await rm(path.join(directory, "pip"), { recursive: true, force: true });
}

/** A Python that has pip: the one found, else a virtual environment of it, made in `workDirectory`. */
async function findPip(python: Python, workDirectory: string): Promise<string> {
  if ((await runCommand(python.command, ["-m", "pip", "--version"])).exitCode === 0) return python.command;
  const venv = path.join(workDirectory, "pip");
  if ((await runCommand(python.command, ["-m", "venv", venv])).exitCode === 0) {
    const inside = path.join(venv, "bin", "python");
    if ((await runCommand(inside, ["-m", "pip", "--version"])).exitCode === 0) return inside;
  }
  throw new Error(
    `Python ${python.version} (${python.command}) has neither pip nor a working venv; install the package python3-pip or python3-venv.`,
  );
}

function pipEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !CONTRADICTING_PIP_SETTINGS.includes(name));
  return { ...Object.fromEntries(kept), PIP_ROOT_USER_ACTION: "ignore" };
}
