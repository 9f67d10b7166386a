import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { forward } from "../../replicator/forward";
import { entryOf, messageOf } from "../../replicator/message/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, originOf } from "../../replicator/message/origin";
import { type Answer, FakeSqs, serviceError } from "./fake-sqs";
import {
  anyRecords,
  FORWARDER_SETTINGS,
  HOME,
  openDeadlines,
  SENT,
  sqsRecord,
  sqsRecords,
  stringAttribute,
} from "./records";

const STANDBY = "orders-standby-us-east-1";
const ORIGIN = encodeOrigin(originOf(sqsRecord(), HOME)).StringValue ?? "";

async function run(records: readonly SQSRecord[], answer: () => Answer = () => "accept") {
  const home = new FakeSqs();
  const peer = new FakeSqs(answer);
  const report = await forward(
    records,
    FORWARDER_SETTINGS,
    { home: home.client, peer: peer.client },
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
});
