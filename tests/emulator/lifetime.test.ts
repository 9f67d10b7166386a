import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runCleanup } from "../../emulator/cleanup";
import { allow, createRole } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { descendantsOf, isRunning } from "../../emulator/processes";
import { waitFor } from "../../emulator/wait";
import { bundleFunction } from "./fixtures/bundle";
import { createFunction, invokeFunction } from "./fixtures/lambda-api";

const REGION = "us-east-1";
const ACCOUNT = "111111111111";

afterEach(runCleanup);

test("stopping ends server and workers, closes the ports and removes the temporary folder", async () => {
  const emulator = await startEmulator({ regions: [REGION] });
  const worker = await startWorker(emulator);
  const endpoint = emulator.endpoint(REGION);
  expect(isRunning(worker)).toBe(true);

  await emulator.stop();
  expect(isRunning(worker)).toBe(false);
  expect(existsSync(emulator.directory)).toBe(false);
  await expect(fetch(endpoint)).rejects.toThrow();
  await emulator.stop();
}, 60_000);

test("a folder that was given stays, with the log", async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), "lifetime-test-"));
  const emulator = await startEmulator({ regions: [REGION], directory });
  await emulator.stop();
  expect(existsSync(path.join(directory, "emulator.log"))).toBe(true);
  await rm(directory, { recursive: true });
}, 60_000);

test("two emulators run side by side and know nothing of each other", async () => {
  const emulators = await Promise.all([1, 2].map(() => startEmulator({ regions: [REGION] })));
  const roles = emulators.map((emulator) =>
    createRole(emulator, { account: ACCOUNT, name: "same", policies: {} }),
  );
  await expect(Promise.all(roles)).resolves.toHaveLength(2);
}, 60_000);

test("a parent that is killed takes the emulator with it", async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), "lifetime-test-"));
  const parent = startParent(directory);
  await new Promise<void>((resolve) => parent.stdout?.once("data", () => resolve()));
  const family = (await descendantsOf(parent.pid ?? 0)).filter(
    ({ environment }) => environment.get("AUTH") === "true",
  );
  expect(family.length).toBeGreaterThan(0);

  parent.kill("SIGKILL");
  await waitFor(() => !family.some(({ pid }) => isRunning(pid)), { what: "the end of the emulator" });
  await rm(directory, { recursive: true });
}, 60_000);

test("fails without regions", async () => {
  await expect(startEmulator({ regions: [] })).rejects.toThrow("the emulator needs at least one region");
});

async function startWorker(emulator: Emulator): Promise<number> {
  const zip = await bundleFunction("export async function handler() { return process.pid; }");
  const role = await createRole(emulator, {
    account: ACCOUNT,
    name: "fn",
    policies: { all: allow("sqs:*") },
  });
  await createFunction(emulator, { region: REGION, account: ACCOUNT, name: "fn", role, zip });
  const pid = Number(await invokeFunction(emulator, { region: REGION, account: ACCOUNT, name: "fn" }));
  expect(await emulator.workers()).toMatchObject([{ pid, functionName: "fn", region: REGION }]);
  return pid;
}

function startParent(directory: string): ChildProcess {
  const fixture = path.join(__dirname, "fixtures", "start-and-wait.ts");
  return spawn(process.execPath, ["--import", "tsx", fixture, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
