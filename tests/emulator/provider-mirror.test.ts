import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { findProviderMirror, PROVIDER_VERSION } from "../../emulator/provider-mirror";
import { terraformCli } from "../../emulator/terraform-cli";

const PLATFORM = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

let root: string;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "mirror-test-"));
  before = { ...process.env };
});

afterEach(async () => {
  for (const name of ["TF_CLI_CONFIG_FILE", "SQS_MULTI_REGION_PROVIDER_MIRROR"]) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await rm(root, { recursive: true, force: true });
});

async function makeMirror(...folders: readonly string[]): Promise<string> {
  const mirror = path.join(root, ...folders);
  const provider = path.join(mirror, "registry.example.com", "hashicorp", "aws", PROVIDER_VERSION, PLATFORM);
  await mkdir(provider, { recursive: true });
  return mirror;
}

describe("findProviderMirror", () => {
  test("prefers the folders where Terraform looks by itself", async () => {
    await makeMirror("anywhere");
    const implied = await makeMirror("home", "plugins");
    await expect(findProviderMirror([path.join(root, "missing"), implied], root)).resolves.toBe(implied);
  });

  test("finds a mirror elsewhere, the one nearest to the root", async () => {
    await makeMirror("a", "b", "deep");
    const near = await makeMirror("z", "near");
    await expect(findProviderMirror([], root)).resolves.toBe(near);
  });

  test("finds none in virtual file systems and node_modules, or for another machine", async () => {
    await makeMirror("proc", "x");
    await makeMirror("a", "node_modules");
    await mkdir(
      path.join(root, "b", "registry.example.com", "hashicorp", "aws", PROVIDER_VERSION, "plan9_mips"),
      {
        recursive: true,
      },
    );
    await expect(findProviderMirror([], root)).resolves.toBeUndefined();
  });
});

describe("terraformCli", () => {
  test("takes the configuration that TF_CLI_CONFIG_FILE names, if it exists", async () => {
    const file = path.join(root, "terraform.rc");
    await writeFile(file, "");
    process.env.TF_CLI_CONFIG_FILE = file;
    await expect(terraformCli(root)).resolves.toMatchObject({
      configFile: file,
      choice: expect.stringContaining(file),
    });
  });

  test("else takes the mirror that is named", async () => {
    process.env.TF_CLI_CONFIG_FILE = path.join(root, "missing");
    const mirror = await makeMirror("mine");
    process.env.SQS_MULTI_REGION_PROVIDER_MIRROR = mirror;
    const cli = await terraformCli(root);
    expect(cli).toMatchObject({
      choice: `Terraform takes the provider from the mirror ${mirror}.`,
      downloads: false,
    });
    await expect(readFile(cli.configFile, "utf8")).resolves.toContain(`path    = "${mirror}"`);
  });

  test("fails for a named mirror without the provider", async () => {
    delete process.env.TF_CLI_CONFIG_FILE;
    process.env.SQS_MULTI_REGION_PROVIDER_MIRROR = root;
    await expect(terraformCli(root)).rejects.toThrow(`there is no <host>/hashicorp/aws/${PROVIDER_VERSION}`);
  });
});
