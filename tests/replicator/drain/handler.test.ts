import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { drainHandler } from "../../../replicator/drain/handler";
import type { DrainTask } from "../../../replicator/drain/task";
import { encodeOrigin, ORIGIN_ATTRIBUTE } from "../../../replicator/message/origin";
import { captureLines } from "../log-lines";
import { HOME, lambdaContext } from "../records";
import { drainerSettings, HERE, ledgerIdOf } from "./world";

const DIMENSIONS = {
  FailoverGroup: "payments",
  LogicalQueue: "orders",
  HomeRegion: HOME,
  PeerRegion: HERE,
};

const sqs = mockClient(SQSClient);
const own = new SQSClient({ region: HERE });
const home = new SQSClient({ region: HOME });

describe("drainHandler", () => {
  const lines = captureLines();

  beforeEach(() => sqs.reset());

  const completed = new Set(["orders#us-east-1/m-0"]);
  const handler = drainHandler({
    settings: drainerSettings(),
    clients: { own, home },
    ledger: { processed: async () => completed },
    ledgerIdOf,
  });
  const task = (changes: Partial<DrainTask> = {}): DrainTask => {
    return { v: 1, home: HOME, action: "move", until: Date.now() + 30_000, marked: true, ...changes };
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
      expired: 0,
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
        action: "move",
        home: HOME,
        left: 0,
        durationMs: expect.any(Number),
        ...result,
      }),
    ]);
    expect(metrics()).toEqual([expect.objectContaining({ ...DIMENSIONS, CopiesPruned: 1, CopiesMoved: 2 })]);
    expect(metrics()[0]).not.toHaveProperty("CopiesExpired");
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

  test("publishes no metric for nothing", async () => {
    sqs.on(ReceiveMessageCommand).resolves({});
    expect(await handler(task({ action: "prune" }), lambdaContext())).toMatchObject({ drained: true });
    expect(metrics()).toEqual([]);
  });

  test.each([
    ["another home", { home: HERE }],
    ["unknown version", { v: 2 }],
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
