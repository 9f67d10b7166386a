import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Testing } from "cdktf";
import { RegionStack } from "../../stacks/region-stack";
import { childEnvironment } from "../emulator/environment";
import { runCommand } from "../emulator/run-command";
import { terraformCli } from "../emulator/terraform-cli";
import { configuration } from "../fixtures";

jest.setTimeout(180_000);

let run: string;
let directory: string;
let environment: NodeJS.ProcessEnv;

async function terraform(...args: string[]) {
  const result = await runCommand("terraform", [`-chdir=${directory}`, ...args], environment);
  if (result.exitCode !== 0)
    throw new Error(`terraform ${args[0]} failed:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

beforeAll(async () => {
  run = await mkdtemp(path.join(tmpdir(), "sqs-multi-region-terraform-"));
  const settings = configuration({ state_backend: { type: "local", directory: run } });
  const app = Testing.app({ outdir: run });
  new RegionStack(app, settings, "us-east-1");
  app.synth();
  directory = path.join(run, "stacks", "shop-us-east-1");
  await copyFile(
    path.join(__dirname, "region-stack.tftest.hcl"),
    path.join(directory, "region-stack.tftest.hcl"),
  );
  const { configFile } = await terraformCli(run);
  environment = childEnvironment({ TF_CLI_CONFIG_FILE: configFile });
  await terraform("init", "-input=false", "-no-color");
});

afterAll(() => rm(run, { recursive: true, force: true }));

test("terraform accepts the synthesized stack", async () => {
  expect(JSON.parse(await terraform("validate", "-json"))).toMatchObject({ valid: true, warning_count: 0 });
});

test("terraform test passes with a mock provider", async () => {
  const summary = JSON.parse(
    (await terraform("test", "-json")).split("\n").find((line) => line.includes('"test_summary"')) ?? "{}",
  );
  process.stdout.write(`terraform test: ${summary.test_summary?.passed} runs\n`);
  expect(summary.test_summary).toMatchObject({
    status: "pass",
    passed: 3,
    failed: 0,
    errored: 0,
    skipped: 0,
  });
});
