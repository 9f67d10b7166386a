import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { encodeOrigin, ORIGIN_ATTRIBUTE } from "../../../messages/origin";
import { PassReader, processClocks } from "../../../ownership/lease/pass-reader";
import { type DrainHandler, drainHandler } from "../../../replicator/drain/handler";
import type { DrainTask } from "../../../replicator/drain/task";
import { PassTable } from "../../ownership/lease/pass-table";
import { captureLines } from "../log-lines";
import { HOME, lambdaContext } from "../records";
import { drainerSettings, HERE, ledgerIdOf, MARKED, OWNED } from "./world";

const DIMENSIONS = {
  FailoverGroup: "payments",
  LogicalQueue: "orders",
  HomeRegion: HOME,
  PeerRegion: HERE,
};

const sqs = mockClient(SQSClient);
/** A pass as its owner writes it, behind real connections. */
let table: PassTable;

const own = new SQSClient({ region: HERE });
const home = new SQSClient({ region: HOME });

describe("drainHandler", () => {
  const lines = captureLines();

  let handler: DrainHandler;
  beforeAll(async () => {
    table = await PassTable.open(HERE);
  });
  beforeEach(() => {
    sqs.reset();
    const until = table.now() + 30_000;
    table.put({ [HOME]: { epoch: 2, until }, [HERE]: { epoch: 1, until } });
    handler = newWorker();
  });
  afterAll(() => table.close());

  const completed = new Set(["orders#us-east-1/m-0"]);
  const passOf = (region: string) =>
    new PassReader({
      region,
      tables: { [region]: { client: table.client, name: "payments-ownership" } },
      clocks: processClocks,
    });
  const newWorker = () =>
    drainHandler({
      settings: drainerSettings(),
      clients: { own, home },
      passes: passOf(HERE),
      homePasses: passOf(HOME),
      ledger: { processed: async () => completed },
      ledgerIdOf,
    });
  const task = (changes: Partial<DrainTask> = {}): DrainTask => {
    return { v: 2, home: HOME, action: "drain", until: Date.now() + 30_000, ...OWNED, ...changes };
  };
  const copies = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      MessageId: `sqs-${index}`,
      ReceiptHandle: `receipt-${index}`,
      Body: "secret",
      Attributes: { SentTimestamp: String(Date.now()), ApproximateReceiveCount: "1" },
      MessageAttributes: {
        [ORIGIN_ATTRIBUTE]: encodeOrigin({
          v: 1,
          home: HOME,
          id: `m-${index}`,
          sent: Date.now(),
          sender: "s",
        }),
      },
    }));
  const logs = () => lines.filter(({ _aws }) => !_aws);
  const metrics = () => lines.filter(({ _aws }) => _aws);

  test("names what it has moved to the DLQ, and says nothing of its contents", async () => {
    sqs
      .on(ReceiveMessageCommand)
      .resolvesOnce({ Messages: copies(3) })
      .resolves({});
    sqs
      .on(SendMessageBatchCommand)
      .callsFake(({ QueueUrl, Entries }) =>
        QueueUrl.endsWith("/orders-dlq")
          ? { Successful: Entries }
          : { Failed: Entries.map(({ Id }: { Id: string }) => ({ Id, Code: "InvalidMessageContents" })) },
      );
    sqs.on(DeleteMessageBatchCommand).callsFake(({ Entries }) => ({ Successful: Entries }));
    expect(await handler(task(), lambdaContext())).toMatchObject({ moved: 0, deadLettered: 2 });
    expect(logs()).toMatchObject([{ deadLettered: 2, deadLetters: ["sqs-1", "sqs-2"] }]);
    expect(metrics()).toContainEqual(expect.objectContaining({ CopiesDeadLettered: 2 }));
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  test("does its task, answers what it did, and says so in a line and in metrics", async () => {
    sqs
      .on(ReceiveMessageCommand)
      .resolvesOnce({ Messages: copies(3) })
      .resolves({});
    sqs.on(SendMessageBatchCommand).callsFake(({ Entries }) => ({ Successful: Entries }));
    sqs.on(DeleteMessageBatchCommand).callsFake(({ Entries }) => ({ Successful: Entries }));
    sqs.on(GetQueueAttributesCommand).resolves({
      Attributes: {
        ApproximateNumberOfMessages: "0",
        ApproximateNumberOfMessagesDelayed: "0",
        ApproximateNumberOfMessagesNotVisible: "0",
      },
    });
    const result = await handler(task(), lambdaContext());
    expect(result).toEqual({
      pruned: 1,
      moved: 2,
      deadLettered: 0,
      fromAfar: 0,
      reclaimed: 0,
      drained: true,
      failures: 0,
    });
    expect(logs()).toEqual([
      expect.objectContaining({
        level: "INFO",
        message: "drained",
        service: "drainer",
        ...DIMENSIONS,
        action: "drain",
        home: HOME,
        left: 0,
        durationMs: expect.any(Number),
        ...result,
      }),
    ]);
    expect(metrics()).toEqual([expect.objectContaining({ ...DIMENSIONS, CopiesPruned: 1, CopiesMoved: 2 })]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  test("counts failures by class, and never quotes an error", async () => {
    sqs.on(ReceiveMessageCommand).rejects(Object.assign(new Error("secret"), { name: "AccessDenied" }));
    expect(await handler(task(), lambdaContext())).toMatchObject({ failures: 1, drained: false });
    expect(logs()[0]).toMatchObject({
      level: "WARN",
      failed: [{ at: "orders-standby-us-east-1", class: "denied", code: "AccessDenied", count: 1 }],
    });
    expect(metrics()).toEqual([expect.objectContaining({ FailureClass: "denied", DrainFailures: 1 })]);
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  test("moves nothing of a home for which the region has no pass, and says why", async () => {
    table.put({ [HERE]: { epoch: 1, until: table.now() + 30_000 } });
    sqs
      .on(ReceiveMessageCommand)
      .resolvesOnce({ Messages: copies(3) })
      .resolves({});
    sqs.on(DeleteMessageBatchCommand).callsFake(({ Entries }) => ({ Successful: Entries }));
    expect(await handler(task(), lambdaContext())).toMatchObject({ moved: 0, drained: false });
    expect(sqs.commandCalls(SendMessageBatchCommand)).toEqual([]);
    expect(metrics()).toContainEqual(expect.objectContaining({ FailureClass: "unowned", DrainFailures: 2 }));
  });

  test("publishes no metric for nothing", async () => {
    sqs.on(ReceiveMessageCommand).resolves({});
    expect(await handler(task(MARKED), lambdaContext())).toMatchObject({ drained: true });
    expect(metrics()).toEqual([]);
  });

  test.each([
    ["another home", { home: HERE }],
    ["unknown version", { v: 1 }],
    ["too late", { until: 1 }],
  ])("does nothing about a task for %s, and says so", async (reason, changes) => {
    const result = await handler({ ...task(), ...changes }, lambdaContext());
    expect(result).toMatchObject({ moved: 0, pruned: 0, drained: false });
    expect(sqs.calls()).toEqual([]);
    expect(logs()).toEqual([expect.objectContaining({ level: "WARN", message: "task refused", reason })]);
  });

  test("has no more time than its task, nor than its function", async () => {
    await handler(task({ until: Date.now() + 6_000 }), lambdaContext());
    await handler(task(), lambdaContext(6_000));
    expect(sqs.calls()).toEqual([]);
  });
});
