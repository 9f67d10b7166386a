import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { cacheDirectory } from "./paths";
import { runCommand } from "./run-command";

/** An emulator that is ready to be started. */
export interface EmulatorInstallation {
  /** Python interpreter to run it with. */
  readonly python: string;
  /** Folder of its packages, for `PYTHONPATH`. */
  readonly packages: string;
  /** Whether this call installed it, or it was there before. */
  readonly installed: boolean;
}

interface Python {
  readonly command: string;
  readonly version: string;
}

const REQUIREMENTS_FILE = path.join(__dirname, "requirements.txt");
const PYTHON_COMMANDS = ["python3", "python"] as const;
const PYTHON_MINIMUM: readonly [number, number] = [3, 10];
/** Written last, so that a folder with it is complete. */
const MARKER = "complete.json";
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
 * Installs MiniStack and all its dependencies at the versions and hashes of `requirements.txt` into the cache, from wheels
 * alone. Returns at once when it is there. Safe when two processes start together: the first to finish wins.
 *
 * @throws Error in one sentence when there is no Python 3.10 or later, no pip, or the installation fails
 */
export async function installEmulator(log: (line: string) => void = () => {}): Promise<EmulatorInstallation> {
  const python = await findPython();
  const requirements = await readFile(REQUIREMENTS_FILE, "utf8");
  const directory = path.join(cacheDirectory(), "emulator", digestOf(requirements, python.version));
  const packages = path.join(directory, "packages");
  if (existsSync(path.join(directory, MARKER))) return { python: python.command, packages, installed: false };

  log(`installing the AWS emulator with Python ${python.version} (once)`);
  await installAtomically(python, directory);
  return { python: python.command, packages, installed: true };
}

/** Packages contain compiled code, so the folder is for one version of Python on one kind of machine. */
function digestOf(requirements: string, pythonVersion: string): string {
  const minor = pythonVersion.split(".").slice(0, 2).join(".");
  const hash = createHash("sha256").update(requirements);
  return hash.update(`python ${minor} ${process.platform} ${process.arch}`).digest("hex").slice(0, 16);
}

async function findPython(): Promise<Python> {
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
  throw new Error(`The AWS emulator needs Python ${PYTHON_MINIMUM.join(".")} or later on the PATH; ${seen}.`);
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > PYTHON_MINIMUM[0] || (major === PYTHON_MINIMUM[0] && minor >= PYTHON_MINIMUM[1]);
}

async function installAtomically(python: Python, directory: string): Promise<void> {
  const unfinished = `${directory}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    const pip = await findPip(python, unfinished);
    const target = path.join(unfinished, "packages");
    const args = ["install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"];
    const from = ["--only-binary", ":all:", "--target", target, "--requirement", REQUIREMENTS_FILE];
    const { exitCode, stderr } = await runCommand(pip, ["-m", "pip", ...args, ...from], pipEnvironment());
    if (exitCode !== 0) throw new Error(`pip could not install the AWS emulator: ${lastLines(stderr)}`);
    await rm(path.join(unfinished, "pip"), { recursive: true, force: true });
    await writeFile(path.join(unfinished, MARKER), `${JSON.stringify({ python: python.version })}\n`);
    await moveIntoPlace(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
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

async function moveIntoPlace(unfinished: string, directory: string): Promise<void> {
  try {
    await rename(unfinished, directory);
  } catch (error) {
    if (existsSync(path.join(directory, MARKER))) return;
    throw error;
  }
}

function lastLines(text: string): string {
  return text.trim().split(/\r?\n/).slice(-3).join(" ");
}
