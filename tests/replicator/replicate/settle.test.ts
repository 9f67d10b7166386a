import { ChangeMessageVisibilityBatchCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { mockClient } from "aws-sdk-client-mock";
import { deduplicationId, identified } from "../../../messages/deduplication";
import { messageOf } from "../../../messages/message";
import { settle } from "../../../replicator/replicate/settle";
import type { Delivery } from "../../../replicator/sqs/deliver";
import { HOME, openDeadline, openDeadlines, sqsRecords, url } from "../records";

const sqs = mockClient(SQSClient);
const home = {
  client: new SQSClient({ region: "us-east-1" }),
  sourceQueueUrl: url("orders-ingress"),
  ingressDlqUrl: url("orders-ingress-dlq"),
  fifo: false,
};
const accepted: Delivery = { accepted: true, at: 9 };
const poison: Delivery = {
  accepted: false,
  queue: "orders",
  class: "message",
  code: "InvalidMessageContents",
};
const throttled: Delivery = {
  accepted: false,
  queue: "orders",
  class: "throttled",
  code: "RequestThrottled",
};

const held: Delivery = { accepted: false, class: "held" };

function settleAll(deliveries: readonly Delivery[], receiveCount = 1, deadlines = openDeadlines()) {
  const records = sqsRecords(deliveries.length, () => ({
    attributes: { ApproximateReceiveCount: String(receiveCount) },
  }));
  return settle(
    {
      records,
      deliveries,
      done: (_, { at }) => ({ status: "done", hasOrigin: true, lagMs: at }),
      received: messageOf,
    },
    home,
    { deadlines, now: () => 9, random: () => 0.5 },
  );
}

/** Settles records of FIFO groups, each given as group, receive count and delivery. */
function settleGroups(...parcels: readonly (readonly [string, number, Delivery])[]) {
  const records = sqsRecords(parcels.length, (index) => ({
    attributes: {
      MessageGroupId: parcels[index]![0],
      ApproximateReceiveCount: String(parcels[index]![1]),
    },
  }));
  const randoms = [0.5, 0, 0.9][Symbol.iterator]();
  return settle(
    {
      records,
      deliveries: parcels.map(([, , delivery]) => delivery),
      done: () => ({ status: "done", hasOrigin: true }),
      received: (record) =>
        identified(messageOf(record), deduplicationId({ home: HOME, id: record.messageId })),
    },
    { ...home, fifo: true },
    { deadlines: openDeadlines(), now: () => 9, random: () => randoms.next().value ?? 0 },
  );
}

function visibilities() {
  return sqs
    .commandCalls(ChangeMessageVisibilityBatchCommand)
    .map(({ args }) => args[0].input.Entries?.map(({ VisibilityTimeout }) => VisibilityTimeout));
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
    const report = await settleAll(Array<Delivery>(12).fill(throttled), 3);
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

  test("does not let a message that waits for an owner wait longer and longer", async () => {
    everyEntrySucceeds();
    const unowned: Delivery = { accepted: false, queue: "orders", class: "unowned", code: "NoOwner" };
    await settleAll([unowned, throttled], 900);
    await settleAll([unowned, throttled], 1);
    expect(visibilities()).toEqual([
      [20, 90],
      [5, 2],
    ]);
  });

  test("counts what could not be backed off, and goes on", async () => {
    sqs
      .on(ChangeMessageVisibilityBatchCommand)
      .rejectsOnce(new Error("no"))
      .resolvesOnce({ Successful: [{ Id: "0" }], Failed: [] })
      .resolves({});
    const report = await settleAll(Array<Delivery>(23).fill(throttled));
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

  test("brings what stays of a FIFO group back at one time, by the count of the message that failed", async () => {
    everyEntrySucceeds();
    const { outcomes } = await settleGroups(
      ["a", 3, throttled],
      ["b", 1, accepted],
      ["a", 1, held],
      ["c", 1, throttled],
      ["a", 9, held],
      ["c", 7, held],
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      "failed",
      "done",
      "held",
      "failed",
      "held",
      "held",
    ]);
    expect(visibilities()).toEqual([[6, 6, 1, 6, 1]]);
  });

  test("keeps no FIFO group waiting behind a message that was moved to the DLQ", async () => {
    everyEntrySucceeds();
    const { outcomes } = await settleGroups(["a", 50, poison], ["a", 50, held], ["a", 50, held]);
    expect(outcomes.map(({ status }) => status)).toEqual(["moved", "held", "held"]);
    expect(visibilities()).toEqual([[2, 2]]);
    expect(sqs.commandCalls(SendMessageBatchCommand)[0]?.args[0].input.Entries).toEqual([
      {
        Id: "0",
        MessageBody: "body 0",
        MessageGroupId: "a",
        MessageDeduplicationId: deduplicationId({ home: HOME, id: "id-0" }),
      },
    ]);
  });

  test("keeps a FIFO group waiting behind a message that the DLQ does not take", async () => {
    everyEntrySucceeds();
    sqs.on(SendMessageBatchCommand).resolves({
      Successful: [],
      Failed: [{ Id: "0", Code: "InvalidMessageContents", SenderFault: true }],
    });
    const { outcomes } = await settleGroups(["a", 50, poison], ["a", 1, held]);
    expect(outcomes).toEqual([
      { status: "failed", cause: { ...poison, queue: "orders-ingress-dlq" } },
      { status: "held" },
    ]);
    expect(visibilities()).toEqual([[90, 90]]);
  });
});
