import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { installCheckov, installTflint } from "../../../scripts/check-modules/install-tools";

let directory: string;
let before: NodeJS.ProcessEnv;
const nothing = () => {};

beforeEach(async () => {
  before = { ...process.env };
  directory = await mkdtemp(path.join(os.tmpdir(), "install-tools-test-"));
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

test("tflint is built once, at its version, also when several ask at once", async () => {
  await onlyCommands({ go: `echo "$*" >> ${directory}/runs; echo built > "$GOBIN/tflint"` });
  const [one, other] = await Promise.all([installTflint(nothing), installTflint(nothing)]);
  expect(one).toEqual(other);
  await expect(readFile(one.command, "utf8")).resolves.toBe("built\n");
  await rm(path.join(directory, "runs"));
  await installTflint(nothing);
  await expect(readdir(directory)).resolves.not.toContain("runs");
  await expect(readdir(path.join(directory, "cache", "tflint"))).resolves.toHaveLength(1);
});

test("fails without Go, and when the build fails, with what was tried", async () => {
  const tried = 'tflint could not be installed by "go install github.com/terraform-linters/tflint@v0.64.0": ';
  await onlyCommands({});
  await expect(installTflint(nothing)).rejects.toThrow(`${tried}spawn go ENOENT`);
  await writeFile(path.join(directory, "bin", "go"), "#!/bin/sh\necho no network >&2; exit 1\n");
  await chmod(path.join(directory, "bin", "go"), 0o755);
  await expect(installTflint(nothing)).rejects.toThrow(`${tried}no network`);
});

test("checkov fails without Python, and is of the version of its requirements", async () => {
  await onlyCommands({});
  await expect(installCheckov(nothing)).rejects.toThrow("Checkov needs Python 3.10 or later on the PATH");
  const requirements = path.join(__dirname, "../../../scripts/check-modules/requirements.txt");
  const text = await readFile(requirements, "utf8");
  const pinned = text.match(/^checkov==(.*?) /m)![1]!;
  expect(text).toContain(`echo checkov==${pinned} | uv`);
});
