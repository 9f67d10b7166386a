import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { copyDeduplicationId, deduplicationId } from "../../../messages/deduplication";
import { entryOf, messageOf } from "../../../messages/message";
import {
  decodeOrigin,
  effectiveHome,
  encodeOrigin,
  ORIGIN_ATTRIBUTE,
  originOf,
} from "../../../messages/origin";
import type { PassReader } from "../../../ownership/lease/pass-reader";
import { copyIn } from "../../../replicator/drain/copy";
import { forward } from "../../../replicator/replicate/forward";
import { anyPlan, killing } from "../any-fault";
import { type Answer, FakeSqs, serviceError } from "../fake-sqs";
import { type ModelQueue, ModelSqs } from "../model-sqs";
import { deadBodies } from "../pieces";
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
} from "../records";

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

describe("a forwarder whose peer is lost", () => {
  const PEER = "us-west-2";
  const THIRD = "eu-west-1";
  type Passes = Pick<PassReader, "verdict">;
  const OPEN = { open: true, epoch: 1, remainsMs: 9_000 } as const;

  function passes(open: readonly string[]): Passes & { readonly asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      verdict: async (home) => {
        asked.push(home);
        return open.includes(home) ? OPEN : { open: false, why: "no-pass" };
      },
    };
  }

  function copies(owners: readonly (string | undefined)[], fifo = false): SQSRecord[] {
    return sqsRecords(owners.length, (index) => {
      const origin = originOf(sqsRecord({ messageId: `m-${index}` }), HOME, owners[index]);
      return {
        messageAttributes: { [ORIGIN_ATTRIBUTE]: stringAttribute(JSON.stringify(origin)) },
        ...(fifo
          ? { attributes: { MessageGroupId: "g", MessageDeduplicationId: copyDeduplicationId(origin) } }
          : {}),
      };
    });
  }

  async function carry(
    records: readonly SQSRecord[],
    pass: Passes | undefined,
    {
      fifo = false,
      answer = (): Answer => "accept",
    }: { fifo?: boolean; answer?: (queue: string) => Answer } = {},
  ) {
    const sqs = new FakeSqs(answer);
    const report = await forward(
      records,
      forwarderSettings(PEER, fifo),
      { home: sqs.clientOf(HOME), peer: sqs.clientOf(PEER), ...(pass && { passes: pass }) },
      { deadlines: openDeadlines(), now: () => SENT + 250, random: () => 0 },
    );
    return { sqs, report };
  }

  const owners = [PEER, undefined, THIRD, PEER, HOME];

  test("puts what was marked for the peer on the own work queue while it owns the peer's home, and nothing else", async () => {
    const { sqs, report } = await carry(copies(owners), passes([PEER, HOME, THIRD]));
    expect(sqs.bodies("orders")).toEqual(["body 0", "body 3"]);
    expect(sqs.bodies(STANDBY)).toEqual(["body 1", "body 2", "body 4"]);
    expect(report.takenOver).toBe(2);
    const lags = report.outcomes.map((outcome) => outcome.status === "done" && "lagMs" in outcome);
    expect(lags).toEqual([false, true, true, false, true]);
  });

  test("makes the message one of its own: it stays so when the peer is back", async () => {
    const { sqs } = await carry(copies([PEER]), passes([PEER]));
    const sent = sqs.queues.get("orders") ?? [];
    expect(sent).not.toEqual([]);
    for (const { MessageAttributes: attributes } of sent) {
      const origin = decodeOrigin(attributes?.[ORIGIN_ATTRIBUTE]?.StringValue)!;
      expect(effectiveHome(origin)).toBe(HOME);
    }
  });

  const closed = { open: false, why: "unreadable", code: "TimeoutError" } as const;
  test.each<[string, Passes | undefined]>([
    ["it owns other homes only", passes([HOME, THIRD])],
    ["its pass cannot be read", { verdict: async () => closed }],
    ["nobody owns anything else than itself", undefined],
  ])("copies everything to the peer while %s", async (_, pass) => {
    const { sqs, report } = await carry(copies(owners), pass);
    expect(sqs.queues.has("orders")).toBe(false);
    expect(sqs.bodies(STANDBY)).toHaveLength(owners.length);
    expect(report.takenOver).toBeUndefined();
  });

  test("asks for the pass of the peer's home alone, and only when something is marked for the peer", async () => {
    const idle = passes([PEER]);
    await carry(copies([undefined, THIRD, HOME]), idle);
    expect(idle.asked).toEqual([]);
    const busy = passes([PEER]);
    await carry(copies(owners), busy);
    expect(new Set(busy.asked)).toEqual(new Set([PEER]));
  });

  test("asks again for each call: what comes after the pass has ended goes to the peer", async () => {
    let asked = 0;
    const ending: Passes = {
      verdict: async () => {
        asked += 1;
        return asked === 1 ? OPEN : closed;
      },
    };
    const { sqs } = await carry(copies([PEER, PEER], true), ending, { fifo: true });
    expect(sqs.bodies("orders.fifo")).toEqual(["body 0"]);
    expect(sqs.bodies(`orders-standby-${HOME}.fifo@${PEER}`)).toEqual(["body 1"]);
  });

  test("gives a message the deduplication id that a drainer would give it", async () => {
    const records = copies([PEER, undefined], true);
    const { sqs } = await carry(records, passes([PEER]), { fifo: true });
    const moved = copyIn(records[0]!, { fifo: true, ledgerIdOf: () => undefined }, false).message;
    expect(sqs.queues.get("orders.fifo")?.map(({ MessageDeduplicationId: id }) => id)).toEqual([
      moved.deduplicationId,
    ]);
    expect(moved.deduplicationId).toBe(deduplicationId({ home: HOME, id: "m-0" }));
  });

  test("stops a FIFO group at what the work queue does not take, also for the peer's copies behind it", async () => {
    const { sqs, report } = await carry(copies([undefined, PEER, undefined], true), passes([PEER]), {
      fifo: true,
      answer: (queue) => (queue === "orders.fifo" ? { refuse: () => "InternalError" } : "accept"),
    });
    expect(report.outcomes.map(({ status }) => status)).toEqual(["done", "failed", "held"]);
    expect(sqs.bodies(`orders-standby-${HOME}.fifo@${PEER}`)).toEqual(["body 0"]);
  });

  test("brings each message to where it belongs, in order, whatever fails and whenever the pass ends", async () => {
    await fc.assert(
      fc.asyncProperty(
        // A worker that was killed begins anew, maybe by another pass: what is repeated then has no place in an order.
        fc.oneof(
          fc.record({ fifo: fc.boolean(), plan: anyPlan() }),
          fc.record({ fifo: fc.constant(false), plan: anyPlan(killing) }),
        ),
        fc.array(fc.constantFrom(PEER, THIRD, undefined), { maxLength: 25 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async ({ fifo, plan }, marks, passPlan) => {
          const sqs = new ModelSqs(plan);
          const settings = forwarderSettings(PEER, fifo);
          const [outbox, standby, work, dlq] = [
            settings.sourceQueueUrl,
            settings.standbyQueueUrl,
            settings.workQueueUrl,
            settings.ingressDlqUrl,
          ].map((queueUrl) => sqs.queue(queueUrl)) as [ModelQueue, ModelQueue, ModelQueue, ModelQueue];
          const open = passPlan.values();
          const pass: Passes = { verdict: async () => ((open.next().value ?? true) ? OPEN : closed) };
          copies(marks, fifo).forEach((record, index) => {
            const attributes = { MessageGroupId: `${index % 3}` };
            const { MessageDeduplicationId } = record.attributes;
            outbox.enqueue(
              {
                ...entryOf(messageOf(record), ""),
                MessageBody: `${index}`,
                ...(fifo ? { ...attributes, MessageDeduplicationId } : {}),
              },
              sqs.nowMs,
            );
          });
          while (!outbox.isEmpty) {
            const records = outbox.receive(sqs.nowMs);
            if (records.length === 0) {
              sqs.nowMs = outbox.nextMs(sqs.nowMs);
              continue;
            }
            const { outcomes } = await forward(
              records,
              settings,
              { home: sqs.clientOf(HOME), peer: sqs.clientOf(PEER), passes: pass },
              { deadlines: openDeadlines(), now: () => sqs.nowMs, random: () => 0.3 },
            );
            const done = records.filter((_, index) => ["done", "moved"].includes(outcomes[index]!.status));
            if (!sqs.killed) outbox.delete(new Set(done.map(({ messageId }) => messageId)));
            sqs.killed = false;
          }
          const on = ({ log }: ModelQueue) => log.map(({ entry }) => Number(entry.MessageBody));
          const arrived = new Set([...on(standby), ...on(work), ...deadBodies(dlq).map(Number)]);
          expect([...arrived].sort((one, other) => one - other)).toEqual(marks.map((_, index) => index));
          for (const index of on(work)) expect(marks[index]).toBe(PEER);
          expect(sqs.violations).toEqual([]);
          for (const queue of fifo ? [standby, work] : []) {
            for (const group of [0, 1, 2]) {
              const numbers = [...new Set(on(queue).filter((index) => index % 3 === group))];
              expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  }, 30_000);
});
