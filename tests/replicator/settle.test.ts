import { ChangeMessageVisibilityBatchCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { messageOf } from "../../replicator/message/message";
import type { Outcome } from "../../replicator/send";
import { settle } from "../../replicator/settle";
import { openDeadline, openDeadlines, sqsRecords, url } from "./records";

const sqs = mockClient(SQSClient);
const home = {
  client: new SQSClient({ region: "us-east-1" }),
  sourceQueueUrl: url("orders-ingress"),
  ingressDlqUrl: url("orders-ingress-dlq"),
};
const accepted: Outcome = { accepted: true, at: 9 };
const poison: Outcome = {
  accepted: false,
  queue: "orders",
  class: "message",
  code: "InvalidMessageContents",
};
const throttled: Outcome = { accepted: false, queue: "orders", class: "throttled", code: "RequestThrottled" };

function settleAll(outcomes: readonly Outcome[], receiveCount = 1, deadlines = openDeadlines()) {
  const records = sqsRecords(outcomes.length, () => ({
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }));
  return settle(
    records.map((record, index) => ({ record, received: messageOf(record), outcome: outcomes[index]! })),
    ({ at }) => ({ status: "done", hasOrigin: true, lagMs: at }),
    home,
    { deadlines, now: () => 9, random: () => 0.5 },
  );
}

function everyEntrySucceeds() {
  const answer = (input: { Entries?: { Id?: string | undefined }[] | undefined }) => ({
    Successful: input.Entries,
  });
  sqs.on(SendMessageBatchCommand).callsFake(answer);
  sqs.on(ChangeMessageVisibilityBatchCommand).callsFake(answer);
}

beforeEach(() => sqs.reset());

describe("settle", () => {
  test("makes no call when everything is done", async () => {
    const report = await settleAll([accepted, accepted]);
    expect(report).toEqual({
      outcomes: [
        { status: "done", hasOrigin: true, lagMs: 9 },
        { status: "done", hasOrigin: true, lagMs: 9 },
      ],
      notBackedOff: 0,
    });
    expect(sqs.calls()).toHaveLength(0);
  });

  test("moves what is permanent to the ingress DLQ, and neither reports it nor backs it off", async () => {
    everyEntrySucceeds();
    const { outcomes } = await settleAll([accepted, poison, accepted]);
    expect(outcomes[1]).toEqual({ status: "moved", cause: poison });
    expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand)).toHaveLength(0);
    expect(sqs.commandCalls(SendMessageBatchCommand)[0]?.args[0].input).toEqual({
      QueueUrl: url("orders-ingress-dlq"),
      Entries: [{ Id: "0", MessageBody: "body 1" }],
    });
  });

  test("fails what the DLQ does not take, with the DLQ's reason", async () => {
    everyEntrySucceeds();
    sqs.on(SendMessageBatchCommand).rejects(Object.assign(new Error("no"), { name: "AccessDenied" }));
    const { outcomes } = await settleAll([poison]);
    expect(outcomes[0]).toMatchObject({
      status: "failed",
      cause: { queue: "orders-ingress-dlq", class: "denied", code: "AccessDenied" },
    });
    expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand)).toHaveLength(1);
  });

  test("backs off what failed, ten to a call, by the count of receives", async () => {
    everyEntrySucceeds();
    const report = await settleAll(Array<Outcome>(12).fill(throttled), 3);
    expect(report.notBackedOff).toBe(0);
    const calls = sqs.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args }) => args[0].input);
    expect(calls.map(({ QueueUrl }) => QueueUrl)).toEqual([url("orders-ingress"), url("orders-ingress")]);
    expect(calls.map(({ Entries }) => Entries?.length)).toEqual([10, 2]);
    expect(calls[1]?.Entries?.[1]).toEqual({
      Id: "1",
      ReceiptHandle: "receipt of id-11",
      VisibilityTimeout: 6,
    });
  });

  test("counts what could not be backed off, and goes on", async () => {
    sqs
      .on(ChangeMessageVisibilityBatchCommand)
      .rejectsOnce(new Error("no"))
      .resolvesOnce({ Successful: [{ Id: "0" }], Failed: [] })
      .resolves({});
    const report = await settleAll(Array<Outcome>(23).fill(throttled));
    expect(report.notBackedOff).toBe(10 + 9 + 3);
    expect(report.outcomes.every(({ status }) => status === "failed")).toBe(true);
  });

  test("makes no call without time for it, and fails what is permanent", async () => {
    const closed = { sending: openDeadline(), settling: openDeadline(false) };
    const report = await settleAll([poison, throttled, accepted], 1, closed);
    expect(report.outcomes.map(({ status }) => status)).toEqual(["failed", "failed", "done"]);
    expect(report.notBackedOff).toBe(2);
    expect(sqs.calls()).toHaveLength(0);
  });
});
