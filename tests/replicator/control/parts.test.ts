import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { encodeHeartbeat } from "../../../ownership/heartbeat";
import { readAges } from "../../../replicator/control/ages";
import { sendHeartbeats, takeHeartbeats } from "../../../replicator/control/canary";
import { Drainers } from "../../../replicator/control/drainers";
import type { Parts } from "../../../replicator/control/parts";
import { ControlledQueues } from "../../../replicator/control/queues";
import { controllerSettings as settingsIn } from "../../../replicator/control/settings";
import type { Errand } from "../../../replicator/control/tasks";
import { toEnvironment } from "../../../replicator/settings";
import { controlledQueue, controllerSettings, HOME, heartbeatOf, NOW, PEER } from "./group";
import { DRAINED } from "./world";

const MINUTE = 60_000;
const URL = "https://sqs.us-west-2.amazonaws.com/111122223333/shop-canary-standby-us-east-1";

describe("ages", () => {
  test("are asked for in calls of 500, page by page, and come in the order of time", async () => {
    const client = new CloudWatchClient({ region: PEER });
    const mock = mockClient(client);
    mock.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [], NextToken }) => {
      // Newest first and in two pages, as CloudWatch may have it.
      const minute = NextToken === undefined ? 2 : 1;
      return {
        MetricDataResults: [
          { Id: MetricDataQueries[0].Id, Timestamps: [new Date(minute * MINUTE)], Values: [minute] },
        ],
        ...(NextToken === undefined ? { NextToken: "more" } : {}),
      };
    });
    const names = Array.from({ length: 501 }, (_, index) => `queue-${index}`);
    const ages = await readAges(client, names, NOW);
    const points = [
      { at: MINUTE, ageMs: 1_000 },
      { at: 2 * MINUTE, ageMs: 2_000 },
    ];
    // One without data is missing.
    expect(ages).toEqual({ "queue-0": points, "queue-500": points });
    const sizes = mock
      .commandCalls(GetMetricDataCommand)
      .map(({ args }) => args[0].input.MetricDataQueries?.length);
    expect(sizes).toEqual([500, 500, 1, 1]);
    expect(mock.commandCalls(GetMetricDataCommand)[0]?.args[0].input).toMatchObject({
      StartTime: new Date(NOW - 15 * MINUTE),
      EndTime: new Date(NOW),
    });
  });
});

describe("the canary", () => {
  const client = new SQSClient({ region: PEER });
  const mock = mockClient(client);
  beforeEach(() => mock.reset());

  test("is sent with delays, which count in", async () => {
    mock.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
    const { at: _at, ...heartbeat } = heartbeatOf(PEER);
    await sendHeartbeats(client, URL, heartbeat, [0, 15], NOW);
    const entries = mock.commandCalls(SendMessageBatchCommand)[0]?.args[0].input.Entries;
    expect(entries?.map(({ DelaySeconds }) => DelaySeconds)).toEqual([undefined, 15]);
    expect(entries?.map(({ MessageBody }) => JSON.parse(MessageBody!).at)).toEqual([NOW, NOW + 15_000]);
  });

  test("fails when SQS does not take one of them", async () => {
    mock.on(SendMessageBatchCommand).resolves({
      Successful: [],
      Failed: [{ Id: "0", Code: "InternalError", SenderFault: false }],
    });
    const { at: _at, ...heartbeat } = heartbeatOf(PEER);
    await expect(sendHeartbeats(client, URL, heartbeat, [0], NOW)).rejects.toMatchObject({
      name: "InternalError",
    });
  });

  test("is read to its end; the newest counts, and what is none of that region's is counted and deleted too", async () => {
    const message = (body: string, ReceiptHandle: string) => ({ Body: body, ReceiptHandle });
    mock
      .on(ReceiveMessageCommand)
      .resolvesOnce({
        Messages: [
          message(encodeHeartbeat(heartbeatOf(HOME, { at: NOW + 1 })), "a"),
          message(encodeHeartbeat(heartbeatOf(HOME)), "b"),
          message(encodeHeartbeat(heartbeatOf(PEER, { at: NOW + 9 })), "c"),
          message("not JSON", "d"),
        ],
      })
      .resolvesOnce({ Messages: [message(encodeHeartbeat(heartbeatOf(HOME, { at: NOW - 1 })), "e")] })
      .resolves({});
    mock.on(DeleteMessageBatchCommand).resolves({});
    expect(await takeHeartbeats(client, URL, HOME)).toEqual({
      newest: heartbeatOf(HOME, { at: NOW + 1 }),
      strange: 2,
    });
    const deleted = mock
      .commandCalls(DeleteMessageBatchCommand)
      .flatMap(({ args }) => args[0].input.Entries ?? []);
    expect(deleted.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual(["a", "b", "c", "d", "e"]);
  });
});

describe("controlled queues", () => {
  const client = new SSMClient({ region: PEER });
  const mock = mockClient(client);
  const parameter = (queue: string) => ({ Value: JSON.stringify(controlledQueue({ queue })) });

  beforeEach(() => mock.reset());

  test("are read page by page, in the order of their names, and kept for ten minutes", async () => {
    mock
      .on(GetParametersByPathCommand, { NextToken: undefined })
      .resolves({ Parameters: [parameter("orders")], NextToken: "more" })
      .on(GetParametersByPathCommand, { NextToken: "more" })
      .resolves({ Parameters: [parameter("mails")] });
    const queues = new ControlledQueues(client, "/queues");
    const names = async (now: number) => (await queues.read(now)).map(({ queue }) => queue);
    expect(await names(NOW)).toEqual(["mails", "orders"]);
    await names(NOW + 10 * MINUTE - 1);
    expect(mock.calls()).toHaveLength(2);
    await names(NOW + 10 * MINUTE);
    expect(mock.calls()).toHaveLength(4);
  });

  test("stay known when they cannot be read again, and are asked for at the next run", async () => {
    mock
      .on(GetParametersByPathCommand)
      .resolvesOnce({ Parameters: [parameter("orders")] })
      .rejects(new Error("down"));
    const queues = new ControlledQueues(client, "/queues");
    await queues.read(NOW);
    expect(await queues.read(NOW + 11 * MINUTE)).toHaveLength(1);
    await queues.read(NOW + 11 * MINUTE + 1);
    expect(mock.calls()).toHaveLength(3);
    await expect(new ControlledQueues(client, "/queues").read(NOW)).rejects.toThrow("down");
  });
});

describe("drainers", () => {
  const client = new LambdaClient({ region: PEER });
  const mock = mockClient(client);
  const failures: string[][] = [];
  let now = NOW;

  beforeEach(() => {
    mock.reset();
    failures.length = 0;
    now = NOW;
  });

  const drainers = () =>
    new Drainers({
      lambda: client,
      now: () => now,
      onFailure: (...failure: string[]) => failures.push(failure),
    } as unknown as Parts);

  const errand = (task: Partial<Errand["task"]> = {}, isAwaited = false): Errand => ({
    queue: "orders",
    functionName: "orders-drainer",
    isAwaited,
    task: { v: 1, home: HOME, action: "prune", until: now + 50_000, marked: true, ...task },
  });
  const invocations = () => mock.commandCalls(InvokeCommand).map(({ args }) => args[0].input);

  test("are not sent again while they are at the same, nor when only the watermark of a prune has moved", async () => {
    mock.on(InvokeCommand).resolves({ StatusCode: 202 });
    const sent = drainers();
    await sent.send([errand()], () => {});
    await sent.send([errand({ processedBefore: 5 })], () => {});
    expect(invocations()).toHaveLength(1);
    await sent.send([errand({ action: "move" })], () => {});
    expect(invocations()).toHaveLength(2);
    now += 50_000;
    await sent.send([errand({ action: "move" })], () => {});
    expect(invocations()).toHaveLength(3);
    expect(invocations()[0]).toMatchObject({ FunctionName: "orders-drainer", InvocationType: "Event" });
  });

  test("that are awaited answer later, and the answer is told", async () => {
    mock.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(DRAINED)) as never });
    const results: unknown[] = [];
    const one = errand({ action: "reclaim" }, true);
    await Promise.all(await drainers().send([one], (...result) => results.push(result)));
    expect(invocations()[0]).toMatchObject({ InvocationType: "RequestResponse" });
    expect(results).toEqual([[one, DRAINED]]);
  });

  test("that fail are counted and sent again at once", async () => {
    mock
      .on(InvokeCommand)
      .rejectsOnce(Object.assign(new Error("slow down"), { name: "TooManyRequestsException" }));
    const sent = drainers();
    await sent.send([errand()], () => {});
    expect(failures).toEqual([["drainer", "TooManyRequestsException"]]);
    mock.on(InvokeCommand).resolves({ StatusCode: 202 });
    await sent.send([errand()], () => {});
    expect(invocations()).toHaveLength(2);
  });

  test("whose function ended with an error have said nothing", async () => {
    mock.on(InvokeCommand).resolves({ FunctionError: "Unhandled", Payload: Buffer.from("{}") as never });
    const results: unknown[] = [];
    await Promise.all(await drainers().send([errand({}, true)], (...result) => results.push(result)));
    expect(results).toEqual([]);
    expect(failures).toEqual([["drainer", "Unhandled"]]);
  });
});

describe("settings", () => {
  const settings = { ...controllerSettings(PEER), ledgerTable: "shop-ledger" };

  test("are read as they were written, with a ledger and without", () => {
    expect(settingsIn(toEnvironment(settings))).toEqual(settings);
    const { ledgerTable: _table, ...without } = settings;
    expect(settingsIn(toEnvironment(without))).toEqual(without);
  });

  test.each(Object.keys(controllerSettings(PEER)))("fail without %s, and name it", (field) => {
    expect(() => settingsIn(toEnvironment({ ...settings, [field]: undefined }))).toThrow(`.${field}`);
  });

  test.each([
    [{ routing: "dns" }, '.routing: must be one of parameter, but it is "dns"'],
    [{ takeoverOrder: { [HOME]: [PEER] } }, ".takeoverOrder.us-west-2: must be a list of strings"],
    [{ inFlightSeconds: -1 }, ".inFlightSeconds: must be a whole number, but it is -1"],
  ])("fail on %j", (change, message) => {
    expect(() => settingsIn(toEnvironment({ ...settings, ...change } as never))).toThrow(message);
  });
});
