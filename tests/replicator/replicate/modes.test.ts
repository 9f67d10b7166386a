import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import type { ReplicationMode } from "../../../core/modes";
import { entryOf, messageOf } from "../../../messages/message";
import { decodeOrigin, encodeOrigin, ORIGIN_ATTRIBUTE } from "../../../messages/origin";
import { forward } from "../../../replicator/replicate/forward";
import { replicate } from "../../../replicator/replicate/replicate";
import type { BatchReport } from "../../../replicator/replicate/report";
import { anyPlan, killing } from "../any-fault";
import { type Fault, type ModelQueue, ModelSqs } from "../model-sqs";
import { deadBodies, wholeEntries } from "../pieces";
import {
  anyFifoRecords,
  anyRecords,
  connections,
  forwarderSettings,
  HOME,
  replicatorSettings,
  SENT,
} from "../records";

const FOUR_PEERS = ["us-west-2", "eu-west-1", "ap-south-1", "sa-east-1"];
const FUNCTION_TIMEOUT_MS = 40_000;

/** A logical queue in its home, with its peers, on a model of SQS. */
function setUp(mode: ReplicationMode, fifo: boolean, peers: readonly string[], plan: readonly Fault[] = []) {
  const sqs = new ModelSqs(plan);
  const settings = replicatorSettings(mode, fifo, peers);
  const worker = connections(settings, sqs.clientOf);
  const ingress = sqs.queue(settings.sourceQueueUrl);
  const work = sqs.queue(settings.workQueueUrl);
  const dlq = sqs.queue(settings.ingressDlqUrl);
  const home = sqs.clientOf(HOME);
  const forwarders = (mode === "async" || mode === "semi-sync" ? peers : []).map((peer) => {
    const own = forwarderSettings(peer, fifo);
    return { own, clients: { home, peer: sqs.clientOf(peer) }, outbox: sqs.queue(own.sourceQueueUrl) };
  });
  const standbys = peers.map((peer) => sqs.queue(forwarderSettings(peer, fifo).standbyQueueUrl));

  const context = () => {
    const end = sqs.nowMs + FUNCTION_TIMEOUT_MS;
    const { signal } = new AbortController();
    const until = (reservedMs: number) => ({ signal, mayStart: () => sqs.nowMs < end - reservedMs });
    return {
      deadlines: { sending: until(4_500), settling: until(1_500) },
      now: () => sqs.nowMs,
      random: () => 0.3,
    };
  };
  /** One invocation, if there is something to receive, with Lambda's part after it. */
  const invoke = async (
    source: ModelQueue,
    process: (records: readonly SQSRecord[]) => Promise<BatchReport>,
    after: (records: readonly SQSRecord[], report: BatchReport) => void = () => {},
  ): Promise<boolean> => {
    const records = source.receive(sqs.nowMs);
    if (records.length === 0) return false;
    const report = await process(records);
    if (sqs.killed) {
      sqs.killed = false;
      return true;
    }
    const deleted = records.filter((_, index) => ["done", "moved"].includes(report.outcomes[index]!.status));
    source.delete(new Set(deleted.map(({ messageId }) => messageId)));
    after(records, report);
    return true;
  };
  const replicateOnce = (after?: (records: readonly SQSRecord[], report: BatchReport) => void) =>
    invoke(ingress, (records) => replicate(records, settings, worker, context()), after);
  const forwardOnce = async () => {
    let any = false;
    for (const { own, clients, outbox } of forwarders) {
      any = (await invoke(outbox, (records) => forward(records, own, clients, context()))) || any;
    }
    return any;
  };
  /** Runs the functions, as long as it takes, until ingress and outboxes are empty. */
  const drain = async (after?: (records: readonly SQSRecord[], report: BatchReport) => void) => {
    const sources = [ingress, ...forwarders.map(({ outbox }) => outbox)];
    for (let turn = 0; sources.some(({ isEmpty }) => !isEmpty); turn += 1) {
      if (turn > 1_000) throw new Error("does not come to an end");
      const replicated = await replicateOnce(after);
      const forwarded = await forwardOnce();
      if (replicated || forwarded) continue;
      sqs.nowMs = Math.min(...sources.map((source) => source.nextMs(sqs.nowMs)));
    }
  };
  return {
    sqs,
    ingress,
    work,
    dlq,
    standbys,
    outboxes: forwarders.map(({ outbox }) => outbox),
    drain,
    replicateOnce,
    forwardOnce,
  };
}

/** What a producer sends for a record, with a body that no other has. */
function produced(record: SQSRecord, index: number): SendMessageBatchRequestEntry {
  const { MessageDeduplicationId } = record.attributes;
  return {
    ...entryOf(messageOf(record), ""),
    MessageBody: `${index}|${record.body}`,
    ...(MessageDeduplicationId === undefined
      ? {}
      : { MessageDeduplicationId: `${MessageDeduplicationId}${index}` }),
  };
}

/** An entry without what the functions add to it. */
function asProduced({
  Id,
  MessageDeduplicationId,
  MessageAttributes = {},
  ...entry
}: SendMessageBatchRequestEntry) {
  const { [ORIGIN_ATTRIBUTE]: _, ...attributes } = MessageAttributes;
  return JSON.stringify({ ...entry, MessageAttributes: Object.entries(attributes) });
}

function bodies({ log }: ModelQueue): readonly string[] {
  return log.map(({ entry }) => entry.MessageBody ?? "");
}

/** Bodies per group, in order, with repeats that follow each other at once as one. */
function inGroups({ log }: ModelQueue): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { entry } of log) {
    const group = groups.get(entry.MessageGroupId ?? "") ?? [];
    if (group.at(-1) !== entry.MessageBody) group.push(entry.MessageBody ?? "");
    groups.set(entry.MessageGroupId ?? "", group);
  }
  return groups;
}

const anyCase = fc.oneof(
  fc.record({
    mode: fc.constantFrom<ReplicationMode>("async", "semi-sync", "sync", "none"),
    fifo: fc.constant(false),
    records: anyRecords(25),
  }),
  fc.record({
    mode: fc.constantFrom<ReplicationMode>("async", "sync", "none"),
    fifo: fc.constant(true),
    records: anyFifoRecords(25),
  }),
);
const anyPeers = fc.integer({ min: 1, max: 4 }).map((count) => FOUR_PEERS.slice(0, count));

describe("replicator and forwarders together", () => {
  test("bring everything everywhere or to the DLQ, whole, whatever fails and whoever is killed", async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, anyPeers, anyPlan(killing), async ({ mode, fifo, records }, peers, plan) => {
        const { sqs, ingress, work, dlq, standbys, outboxes, drain } = setUp(mode, fifo, peers, plan);
        const entries = records.map(produced);
        for (const entry of entries) ingress.enqueue(entry, sqs.nowMs);
        const ids = new Map(ingress.log.map(({ messageId, entry }) => [entry.MessageBody, messageId]));

        const holds = (queue: ModelQueue, body: string) =>
          queue.log.some(({ entry }) => entry.MessageBody === body);
        const early: string[] = [];
        sqs.onTaken = (queue, { MessageBody = "" }) => {
          const before = { sync: standbys, async: outboxes, "semi-sync": [], none: [] }[mode];
          if (queue === work.name && !before.every((one) => holds(one, MessageBody))) early.push(MessageBody);
        };
        await drain((batch, { outcomes }) => {
          batch.forEach(({ body }, index) => {
            const { status } = outcomes[index]!;
            if (status === "moved") expect(deadBodies(dlq).includes(body)).toBe(true);
            if (status !== "done") return;
            expect(holds(work, body)).toBe(true);
            peers.forEach((_, peer) => {
              const onStandby = holds(standbys[peer]!, body);
              const inOutbox = outboxes[peer] !== undefined && holds(outboxes[peer], body);
              expect(mode === "none" || onStandby || inOutbox).toBe(true);
            });
          });
        });

        expect(sqs.violations).toEqual([]);
        // sync: what is on work is on every standby queue; async: it is at least on its way there.
        expect(early).toEqual([]);
        const copies = mode === "none" ? [] : standbys;
        for (const queue of [work, ...copies]) {
          for (const body of entries.map(({ MessageBody = "" }) => MessageBody)) {
            expect(holds(queue, body) || deadBodies(dlq).includes(body)).toBe(true);
          }
        }
        const sent = new Set(entries.map(asProduced));
        const arrived = [work, dlq, ...standbys, ...outboxes].map(({ log }) => log.map(({ entry }) => entry));
        for (const all of arrived) {
          for (const entry of wholeEntries(all)) {
            expect(sent).toContain(asProduced(entry));
            const origin = entry.MessageAttributes?.[ORIGIN_ATTRIBUTE];
            if (origin === undefined) continue;
            const read = decodeOrigin(origin.StringValue);
            expect(read).toMatchObject({ home: HOME, id: ids.get(entry.MessageBody), sent: SENT });
            expect(encodeOrigin(read!)).toEqual(origin);
          }
        }
        if (mode === "none") expect([...standbys, ...outboxes].flatMap(({ log }) => log)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  }, 30_000);

  test("keep the order of every FIFO group on every queue, whatever fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<ReplicationMode>("async", "sync", "none"),
        anyPeers,
        anyFifoRecords(25),
        anyPlan(),
        async (mode, peers, records, plan) => {
          const { sqs, ingress, work, standbys, outboxes, drain } = setUp(mode, true, peers, plan);
          for (const [index, record] of records.entries())
            ingress.enqueue(produced(record, index), sqs.nowMs);
          await drain();
          for (const queue of [work, ...standbys, ...outboxes]) {
            for (const group of inGroups(queue).values()) {
              const numbers = group.map((body) => Number.parseInt(body, 10));
              expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
            }
          }
          expect(sqs.violations).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  }, 30_000);

  test("deliver nothing twice on FIFO queues when a worker is killed at any call", async () => {
    for (const mode of ["async", "sync", "none"] as const) {
      for (let before = 0; before < 30; before += 1) {
        const plan: Fault[] = [...Array<Fault>(before).fill({ kind: "none" }), { kind: "kill" }];
        const { sqs, ingress, work, standbys, outboxes, drain } = setUp(
          mode,
          true,
          FOUR_PEERS.slice(0, 2),
          plan,
        );
        const sent = Array.from({ length: 10 }, (_, index) => `${index}`);
        for (const MessageBody of sent) {
          const MessageGroupId = `group ${Number(MessageBody) % 3}`;
          ingress.enqueue(
            { Id: "", MessageBody, MessageGroupId, MessageDeduplicationId: MessageBody },
            sqs.nowMs,
          );
        }
        await drain();
        for (const queue of [work, ...(mode === "none" ? [] : standbys), ...outboxes]) {
          expect([...bodies(queue)].sort()).toEqual(sent);
          for (const group of inGroups(queue).values()) expect(group).toEqual([...group].sort());
        }
      }
    }
  });

  test.each(["async", "sync", "none"] as const)(
    "deliver on every queue both of two messages of one FIFO group with the same producer deduplication id, six minutes apart, replayed together, in mode %s",
    async (mode) => {
      const { sqs, ingress, work, standbys, outboxes, drain } = setUp(mode, true, ["us-west-2", "eu-west-1"]);
      const entry = { Id: "", MessageGroupId: "account-7", MessageDeduplicationId: "payment-1" };
      ingress.enqueue({ ...entry, MessageBody: "first" }, sqs.nowMs);
      sqs.nowMs += 60_000;
      ingress.enqueue({ ...entry, MessageBody: "swallowed by the ingress queue" }, sqs.nowMs);
      sqs.nowMs += 300_000;
      ingress.enqueue({ ...entry, MessageBody: "second" }, sqs.nowMs);
      await drain();
      for (const queue of [work, ...outboxes, ...(mode === "none" ? [] : standbys)]) {
        expect(bodies(queue)).toEqual(["first", "second"]);
        const producersIds = queue.log.map(
          (held) => decodeOrigin(held.entry.MessageAttributes?.[ORIGIN_ATTRIBUTE]?.StringValue)?.dedup,
        );
        expect(producersIds).toEqual(["payment-1", "payment-1"]);
      }
    },
  );

  test("carry a FIFO message without room for its origin under the same deduplication id everywhere", async () => {
    const { sqs, ingress, work, standbys, outboxes, drain } = setUp(
      "async",
      true,
      ["us-west-2"],
      [
        // The outbox has taken it, the work queue has not; then the standby queue has, and nobody heard.
        { kind: "none" },
        { kind: "call", error: "TimeoutError", executed: false },
        { kind: "none" },
        { kind: "call", error: "TimeoutError", executed: true },
      ],
    );
    const MessageAttributes = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`a${index}`, { DataType: "String", StringValue: "v" }]),
    );
    const entry = { Id: "", MessageBody: "full", MessageGroupId: "g", MessageDeduplicationId: "own" };
    ingress.enqueue({ ...entry, MessageAttributes }, sqs.nowMs);
    await drain();
    const ids = [work, ...standbys, ...outboxes].map(({ log }) =>
      log.map(({ entry: { MessageDeduplicationId, MessageAttributes: attributes = {} } }) => {
        expect(Object.keys(attributes)).toHaveLength(10);
        return MessageDeduplicationId;
      }),
    );
    const [id] = ids[0]!;
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(ids).toEqual([[id], [id], [id]]);
  });

  test("hold a FIFO group behind a message that is moved to the DLQ, until the next receive", async () => {
    const poison: Fault = {
      kind: "entries",
      entries: [{ code: "InvalidMessageContents", executed: false }],
    };
    const { sqs, ingress, work, dlq, replicateOnce, drain } = setUp("none", true, [], [poison]);
    for (const MessageBody of ["0", "1", "2"]) {
      ingress.enqueue(
        { Id: "", MessageBody, MessageGroupId: "g", MessageDeduplicationId: MessageBody },
        sqs.nowMs,
      );
    }
    await replicateOnce((_, { outcomes }) =>
      expect(outcomes.map(({ status }) => status)).toEqual(["moved", "held", "held"]),
    );
    expect(bodies(dlq)).toEqual(["0"]);
    expect(dlq.log[0]?.entry.MessageGroupId).toBe("g");
    expect(bodies(work)).toEqual([]);
    await drain();
    expect(bodies(work)).toEqual(["1", "2"]);
  });

  test.each([
    ["semi-sync", 0.4],
    ["async", 0.7],
    ["sync", 0.4],
    ["none", 0.3],
  ] as const)(
    "need, in mode %s and two regions, %f requests per message at full batches",
    async (mode, most) => {
      const { sqs, ingress, drain } = setUp(mode, false, ["us-west-2"]);
      for (let index = 0; index < 100; index += 1) {
        ingress.enqueue({ Id: "", MessageBody: `${index}` }, sqs.nowMs);
      }
      await drain();
      const sends = [...sqs.requests.values()].reduce((sum, count) => sum + count, 0);
      const sources = mode === "async" ? 2 : 1;
      // A receive and a delete for ten messages of each queue that a function reads.
      expect((sends + sources * 20) / 100).toBe(most);
    },
  );
});
