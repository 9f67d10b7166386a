import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runCleanup } from "../../emulator/cleanup";
import { childEnvironment } from "../../emulator/environment";
import { Terraform } from "../../emulator/terraform";
import { waitFor } from "../../emulator/wait";

const REGION = "us-east-1";
const ACCOUNT = "111111111111";

let directory: string;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  before = { ...process.env };
  directory = await mkdtemp(path.join(os.tmpdir(), "terraform-test-"));
  await mkdir(path.join(directory, "bin"));
  await mkdir(path.join(directory, "stack"));
  process.env.PATH = `${path.join(directory, "bin")}${path.delimiter}${before.PATH}`;
  process.env.TF_CLI_CONFIG_FILE = path.join(directory, "given.rc");
  await writeFile(process.env.TF_CLI_CONFIG_FILE, "");
});

afterEach(async () => {
  await runCleanup();
  process.env.PATH = before.PATH;
  if (before.TF_CLI_CONFIG_FILE === undefined) delete process.env.TF_CLI_CONFIG_FILE;
  else process.env.TF_CLI_CONFIG_FILE = before.TF_CLI_CONFIG_FILE;
  await rm(directory, { recursive: true, force: true });
});

/** Terraform in front of a script that stands in for the real command. */
async function terraformThat(script: string): Promise<Terraform> {
  const command = path.join(directory, "bin", "terraform");
  await writeFile(command, `#!/bin/sh\necho "$*" >> "${directory}/calls"\n${script}\n`);
  await chmod(command, 0o755);
  const environment = (region: string, account: string): NodeJS.ProcessEnv =>
    childEnvironment({ AWS_ENDPOINT_URL: `https://127.0.0.1/${region}`, AWS_ACCESS_KEY_ID: account });
  return new Terraform({
    emulator: { directory, environment },
    directory: path.join(directory, "stack"),
    region: REGION,
    account: ACCOUNT,
  });
}

async function calls(): Promise<readonly string[]> {
  return (await readFile(path.join(directory, "calls"), "utf8")).trim().split("\n");
}

test("keeps the state in the run's folder, under the name of the stack's folder", async () => {
  const terraform = await terraformThat("exit 0");
  await terraform.init();
  expect(terraform.stateFile).toBe(path.join(directory, "terraform", "stack.tfstate"));
  expect((await calls())[0]).toContain(`-backend-config=path=${terraform.stateFile}`);
});

test("runs with the environment of the region and account, and names no region", async () => {
  process.env.AWS_REGION = "eu-west-1";
  const terraform = await terraformThat(`env > "${directory}/environment"`);
  await terraform.apply();
  delete process.env.AWS_REGION;
  const environment = await readFile(path.join(directory, "environment"), "utf8");
  expect(environment).toContain(`AWS_ENDPOINT_URL=https://127.0.0.1/${REGION}\n`);
  expect(environment).toContain(`AWS_ACCESS_KEY_ID=${ACCOUNT}\n`);
  expect(environment).toContain(`TF_CLI_CONFIG_FILE=${path.join(directory, "given.rc")}\n`);
  expect(environment).not.toMatch(/^AWS_(DEFAULT_)?REGION=/m);
  expect((await calls())[0]).toContain("-parallelism=30");
});

test.each([
  [0, false],
  [2, true],
])("a plan with exit code %d has changes: %s", async (exitCode, changes) => {
  const show = `{"resource_changes":[{"address":"a.b","type":"a","change":{"actions":["create"],"before":null,"after":{}}}]}`;
  const terraform = await terraformThat(`[ "$1" = show ] && echo '${show}' && exit 0; exit ${exitCode}`);
  const result = await terraform.plan();
  expect(result.changes).toBe(changes);
  expect(result.plan.resource_changes?.[0]?.address).toBe("a.b");
});

test("reads outputs by name", async () => {
  const terraform = await terraformThat(
    `echo '{"url":{"sensitive":false,"type":"string","value":"https://x"}}'`,
  );
  await expect(terraform.output()).resolves.toEqual({ url: "https://x" });
});

test("forgets what is at an address", async () => {
  const terraform = await terraformThat("exit 0");
  await terraform.forget("module.west");
  expect(await calls()).toEqual(["state rm -no-color module.west"]);
});

test("fails with the end of standard error and the path of the log", async () => {
  const terraform = await terraformThat(`echo "Error: no such thing" >&2; exit 1`);
  const failure = terraform.apply();
  await expect(failure).rejects.toMatchObject({ name: "TerraformError", command: "apply", exitCode: 1 });
  await expect(failure).rejects.toThrow(`Error: no such thing\nfull log: ${terraform.logFile}`);
  await expect(readFile(terraform.logFile, "utf8")).resolves.toContain("Error: no such thing");
});

test("fails when a plan fails", async () => {
  const terraform = await terraformThat("exit 1");
  await expect(terraform.plan()).rejects.toMatchObject({ command: "plan", exitCode: 1 });
});

test("the cleanup interrupts Terraform once and waits for it", async () => {
  const stopping = `trap 'echo interrupted >> "${directory}/signals"; sleep 0.1; echo saved >> "${directory}/signals"; exit 1' INT`;
  const terraform = await terraformThat(
    `${stopping}; echo started > "${directory}/started"; while :; do sleep 0.05; done`,
  );
  const outcome = expect(terraform.apply()).rejects.toThrow("exit code 1");
  await waitFor(() => readFile(path.join(directory, "started"), "utf8").catch(() => undefined));
  await runCleanup();
  await expect(readFile(path.join(directory, "signals"), "utf8")).resolves.toBe("interrupted\nsaved\n");
  await outcome;
});
