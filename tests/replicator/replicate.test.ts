import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { entryOf, messageOf } from "../../replicator/message/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, originOf } from "../../replicator/message/origin";
import { replicate } from "../../replicator/replicate";
import { type Answer, FakeSqs, serviceError } from "./fake-sqs";
import {
  anyRecords,
  HOME,
  openDeadline,
  openDeadlines,
  PEERS,
  REPLICATOR_SETTINGS,
  SENT,
  sqsRecord,
  sqsRecords,
  stringAttribute,
} from "./records";

const OUTBOXES = PEERS.map((peer) => `orders-outbox-${peer}`);
const DLQ = "orders-ingress-dlq";

function run(sqs: FakeSqs, records: readonly SQSRecord[], deadlines = openDeadlines()) {
  return replicate(records, REPLICATOR_SETTINGS, sqs.client, {
    deadlines,
    now: () => SENT + 40,
    random: () => 0.5,
  });
}

function withoutId({ Id, ...entry }: SendMessageBatchRequestEntry) {
  return entry;
}

/** What work and outboxes shall hold for a record. */
function replicated(record: SQSRecord) {
  const message = messageOf(record);
  if (Object.keys(message.attributes).length === 10) return withoutId(entryOf(message, ""));
  const origin = encodeOrigin(originOf(record, HOME));
  return withoutId(
    entryOf({ ...message, attributes: { ...message.attributes, [ORIGIN_ATTRIBUTE]: origin } }, ""),
  );
}

describe("replicate", () => {
  test("takes every record to all outboxes and the work queue, with its origin and otherwise as it was", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords(), async (records) => {
        const sqs = new FakeSqs();
        const report = await run(sqs, records);
        expect(report.outcomes.map(({ status }) => status)).toEqual(records.map(() => "done"));
        for (const queue of [...OUTBOXES, "orders"]) {
          expect(sqs.queues.get(queue)?.map(withoutId)).toEqual(records.map(replicated));
        }
      }),
      { numRuns: 50 },
    );
  });

  test("loses nothing, whatever fails", async () => {
    const failure = fc.constantFrom(
      "TimeoutError",
      "RequestThrottled",
      "AccessDenied",
      "QueueDoesNotExist",
      "New",
    );
    const code = fc.constantFrom(
      undefined,
      "accept",
      "InternalError",
      "InvalidMessageContents",
      "InvalidParameterValue",
    );
    const answer: fc.Arbitrary<Answer> = fc.oneof(
      { weight: 3, arbitrary: fc.constant<Answer>("accept") },
      failure.map((name) => ({ throw: serviceError(name) })),
      fc.constant<Answer>({ acceptAndThrow: serviceError("TimeoutError") }),
      fc.constant<Answer>({ throw: serviceError("BatchRequestTooLong", 400) }),
      fc.array(code, { minLength: 10, maxLength: 10 }).map((codes) => ({
        refuse: ({ Id }: SendMessageBatchRequestEntry) => codes[Number(Id)],
      })),
    );
    await fc.assert(
      fc.asyncProperty(
        anyRecords(),
        fc.array(answer, { minLength: 1, maxLength: 30 }),
        async (records, answers) => {
          let call = 0;
          const sqs = new FakeSqs(() => {
            call += 1;
            return answers[call % answers.length]!;
          });
          const { outcomes } = await run(sqs, records);

          const has = (queue: string, entry: unknown) =>
            (sqs.queues.get(queue) ?? []).some(
              (held) => JSON.stringify(withoutId(held)) === JSON.stringify(entry),
            );
          records.forEach((record, index) => {
            const status = outcomes[index]?.status;
            const everywhere = [...OUTBOXES, "orders"].every((queue) => has(queue, replicated(record)));
            const atDlq = has(DLQ, withoutId(entryOf(messageOf(record), "")));
            if (status === "done") expect(everywhere).toBe(true);
            if (status === "moved") expect(atDlq).toBe(true);
            // What is neither is reported to Lambda, comes back, and has been told when.
            expect(sqs.visibility.has(record.receiptHandle)).toBe(status === "failed");
          });
          const expected = records.map((record) => JSON.stringify(replicated(record)));
          const work = (sqs.queues.get("orders") ?? []).map((entry) => JSON.stringify(withoutId(entry)));
          expect(expected).toEqual(expect.arrayContaining(work));
          expect(new Set(work).size).toBe(work.length);
          for (const entry of sqs.queues.get("orders") ?? []) {
            expect(OUTBOXES.every((outbox) => has(outbox, withoutId(entry)))).toBe(true);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("sends to the work queue only after the outboxes", async () => {
    const sqs = new FakeSqs();
    await run(sqs, sqsRecords(3));
    expect(sqs.calls.map(({ queue }) => queue)).toEqual([...OUTBOXES, "orders"]);
  });

  test("shows consumers nothing of a message that an outbox did not take", async () => {
    const sqs = new FakeSqs((queue) =>
      queue === OUTBOXES[1] ? { refuse: ({ Id }) => (Id === "0" ? "RequestThrottled" : "accept") } : "accept",
    );
    const { outcomes } = await run(sqs, sqsRecords(3));
    expect(outcomes.map(({ status }) => status)).toEqual(["failed", "done", "done"]);
    expect(sqs.bodies("orders")).toEqual(["body 1", "body 2"]);
  });

  test("moves a message that can never be sent to the DLQ, as it was received", async () => {
    const stale = stringAttribute("stale");
    const poisoned = sqsRecord({
      messageId: "p",
      body: "poison",
      messageAttributes: { [ORIGIN_ATTRIBUTE]: stale },
    });
    const sqs = new FakeSqs((queue) =>
      queue === DLQ
        ? "accept"
        : { refuse: ({ MessageBody }) => (MessageBody === "poison" ? "InvalidParameterValue" : "accept") },
    );
    const { outcomes } = await run(sqs, [...sqsRecords(2), poisoned]);
    expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "moved"]);
    expect(sqs.queues.get(DLQ)).toEqual([
      {
        Id: "0",
        MessageBody: "poison",
        MessageAttributes: { [ORIGIN_ATTRIBUTE]: { DataType: "String", StringValue: "stale" } },
      },
    ]);
    expect(sqs.bodies("orders")).toEqual(["body 0", "body 1"]);
  });

  test("counts the lag from the ingress queue, and says what has no origin", async () => {
    const ten = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`a${index}`, stringAttribute("v")]),
    );
    const { outcomes } = await run(
      new FakeSqs(),
      sqsRecords(2, (index) => (index === 0 ? {} : { messageAttributes: ten })),
    );
    expect(outcomes).toEqual([
      { status: "done", hasOrigin: true, lagMs: 40 },
      { status: "done", hasOrigin: false, lagMs: 40 },
    ]);
  });

  test("needs no outbox", async () => {
    const sqs = new FakeSqs();
    await replicate(sqsRecords(1), { ...REPLICATOR_SETTINGS, outboxQueueUrls: {} }, sqs.client, {
      deadlines: openDeadlines(),
      now: () => SENT,
      random: () => 0,
    });
    expect([...sqs.queues.keys()]).toEqual(["orders"]);
  });

  test("fails everything, and backs it off, when there is no time to send", async () => {
    const sqs = new FakeSqs();
    const { outcomes } = await run(sqs, sqsRecords(2), {
      sending: openDeadline(false),
      settling: openDeadline(),
    });
    expect(outcomes).toEqual([
      expect.objectContaining({ status: "failed", cause: expect.objectContaining({ class: "deadline" }) }),
      expect.objectContaining({ status: "failed" }),
    ]);
    expect(sqs.calls).toHaveLength(0);
    expect(sqs.visibility.size).toBe(2);
  });
});
