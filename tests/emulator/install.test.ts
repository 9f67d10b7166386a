import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { installEmulator } from "../../emulator/install";

let directory: string;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  before = { ...process.env };
  directory = await mkdtemp(path.join(os.tmpdir(), "install-test-"));
  process.env.SQS_MULTI_REGION_CACHE = path.join(directory, "cache");
});

afterEach(async () => {
  process.env.PATH = before.PATH;
  if (before.SQS_MULTI_REGION_CACHE === undefined) delete process.env.SQS_MULTI_REGION_CACHE;
  else process.env.SQS_MULTI_REGION_CACHE = before.SQS_MULTI_REGION_CACHE;
  await rm(directory, { recursive: true, force: true });
});

/** Makes these the only commands on the PATH; each is a shell script. */
async function onlyCommands(commands: Readonly<Record<string, string>>): Promise<void> {
  const bin = path.join(directory, "bin");
  await mkdir(bin);
  for (const [name, script] of Object.entries(commands)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  await symlink("/bin/sh", path.join(bin, "sh"));
  process.env.PATH = bin;
}

/** A Python of a version whose pip answers as told. */
function python(version: string, pip: string): string {
  return `case "$1 $2" in
    "-c "*) printf '%s\\n%s\\n' "$0" ${version} ;;
    "-m pip") shift 2; ${pip} ;;
    *) exit 1 ;;
  esac`;
}

const PIP_THAT_INSTALLS = `case "$1" in
    --version) exit 0 ;;
    *) while [ "$1" != --target ]; do shift; done; /bin/mkdir -p "$2/ministack"; echo run >> "$PIP_RUNS" ;;
  esac`;

test("fails without Python", async () => {
  await onlyCommands({});
  await expect(installEmulator()).rejects.toThrow(
    "The AWS emulator needs Python 3.10 or later on the PATH; found neither python3 nor python.",
  );
});

test("fails with a Python that is too old, naming its version", async () => {
  await onlyCommands({ python3: python("3.9.18", "exit 0"), python: python("2.7.18", "exit 0") });
  await expect(installEmulator()).rejects.toThrow("found: python3 is 3.9.18, python is 2.7.18.");
});

test("fails without pip and venv, naming the packages to install", async () => {
  await onlyCommands({ python3: python("3.12.1", "exit 1") });
  await expect(installEmulator()).rejects.toThrow("install the package python3-pip or python3-venv.");
});

test("fails with what pip says", async () => {
  const pip = `case "$1" in --version) exit 0 ;; *) echo "no network" >&2; exit 1 ;; esac`;
  await onlyCommands({ python3: python("3.12.1", pip) });
  await expect(installEmulator()).rejects.toThrow("pip could not install the AWS emulator: no network");
});

test("takes python when python3 is too old", async () => {
  process.env.PIP_RUNS = path.join(directory, "runs");
  await onlyCommands({ python3: python("3.8.1", "exit 1"), python: python("3.13.0", PIP_THAT_INSTALLS) });
  await expect(installEmulator()).resolves.toMatchObject({
    python: path.join(directory, "bin", "python"),
    installed: true,
  });
});

test("installs once, also when started several times at once, and leaves nothing unfinished", async () => {
  process.env.PIP_RUNS = path.join(directory, "runs");
  await onlyCommands({ python3: python("3.12.1", PIP_THAT_INSTALLS) });
  const [first, second] = await Promise.all([installEmulator(), installEmulator()]);
  expect(first.packages).toBe(second.packages);

  await expect(installEmulator()).resolves.toMatchObject({ packages: first.packages, installed: false });
  await expect(readdir(path.join(directory, "cache", "emulator"))).resolves.toHaveLength(1);
});
