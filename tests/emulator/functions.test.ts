/** How runs of functions go: beside each other, within their concurrency, and frozen in the middle. */
import { InvokeCommand, type LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { functionArn, queueArn, queueUrl } from "../../core/names";
import { runCleanup } from "../../emulator/cleanup";
import { allow, createRole, lambdaClient, sqsClient } from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { describeFull } from "../tier";
import { bundleFunction } from "./fixtures/bundle";
import { CALLER, type CallerReport } from "./fixtures/caller";
import { createFunction, limitEventAge, reserveConcurrency } from "./fixtures/lambda-api";
import { createSchedule, deleteSchedule } from "./fixtures/scheduler-api";

const EAST = "us-east-1";
const WEST = "us-west-2";
const ACCOUNT = "111111111111";
const MINUTE_SECONDS = 1;

let emulator: Emulator;
let role: string;
let zip: Buffer;
let lambda: LambdaClient;
const queues = new Map<string, SQSClient>();
let names = 0;

beforeAll(async () => {
  emulator = await startEmulator({
    regions: [EAST, WEST],
    minuteSeconds: MINUTE_SECONDS,
    // An event is too old after three seconds here, so that nobody waits for the minute that is the least of AWS.
    liftedConstraints: ["aws_lambda_function_event_invoke_config.maximum_event_age_in_seconds"],
  });
  role = await createRole(emulator, { account: ACCOUNT, name: "run", policies: { all: allow("sqs:*") } });
  zip = await bundleFunction(CALLER);
  lambda = lambdaClient(emulator, { region: WEST, account: ACCOUNT, maxAttempts: 1 });
  for (const region of emulator.regions)
    queues.set(region, sqsClient(emulator, { region, account: ACCOUNT }));
}, 180_000);

afterEach(() => emulator.restoreAll());

afterAll(async () => {
  for (const client of [lambda, ...queues.values()]) client.destroy();
  await runCleanup();
});

/** A function of a region that tells on a queue of its own name when a run ends. */
async function createReporting(region = WEST, name = `runs-${++names}`) {
  await queues.get(region)!.send(new CreateQueueCommand({ QueueName: name }));
  const variables = { REPORTS_URL: queueUrl(region, ACCOUNT, name) };
  const where = { region, account: ACCOUNT, name };
  // The longest that Lambda has: a controller runs for minutes.
  await createFunction(emulator, { ...where, role, zip, variables, timeoutSeconds: 900 });
  return where;
}

async function receive(region: string, name: string, WaitTimeSeconds = 1): Promise<Message | undefined> {
  const QueueUrl = queueUrl(region, ACCOUNT, name);
  const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, VisibilityTimeout: 600 });
  return (await queues.get(region)!.send(command)).Messages?.[0];
}

async function nextReport(name: string, region = WEST): Promise<CallerReport> {
  const message = await waitFor(() => receive(region, name), { timeoutMs: 30_000 });
  return JSON.parse(message.Body ?? "");
}

/** Moments in which so many runs ended, in epoch seconds. */
async function ends(name: string, count: number): Promise<readonly number[]> {
  const found: number[] = [];
  while (found.length < count) found.push((await nextReport(name)).at / 1_000);
  return found.sort((a, b) => a - b);
}

const gaps = (moments: readonly number[]) => moments.slice(1).map((at, index) => at - moments[index]!);

const invoke = (FunctionName: string, input: object, InvocationType: "Event" | "RequestResponse") =>
  lambda.send(new InvokeCommand({ FunctionName, InvocationType, Payload: JSON.stringify(input) }));

describeFull("an update", () => {
  test("leaves what runs alone, and the next run is of the new function", async () => {
    const [{ name }, { name: other }] = [await createReporting(), await createReporting()];
    await invoke(name, { sleepSeconds: 8 }, "Event");
    await waitFor(async () => (await emulator.workers()).some((worker) => worker.functionName === name));
    const Variables = { REPORTS_URL: queueUrl(WEST, ACCOUNT, other) };
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment: { Variables } }),
    );
    await invoke(name, {}, "Event");
    await nextReport(other);
    await nextReport(name);
    // What began before is not used again.
    const isAlone = async () =>
      (await emulator.workers()).filter((worker) => worker.functionName === name).length === 1;
    await waitFor(isAlone);
  }, 60_000);
});

describeFull("concurrency", () => {
  test("a schedule starts the next run beside one that takes longer than a minute", async () => {
    const { name } = await createReporting();
    const targetArn = functionArn(WEST, ACCOUNT, name);
    const input = { sleepSeconds: 4 * MINUTE_SECONDS };
    await createSchedule(emulator, { region: WEST, account: ACCOUNT, name, targetArn, input });
    const workers = async () =>
      (await emulator.workers()).filter(({ functionName }) => functionName === name).length;
    await waitFor(async () => (await workers()) >= 3, { timeoutMs: 20_000 });
    const moments = await ends(name, 4);
    await deleteSchedule(emulator, { region: WEST, account: ACCOUNT, name });
    for (const gap of gaps(moments)) expect(gap).toBeLessThan(4 * MINUTE_SECONDS);
  }, 60_000);

  test("asynchronous events beyond what is reserved wait for their turn, and all have it", async () => {
    const where = await createReporting();
    await reserveConcurrency(emulator, where, 1);
    const input = { sleepSeconds: 2 };
    for (let sent = 0; sent < 3; sent += 1) await invoke(where.name, input, "Event");
    await waitFor(async () =>
      (await emulator.workers()).some(({ functionName }) => functionName === where.name),
    );
    await expect(invoke(where.name, input, "RequestResponse")).rejects.toMatchObject({
      name: "TooManyRequestsException",
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    });
    for (const gap of gaps(await ends(where.name, 3))) expect(gap).toBeGreaterThanOrEqual(2);
  }, 60_000);

  test("an asynchronous event that finds no concurrency until it is too old goes where failed ones go", async () => {
    const where = await createReporting();
    const failed = `${where.name}-failed`;
    await queues.get(WEST)!.send(new CreateQueueCommand({ QueueName: failed }));
    await reserveConcurrency(emulator, where, 0);
    await limitEventAge(emulator, where, { seconds: 3, failedArn: queueArn(WEST, ACCOUNT, failed) });
    await invoke(where.name, { too: "old" }, "Event");
    const message = await waitFor(() => receive(WEST, failed), { timeoutMs: 15_000 });
    expect(JSON.parse(message.Body ?? "")).toMatchObject({ requestPayload: { too: "old" } });
  }, 30_000);
});

describeFull("frozen workers", () => {
  const hasWorker = async (region: string, name: string) =>
    (await emulator.workers()).some((worker) => worker.region === region && worker.functionName === name);

  test("do nothing until they are thawed, and those of other regions go on", async () => {
    const { name } = await createReporting();
    await createReporting(EAST, name);
    await invoke(name, { sleepSeconds: 2 }, "Event");
    await waitFor(() => hasWorker(WEST, name));
    const frozen = await emulator.freezeWorkers(WEST, name);
    expect(frozen.pids).toHaveLength(1);
    const east = lambdaClient(emulator, { region: EAST, account: ACCOUNT });
    await east.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify({ sleepSeconds: 3 }) }));
    east.destroy();
    expect(await nextReport(name, EAST)).toMatchObject({ region: EAST });
    const thawed = Date.now();
    await frozen.thaw();
    await frozen.thaw();
    expect((await nextReport(name)).at).toBeGreaterThanOrEqual(thawed);
  }, 30_000);

  test("are thawed with everything else, and end with their region", async () => {
    const { name } = await createReporting();
    await invoke(name, {}, "RequestResponse");
    await nextReport(name);
    await emulator.freezeWorkers(WEST, name);
    await emulator.restoreAll();
    await invoke(name, {}, "RequestResponse");
    await nextReport(name);

    await emulator.freezeWorkers(WEST, name);
    await emulator.loseRegion(WEST);
    await waitFor(async () => !(await hasWorker(WEST, name)));
  }, 30_000);

  test("fail to be frozen where there is none", async () => {
    await createReporting(EAST, "idle");
    await expect(emulator.freezeWorkers(EAST, "idle")).rejects.toThrow(
      "function idle has no worker in us-east-1",
    );
  });
});
