import type { SQSBatchResponse } from "aws-lambda";
import type { FailureClass } from "../../../messages/failures";
import { type BatchFunction, batchHandler } from "../../../replicator/replicate/batch-handler";
import { CopyCount } from "../../../replicator/replicate/peer";
import type { BatchReport, RecordOutcome } from "../../../replicator/replicate/report";
import { Telemetry } from "../../../replicator/telemetry/telemetry";
import { captureLines } from "../log-lines";
import { lambdaContext, sqsEvent, sqsRecord, sqsRecords } from "../records";

const DIMENSIONS = { FailoverGroup: "payments", LogicalQueue: "orders", HomeRegion: "us-east-1" };

function done(lagMs?: number, hasOrigin = true): RecordOutcome {
  return { status: "done", hasOrigin, ...(lagMs === undefined ? {} : { lagMs }) };
}

function failed(failureClass: FailureClass, code: string = failureClass, queue = "orders"): RecordOutcome {
  return { status: "failed", cause: { accepted: false, queue, class: failureClass, code } };
}

function moved(): RecordOutcome {
  const cause = {
    accepted: false,
    queue: "orders",
    class: "message",
    code: "InvalidMessageContents",
  } as const;
  return { status: "moved", cause };
}

describe("batchHandler", () => {
  const lines = captureLines();

  async function run(
    outcomes: readonly RecordOutcome[],
    options: Partial<BatchFunction> = {},
    more: Omit<BatchReport, "outcomes" | "notBackedOff"> = {},
  ) {
    const handler = batchHandler({
      name: "replicator",
      dimensions: DIMENSIONS,
      doneMetric: "MessagesTakenIn",
      withoutOriginMetric: "MessagesWithoutOrigin",
      clients: [],
      process: async (): Promise<BatchReport> => ({
        outcomes,
        notBackedOff: 2,
        ...more,
      }),
      ...options,
    });
    const response = await handler(sqsEvent(sqsRecords(outcomes.length)), lambdaContext());
    return { response, logs: lines.filter(({ _aws }) => !_aws), metrics: lines.filter(({ _aws }) => _aws) };
  }

  function ids(response: SQSBatchResponse): string[] {
    return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  test("reports what failed, and only that", async () => {
    const { response } = await run([done(), failed("throttled"), moved(), failed("denied")]);
    expect(ids(response)).toEqual(["id-1", "id-3"]);
  });

  test("reports everything, without an error, when everything failed", async () => {
    const { response } = await run([failed("throttled"), failed("throttled")]);
    expect(ids(response)).toEqual(["id-0", "id-1"]);
  });

  test("reports what is held behind a failed or moved message, and counts it apart from failures", async () => {
    const held: RecordOutcome = { status: "held" };
    const { response, logs, metrics } = await run([moved(), held, done(1), failed("throttled"), held]);
    expect(ids(response)).toEqual(["id-1", "id-3", "id-4"]);
    expect(logs[0]).toMatchObject({ held: 2, failed: { throttled: 1 }, movedToDlq: 1, notBackedOff: 2 });
    expect(logs[0]?.failures).toHaveLength(2);
    expect(metrics.map(({ Failures }) => Failures)).toEqual([undefined, 1]);
  });

  test("fails a record that nothing is said of", async () => {
    const response = await batchHandler({
      name: "replicator",
      dimensions: DIMENSIONS,
      doneMetric: "MessagesTakenIn",
      clients: [],
      process: async () => ({ outcomes: [done()], notBackedOff: 0 }),
    })(sqsEvent(sqsRecords(2)), lambdaContext());
    expect(ids(response)).toEqual(["id-1"]);
  });

  test("keeps a message that the batch holds twice when one of the two failed", async () => {
    const twice = [sqsRecord({ messageId: "m" }), sqsRecord({ messageId: "m" })];
    const process = async () => ({ outcomes: [done(), failed("throttled")], notBackedOff: 0 });
    const handler = batchHandler({
      name: "r",
      dimensions: DIMENSIONS,
      doneMetric: "D",
      clients: [],
      process,
    });
    expect(ids(await handler(sqsEvent(twice), lambdaContext()))).toEqual(["m"]);
  });

  test("fails with what it runs, and says nothing of the batch", async () => {
    const process = () => Promise.reject(new Error("bug"));
    const handler = batchHandler({
      name: "r",
      dimensions: DIMENSIONS,
      doneMetric: "D",
      clients: [],
      process,
    });
    await expect(handler(sqsEvent(sqsRecords(1)), lambdaContext())).rejects.toThrow("bug");
    expect(lines).toEqual([]);
  });

  test("writes one log line for a batch that is done", async () => {
    const { logs } = await run([done(30), done(10), done(20, false)]);
    expect(logs).toEqual([
      {
        level: "INFO",
        message: "batch",
        timestamp: expect.any(String),
        service: "replicator",
        cold_start: expect.any(Boolean),
        function_arn: expect.any(String),
        function_memory_size: "256",
        function_name: "orders-replicator",
        function_request_id: "request",
        sampling_rate: 0,
        ...DIMENSIONS,
        received: 3,
        done: 3,
        withoutOrigin: 1,
        movedToDlq: 0,
        failed: {},
        held: 0,
        maxLagMs: 30,
        durationMs: expect.any(Number),
      },
    ]);
  });

  test("writes one log line for a batch in which something failed, with its causes and a few ids", async () => {
    const throttled = Array<RecordOutcome>(7).fill(failed("throttled", "RequestThrottled"));
    const { logs } = await run([
      done(1),
      moved(),
      ...throttled,
      failed("throttled", "RequestThrottled", "orders-outbox"),
    ]);
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatchObject({
      level: "WARN",
      received: 10,
      done: 1,
      movedToDlq: 1,
      failed: { throttled: 8 },
      notBackedOff: 2,
      failures: [
        { status: "moved", queue: "orders", class: "message", code: "InvalidMessageContents", count: 1 },
        {
          status: "failed",
          queue: "orders",
          class: "throttled",
          code: "RequestThrottled",
          count: 7,
          messageIds: ["id-2", "id-3", "id-4", "id-5", "id-6"],
        },
        { status: "failed", queue: "orders-outbox", count: 1 },
      ],
    });
  });

  test("publishes the metrics of a batch in one document, with exactly the dimensions", async () => {
    const { metrics } = await run([done(1), done(2), done(3, false), moved()]);
    expect(metrics).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "SqsMultiRegion",
              Dimensions: [["FailoverGroup", "LogicalQueue", "HomeRegion"]],
              Metrics: [
                { Name: "MessagesTakenIn", Unit: "Count" },
                { Name: "MessagesWithoutOrigin", Unit: "Count" },
                { Name: "MessagesMovedToDlq", Unit: "Count" },
              ],
            },
          ],
        },
        ...DIMENSIONS,
        MessagesTakenIn: 3,
        MessagesWithoutOrigin: 1,
        MessagesMovedToDlq: 1,
      },
    ]);
  });

  test("names every message that was moved to the DLQ, and counts those that are there in pieces", async () => {
    const inPieces = { ...moved(), inPieces: true } as RecordOutcome;
    const { logs, metrics } = await run([...Array<RecordOutcome>(7).fill(moved()), inPieces, inPieces]);
    expect(metrics).toMatchObject([{ MessagesMovedToDlq: 9, MessagesInPieces: 2 }]);
    expect(logs[0]).toMatchObject({ movedToDlq: 9, inPieces: 2 });
    const named = (logs[0]!.failures as { messageIds: string[] }[]).flatMap(({ messageIds }) => messageIds);
    expect(named).toEqual(Array.from({ length: 9 }, (_, index) => `id-${index}`));
  });

  test("publishes failures by their class", async () => {
    const { metrics } = await run([failed("throttled"), failed("throttled"), failed("unreachable")]);
    expect(metrics).toMatchObject([
      { ...DIMENSIONS, FailureClass: "throttled", Failures: 2 },
      { ...DIMENSIONS, FailureClass: "unreachable", Failures: 1 },
    ]);
    expect(JSON.stringify(metrics[0])).toContain(
      '"Dimensions":[["FailoverGroup","LogicalQueue","HomeRegion","FailureClass"]]',
    );
  });

  test("counts what was taken in for the owner of a fenced home, and names the owner", async () => {
    const { logs, metrics } = await run(
      [done(1), done(2), failed("throttled")],
      {},
      { fencedBy: "us-west-2" },
    );
    expect(logs[0]).toMatchObject({ done: 2, fencedBy: "us-west-2" });
    expect(metrics[0]).toMatchObject({ MessagesTakenIn: 2, MessagesFenced: 2 });
    expect((await run([done(1)])).metrics.at(-1)).not.toHaveProperty("MessagesFenced");
  });

  test("publishes copies by peer, with the dimensions of a forwarder, and logs which peer is not being called", async () => {
    const west = Object.assign(new CopyCount(), { direct: 2, byOutbox: 1, lagsMs: [30, -5] });
    const east = Object.assign(new CopyCount(), { byOutbox: 3, breaker: "open" as const });
    const idle = new CopyCount();
    const copies = { "us-west-2": west, "eu-west-1": east, "ap-south-1": idle };
    const { logs, metrics } = await run([done(1), done(2), done(3)], {}, { copies });
    expect(logs[0]?.copies).toEqual({
      "us-west-2": { direct: 2, byOutbox: 1 },
      "eu-west-1": { direct: 0, byOutbox: 3, breaker: "open" },
      "ap-south-1": { direct: 0, byOutbox: 0 },
    });
    expect(metrics.map(({ _aws, ...metric }) => metric)).toEqual([
      { ...DIMENSIONS, MessagesTakenIn: 3 },
      {
        ...DIMENSIONS,
        PeerRegion: "us-west-2",
        MessagesCopiedDirectly: 2,
        MessagesSentToOutbox: 1,
        ReplicationLag: [0, 30],
      },
      { ...DIMENSIONS, PeerRegion: "eu-west-1", MessagesSentToOutbox: 3 },
    ]);
    expect(JSON.stringify(metrics[1])).toContain(
      '"Dimensions":[["FailoverGroup","LogicalQueue","HomeRegion","PeerRegion"]]',
    );
  });

  test("counts what a forwarder kept for its own region as moved, and not as copied", async () => {
    const options = { doneMetric: "MessagesCopied", lagMetric: "ReplicationLag" };
    const { logs, metrics } = await run([done(30), done(), done()], options, { takenOver: 2 });
    expect(logs[0]).toMatchObject({ done: 3, takenOver: 2 });
    expect(metrics[0]).toMatchObject({ MessagesCopied: 1, CopiesMoved: 2, ReplicationLag: 30 });
  });

  test("publishes lags as a distribution, and none that is unknown", async () => {
    const options = { doneMetric: "MessagesCopied", lagMetric: "ReplicationLag" };
    const { metrics } = await run([done(30), done(-5), done(), done(20)], options);
    expect(metrics).toHaveLength(1);
    expect(metrics[0]).toMatchObject({ MessagesCopied: 4, ReplicationLag: [0, 20, 30] });
    expect(JSON.stringify(metrics[0])).toContain('{"Name":"ReplicationLag","Unit":"Milliseconds"}');
  });

  test("leaves out a lag that is no number", async () => {
    const { metrics } = await run([done(Number.NaN), done(5)], { lagMetric: "ReplicationLag" });
    expect(metrics[0]?.ReplicationLag).toBe(5);
  });

  test("answers for what was delivered when it cannot be logged", async () => {
    const error = jest.spyOn(console, "error").mockImplementation(() => {});
    jest.spyOn(Telemetry.prototype, "record").mockImplementation(() => {
      throw new Error("no");
    });
    const { response } = await run([done(), failed("throttled")]);
    expect(ids(response)).toEqual(["id-1"]);
    expect(error).toHaveBeenCalledTimes(1);
  });

  test("publishes the lags of a large batch in one document, with the least, the greatest and the middle", async () => {
    const outcomes = Array.from({ length: 1_001 }, (_, index) => done(1_000 - index));
    const { metrics } = await run(outcomes, { doneMetric: "MessagesCopied", lagMetric: "ReplicationLag" });
    expect(metrics).toHaveLength(1);
    const lags = metrics[0]?.ReplicationLag as number[];
    expect(lags).toHaveLength(99);
    expect([lags[0], lags[49], lags[98]]).toEqual([0, 500, 1_000]);
  });

  test("publishes nothing for an empty batch, and logs it", async () => {
    const { response, logs, metrics } = await run([]);
    expect(ids(response)).toEqual([]);
    expect(logs).toHaveLength(1);
    expect(metrics).toEqual([]);
  });
});
