import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { forward } from "../../replicator/forward";
import { deduplicationId } from "../../replicator/message/deduplication";
import { entryOf, messageOf } from "../../replicator/message/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, originOf } from "../../replicator/message/origin";
import { type Answer, FakeSqs, serviceError } from "./fake-sqs";
import {
  anyRecords,
  FORWARDER_SETTINGS,
  forwarderSettings,
  HOME,
  openDeadlines,
  SENT,
  sqsRecord,
  sqsRecords,
  stringAttribute,
} from "./records";

const STANDBY = "orders-standby-us-east-1@us-west-2";
const ORIGIN = encodeOrigin(originOf(sqsRecord(), HOME)).StringValue ?? "";

async function run(
  records: readonly SQSRecord[],
  answer: (queue: string, entries: readonly SendMessageBatchRequestEntry[]) => Answer = () => "accept",
  settings = FORWARDER_SETTINGS,
) {
  const home = new FakeSqs();
  const peer = new FakeSqs(answer);
  const report = await forward(
    records,
    settings,
    { home: home.clientOf(HOME), peer: peer.clientOf("us-west-2") },
    { deadlines: openDeadlines(), now: () => SENT + 250, random: () => 0 },
  );
  return { home, peer, report };
}

describe("forward", () => {
  test("copies every record to the peer's standby queue as it is", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords(), async (records) => {
        const { home, peer, report } = await run(records);
        const sent = (peer.queues.get(STANDBY) ?? []).map((entry) => ({ ...entry, Id: "" }));
        expect(sent).toEqual(records.map((record) => entryOf(messageOf(record), "")));
        expect(report.outcomes.every(({ status }) => status === "done")).toBe(true);
        expect(home.calls).toHaveLength(0);
      }),
      { numRuns: 50 },
    );
  });

  test("leaves the origin as it is, byte by byte, also one that newer code wrote", async () => {
    const newer = `{ "v":2, "home":"x", "id":"m", "sent":${SENT}, "sender":"s", "more":[1] }`;
    const records = sqsRecords(1, () => ({
      messageAttributes: { [ORIGIN_ATTRIBUTE]: stringAttribute(newer) },
    }));
    const { peer, report } = await run(records);
    expect(peer.queues.get(STANDBY)?.[0]?.MessageAttributes?.[ORIGIN_ATTRIBUTE]?.StringValue).toBe(newer);
    expect(report.outcomes[0]).toEqual({ status: "done", hasOrigin: true, lagMs: 250 });
  });

  test("knows no lag without an origin", async () => {
    const { report } = await run(sqsRecords(1));
    expect(report.outcomes).toEqual([{ status: "done", hasOrigin: false }]);
  });

  test("keeps on the outbox, and backs off, what the peer does not take", async () => {
    const { home, report } = await run(sqsRecords(12), () => ({ throw: serviceError("TimeoutError") }));
    expect(report.outcomes.map(({ status }) => status)).toEqual(Array(12).fill("failed"));
    expect(home.visibility.size).toBe(12);
    expect(home.visibility.get("receipt of id-3")).toBe(1);
  });

  test("moves what the peer can never take to the ingress DLQ at home, with its origin", async () => {
    const records = sqsRecords(1, () => ({
      messageAttributes: { [ORIGIN_ATTRIBUTE]: stringAttribute(ORIGIN) },
    }));
    const { home, report } = await run(records, () => ({ refuse: () => "InvalidMessageContents" }));
    expect(report.outcomes[0]?.status).toBe("moved");
    const [dead] = home.queues.get("orders-ingress-dlq") ?? [];
    expect(dead).toMatchObject({ MessageBody: "body 0" });
    expect(dead?.MessageAttributes?.[ORIGIN_ATTRIBUTE]?.StringValue).toBe(ORIGIN);
  });

  describe("on FIFO queues", () => {
    const FIFO = forwarderSettings("us-west-2", true);
    const FIFO_STANDBY = "orders-standby-us-east-1.fifo@us-west-2";
    const inGroup = (MessageGroupId: string, messageAttributes: SQSRecord["messageAttributes"] = {}) => ({
      messageAttributes,
      attributes: { MessageGroupId, MessageDeduplicationId: `of the outbox, ${MessageGroupId}` },
    });

    test("derives the deduplication id from the origin, and keeps the outbox's where there is none", async () => {
      const origin = { [ORIGIN_ATTRIBUTE]: stringAttribute(ORIGIN) };
      const records = sqsRecords(2, (index) => (index === 0 ? inGroup("a", origin) : inGroup("b")));
      const { peer } = await run(records, undefined, FIFO);
      expect(
        peer.queues.get(FIFO_STANDBY)?.map((entry) => [entry.MessageGroupId, entry.MessageDeduplicationId]),
      ).toEqual([
        ["a", deduplicationId({ home: HOME, id: sqsRecord().messageId })],
        ["b", "of the outbox, b"],
      ]);
    });

    test("stops a group at its first failure while others go on", async () => {
      const groups = ["a", "b", "a", "b", "a"];
      const { home, peer, report } = await run(
        sqsRecords(5, (index) => inGroup(groups[index]!)),
        () => ({ refuse: ({ MessageBody }) => (MessageBody === "body 2" ? "InternalError" : "accept") }),
        FIFO,
      );
      expect(report.outcomes.map(({ status }) => status)).toEqual(["done", "done", "failed", "done", "held"]);
      expect(peer.bodies(FIFO_STANDBY)).toEqual(["body 0", "body 1", "body 3"]);
      expect([...home.visibility]).toEqual([
        ["receipt of id-2", 1],
        ["receipt of id-4", 1],
      ]);
    });

    test("moves a message with its group and deduplication id to the DLQ", async () => {
      const { home } = await run(
        sqsRecords(1, () => inGroup("a")),
        () => ({ refuse: () => "InvalidMessageContents" }),
        FIFO,
      );
      expect(home.queues.get("orders-ingress-dlq.fifo")).toMatchObject([
        { MessageGroupId: "a", MessageDeduplicationId: "of the outbox, a" },
      ]);
    });
  });
});
