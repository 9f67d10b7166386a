import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  GetEventSourceMappingCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { functionArn, queueArn, queueUrl } from "../../core/names";
import { runCleanup } from "../../emulator/cleanup";
import {
  allow,
  type ClientOptions,
  clientConfiguration,
  createRole,
  lambdaClient,
  sqsClient,
} from "../../emulator/clients";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { waitFor } from "../../emulator/wait";
import { bundleFunction } from "./fixtures/bundle";
import { CALLER, type CallerReport } from "./fixtures/caller";
import { createFunction, createMapping, enableMappings } from "./fixtures/lambda-api";
import { REPORTER, type Report } from "./fixtures/reporter";
import { createSchedule } from "./fixtures/scheduler-api";

const EAST = "us-east-1";
const WEST = "us-west-2";
const EUROPE = "eu-west-1";
const ACCOUNT = "111111111111";
const MINUTE_SECONDS = 1;
const RESET = "ECONNRESET";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
  ],
});

let emulator: Emulator;
let role: string;
let reporter: Buffer;
let caller: Buffer;
let names = 0;
const open: { destroy(): void }[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ regions: [EAST, WEST, EUROPE], minuteSeconds: MINUTE_SECONDS });
  role = await createRole(emulator, {
    account: ACCOUNT,
    name: "worker",
    policies: { all: allow("sqs:*") },
  });
  [reporter, caller] = await Promise.all([bundleFunction(REPORTER), bundleFunction(CALLER)]);
}, 180_000);

afterEach(async () => {
  await emulator.restoreAll();
  for (const client of open.splice(0)) client.destroy();
});

afterAll(runCleanup);

function kept<T extends { destroy(): void }>(client: T): T {
  open.push(client);
  return client;
}

const from = (source: string, target = source): ClientOptions => ({
  region: target,
  source,
  account: ACCOUNT,
  maxAttempts: 1,
});

const sqs = (source: string, target = source): SQSClient => kept(sqsClient(emulator, from(source, target)));

/** Whether a call from one region to another is answered. */
function reaches(source: string, target = source): Promise<boolean> {
  return sqs(source, target)
    .send(new ListQueuesCommand({}))
    .then(
      () => true,
      (error: Error) => {
        if (error.message.includes(RESET)) return false;
        throw error;
      },
    );
}

async function createQueue(
  region: string,
  name = `queue-${++names}`,
  VisibilityTimeout = "30",
): Promise<string> {
  await sqs(region).send(new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout } }));
  return queueUrl(region, ACCOUNT, name);
}

async function receive<T>(region: string, QueueUrl: string, WaitTimeSeconds = 1): Promise<T | undefined> {
  const { Messages } = await sqs(region).send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }));
  return Messages?.[0] && JSON.parse(Messages[0].Body ?? "");
}

/** A queue of a region that a function of its own reads, which tells on another queue what it got. */
async function readQueue(region: string, visibilitySeconds = 30) {
  const name = `reader-${++names}`;
  const url = await createQueue(region, name, String(visibilitySeconds));
  const reports = await createQueue(region, `${name}-reports`, "600");
  const variables = { REPORTS_URL: reports };
  const options = { region, account: ACCOUNT, name, role, zip: reporter, variables };
  await createFunction(emulator, { ...options, timeoutSeconds: visibilitySeconds });
  await createMapping(emulator, {
    region,
    account: ACCOUNT,
    functionName: name,
    queueArn: queueArn(region, ACCOUNT, name),
    batchSize: 1,
  });
  return {
    name,
    url,
    send: (body: string) => sqs(region).send(new SendMessageCommand({ QueueUrl: url, MessageBody: body })),
    nextRecord: async () => {
      const { event } = await waitFor(() => receive<Report>(region, reports), { timeoutMs: 20_000 });
      return event.Records[0]!;
    },
  };
}

async function waiting(region: string, QueueUrl: string): Promise<number> {
  const name = "ApproximateNumberOfMessages";
  const answer = await sqs(region).send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }));
  return Number(answer.Attributes?.[name]);
}

test("control planes are lost for everybody, and data planes answer", async () => {
  const name = `reader-${++names}`;
  const options = { region: WEST, account: ACCOUNT, name, role, zip: reporter };
  await createFunction(emulator, { ...options, variables: {}, timeoutSeconds: 5 });
  const lost = await emulator.loseControlPlanes();
  const lambda = kept(lambdaClient(emulator, from(WEST)));
  const control = () => lambda.send(new ListEventSourceMappingsCommand({}));
  await expect(control()).rejects.toThrow(RESET);
  const iam = kept(new IAMClient(clientConfiguration(emulator, from(EUROPE, EAST))));
  await expect(iam.send(new GetRoleCommand({ RoleName: "worker" }))).rejects.toThrow(RESET);
  const sts = kept(new STSClient(clientConfiguration(emulator, from(WEST, EAST))));
  await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow(RESET);
  const invoke = new InvokeCommand({ FunctionName: name, InvocationType: "Event" });
  await expect(lambda.send(invoke)).resolves.toMatchObject({ StatusCode: 202 });
  expect(await Promise.all([reaches(WEST), reaches(EAST, WEST)])).toEqual([true, true]);
  await lost.restore();
  await expect(control()).resolves.toBeDefined();
});

describe("a region that is lost", () => {
  test("answers nobody and calls nobody, and the others reach each other", async () => {
    const lost = await emulator.loseRegion(WEST);
    expect(await Promise.all([reaches(WEST), reaches(EAST, WEST), reaches(WEST, EAST)])).toEqual([
      false,
      false,
      false,
    ]);
    expect(await Promise.all([reaches(EAST), reaches(EAST, EUROPE)])).toEqual([true, true]);
    await lost.restore();
    await lost.restore();
    expect(await Promise.all([reaches(WEST), reaches(EAST, WEST), reaches(WEST, EAST)])).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("takes the global control planes with it, and not the regional ones of others", async () => {
    await emulator.loseRegion(WEST);
    const iam = kept(new IAMClient(clientConfiguration(emulator, from(EUROPE, EAST))));
    await expect(iam.send(new GetRoleCommand({ RoleName: "worker" }))).rejects.toThrow(RESET);
    const sts = (source: string, target: string) =>
      kept(new STSClient(clientConfiguration(emulator, from(source, target)))).send(
        new GetCallerIdentityCommand({}),
      );
    await expect(sts(EUROPE, EAST)).rejects.toThrow(RESET);
    await expect(sts(EUROPE, EUROPE)).resolves.toMatchObject({ Account: ACCOUNT });
    await expect(sts(EAST, EAST)).resolves.toMatchObject({ Account: ACCOUNT });
  });

  test("us-east-1 takes IAM along, reads and changes, and not sessions nor the STS of others", async () => {
    const iam = (source: string) =>
      kept(new IAMClient({ ...clientConfiguration(emulator, from(source, EAST)), maxAttempts: 1 }));
    const read = (source: string) => iam(source).send(new GetRoleCommand({ RoleName: "worker" }));
    const change = (source: string, RoleName: string) =>
      iam(source).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
    const session = kept(sqsClient(emulator, { region: WEST, account: ACCOUNT, role }));
    const QueueUrl = await createQueue(WEST);
    const send = () => session.send(new SendMessageCommand({ QueueUrl, MessageBody: "by a session" }));
    await send();

    const lost = await emulator.loseRegion(EAST);
    for (const source of [WEST, EUROPE]) {
      await expect(read(source)).rejects.toThrow(RESET);
      await expect(change(source, `late-${source}`)).rejects.toThrow(RESET);
    }
    await expect(send()).resolves.toBeDefined();
    const fresh = kept(sqsClient(emulator, { region: EUROPE, account: ACCOUNT, role }));
    await expect(fresh.send(new ListQueuesCommand({}))).resolves.toBeDefined();
    await lost.restore();
    await expect(read(WEST)).resolves.toBeDefined();
    await expect(change(WEST, "in-time")).resolves.toBeDefined();
  });

  test("lets calls hang until it is back, those under way too", async () => {
    const [west, east] = [await createQueue(WEST), await createQueue(EAST)];
    const mark = emulator.gateway.mark();
    let settled = 0;
    const watched = <T>(call: Promise<T>): Promise<T> =>
      call.finally(() => {
        settled += 1;
      });
    const underWay = expect(watched(receive(WEST, west, 1))).rejects.toThrow(RESET);
    await waitFor(
      () => emulator.gateway.countCalls({ target: WEST, operation: "ReceiveMessage" }, mark) === 1,
    );
    const lost = await emulator.loseRegion(WEST, { manner: "hang" });
    const later = watched(reaches(EAST, WEST));
    // Answered after the call that was under way would have been.
    await receive(EAST, east, 2);
    expect(settled).toBe(0);

    await lost.restore();
    await underWay;
    expect(await later).toBe(false);
  });

  test("stops its mappings, which stay as they were, and resumes them", async () => {
    const [on, off] = [await readQueue(WEST), await readQueue(WEST)];
    await enableMappings(emulator, { region: WEST, account: ACCOUNT, functionName: off.name }, false);
    const lost = await emulator.loseRegion(WEST);
    await expect(on.send("refused")).rejects.toThrow(RESET);
    await lost.restore();

    const stalled = await emulator.stallPollers(WEST);
    await on.send("on");
    await off.send("off");
    const again = await emulator.loseRegion(WEST);
    await stalled.restore();
    await again.restore();
    expect((await on.nextRecord()).body).toBe("on");
    expect(await waiting(WEST, off.url)).toBe(1);
    const lambda = kept(lambdaClient(emulator, from(WEST)));
    for (const [{ name }, State] of [
      [on, "Enabled"],
      [off, "Disabled"],
    ] as const) {
      const { EventSourceMappings = [] } = await lambda.send(
        new ListEventSourceMappingsCommand({ FunctionName: name }),
      );
      const { UUID } = EventSourceMappings[0]!;
      await expect(lambda.send(new GetEventSourceMappingCommand({ UUID }))).resolves.toMatchObject({ State });
    }
  });

  test("kills its workers at work; what they had comes back after the visibility time-out", async () => {
    const [west, east] = [await readQueue(WEST, 3), await readQueue(EAST, 10)];
    await Promise.all([west.send('{"sleepSeconds":2}'), east.send('{"sleepSeconds":1}')]);
    expect((await west.nextRecord()).attributes.ApproximateReceiveCount).toBe("1");
    expect((await east.nextRecord()).attributes.ApproximateReceiveCount).toBe("1");
    const lost = await emulator.loseRegion(WEST);
    await waitFor(async () => (await emulator.workers()).every(({ region }) => region !== WEST));
    expect((await emulator.workers()).some(({ region }) => region === EAST)).toBe(true);

    await lost.restore();
    expect((await west.nextRecord()).attributes.ApproximateReceiveCount).toBe("2");
  }, 30_000);

  test("keeps what was invoked asynchronously until it is back, however long that is", async () => {
    const [url, east] = [await createQueue(WEST), await createQueue(EAST)];
    const name = `later-${++names}`;
    const options = { region: WEST, account: ACCOUNT, name, role, zip: caller };
    await createFunction(emulator, { ...options, variables: { REPORTS_URL: url } });
    const works = async () => (await emulator.workers()).some(({ functionName }) => functionName === name);
    const lambda = kept(lambdaClient(emulator, from(WEST)));
    const Payload = JSON.stringify({ sleepSeconds: 4 });
    await lambda.send(new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload }));
    await waitFor(works);
    const lost = await emulator.loseRegion(WEST);
    await waitFor(async () => !(await works()), { timeoutMs: 2_000 });
    // Longer than it would take to try again twice in vain.
    await receive(EAST, east, 4);
    await lost.restore();
    expect(await waitFor(() => receive<CallerReport>(WEST, url))).toMatchObject({ name });
  }, 30_000);

  /** Minutes for which the schedules of a lost region stand still. */
  const MISSED = 8;

  test("stops its schedules, those of others go on, and resumes them", async () => {
    const urls = new Map<string, string>();
    for (const region of [EAST, WEST]) {
      const url = await createQueue(region);
      const functionName = `scheduled-${++names}`;
      const options = { region, account: ACCOUNT, name: functionName, role, zip: caller };
      await createFunction(emulator, { ...options, variables: { REPORTS_URL: url } });
      const targetArn = functionArn(region, ACCOUNT, functionName);
      await createSchedule(emulator, { region, account: ACCOUNT, name: functionName, targetArn });
      urls.set(region, url);
    }
    const fired = async (region: string) =>
      (await waitFor(() => receive<CallerReport>(region, urls.get(region)!))).at;
    await fired(WEST);
    const lost = await emulator.loseRegion(WEST);
    const from = Date.now();
    for (let times = 0; times < MISSED; times += 1) await fired(EAST);
    const restored = Date.now();
    await lost.restore();

    let at = await fired(WEST);
    // What was told before the region was lost comes first; nothing was told while it was lost.
    while (at < from) at = await fired(WEST);
    expect(at).toBeGreaterThanOrEqual(restored);
    // One for what was due meanwhile, perhaps one whose function was killed, then each minute as before: as often as elsewhere.
    for (let times = 0; times < MISSED; times += 1) await fired(EAST);
    let more = 0;
    while ((await receive<CallerReport>(WEST, urls.get(WEST)!, 0)) !== undefined) more += 1;
    expect(more).toBeLessThan(MISSED + MISSED / 2);
  }, 60_000);

  test("fails for a region that there is not", async () => {
    await expect(emulator.loseRegion("eu-north-1")).rejects.toThrow('no region "eu-north-1"');
  });
});

describe("a link that is cut", () => {
  test("fails in both directions and for these two regions only", async () => {
    const cut = await emulator.cut(EAST, WEST);
    const pairs = [
      [EAST, WEST],
      [WEST, EAST],
      [EAST, EUROPE],
      [EUROPE, WEST],
      [WEST, WEST],
    ] as const;
    const reached = () => Promise.all(pairs.map(([source, target]) => reaches(source, target)));
    expect(await reached()).toEqual([false, false, true, true, true]);
    await cut.restore();
    expect(await reached()).toEqual([true, true, true, true, true]);
  });

  test("may be cut twice, and is mended when both are restored", async () => {
    const [cut, isolated] = [await emulator.cut(EAST, WEST), await emulator.isolate(WEST)];
    await cut.restore();
    expect(await reaches(EAST, WEST)).toBe(false);
    await isolated.restore();
    expect(await reaches(EAST, WEST)).toBe(true);
  });

  test("fails for a region and itself", async () => {
    await expect(emulator.cut(EAST, EAST)).rejects.toThrow("no link from a region to itself");
  });
});

test("an isolated region works inside, and nothing comes in or out, control planes included", async () => {
  const reader = await readQueue(WEST);
  await emulator.isolate(WEST);
  expect(
    await Promise.all([reaches(WEST, EAST), reaches(EUROPE, WEST), reaches(WEST), reaches(EAST, EUROPE)]),
  ).toEqual([false, false, true, true]);
  await reader.send("inside");
  expect((await reader.nextRecord()).body).toBe("inside");
  const iam = (source: string) =>
    kept(new IAMClient(clientConfiguration(emulator, from(source, EAST)))).send(
      new GetRoleCommand({ RoleName: "worker" }),
    );
  await expect(iam(WEST)).rejects.toThrow(RESET);
  await expect(iam(EUROPE)).resolves.toBeDefined();
});

test("stalled pollers leave everything on its queue, and queues and functions answer", async () => {
  const [west, east] = [await readQueue(WEST), await readQueue(EAST)];
  const stalled = await emulator.stallPollers(WEST);
  await Promise.all([west.send("waits"), east.send("passes")]);
  expect((await east.nextRecord()).body).toBe("passes");
  expect(await waiting(WEST, west.url)).toBe(1);
  const lambda = kept(lambdaClient(emulator, from(WEST)));
  const Payload = JSON.stringify({ Records: [] });
  const answer = await lambda.send(new InvokeCommand({ FunctionName: west.name, Payload }));
  expect(answer.FunctionError).toBeUndefined();

  await stalled.restore();
  // The report of the invocation comes first.
  expect(await west.nextRecord()).toBeUndefined();
  expect((await west.nextRecord()).body).toBe("waits");
});
