import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import type { ReplicationMode } from "../../../core/modes";
import { decodeOrigin, ORIGIN_ATTRIBUTE } from "../../../messages/origin";
import type { OwnerAnswer, OwnerReader } from "../../../ownership/lease/owner-reader";
import { fenceOf } from "../../../replicator/replicate/fence";
import { replicate } from "../../../replicator/replicate/replicate";
import { anyPlan } from "../any-fault";
import { FakeSqs } from "../fake-sqs";
import { type ModelQueue, ModelSqs } from "../model-sqs";
import { deadBodies } from "../pieces";
import {
  connections,
  HOME,
  openDeadlines,
  PEERS,
  replicatorSettings,
  SENT,
  sqsRecord,
  sqsRecords,
  stringAttribute,
} from "../records";

const [OWNER, THIRD] = PEERS;
const DLQ = "orders-ingress-dlq";

type Owners = Pick<OwnerReader, "owner">;

function ownedBy(region: string): Owners {
  return { owner: async () => ({ known: true, region }) };
}

function unknown(code: string): Owners {
  return { owner: async () => ({ known: false, code }) };
}

function run(
  sqs: FakeSqs,
  records: readonly SQSRecord[],
  owners: Owners,
  mode: ReplicationMode = "async",
  fifo = false,
) {
  const settings = replicatorSettings(mode, fifo);
  const worker = { ...connections(settings, sqs.clientOf), owners };
  const context = { deadlines: openDeadlines(), now: () => SENT + 40, random: () => 0.5 };
  return replicate(records, settings, worker, context);
}

function owners(sqs: FakeSqs, queue: string): readonly (string | undefined)[] {
  return (sqs.queues.get(queue) ?? []).map(
    ({ MessageAttributes }) => decodeOrigin(MessageAttributes?.[ORIGIN_ATTRIBUTE]?.StringValue)?.owner,
  );
}

describe("fenceOf", () => {
  test("is open for what is never fenced", async () => {
    expect(await fenceOf(HOME, [], undefined)).toEqual({ known: true });
  });

  test("is open for a home that owns itself", async () => {
    expect(await fenceOf(HOME, PEERS, ownedBy(HOME))).toEqual({ known: true });
  });

  test("names the owner of a fenced home", async () => {
    expect(await fenceOf(HOME, PEERS, ownedBy(OWNER))).toEqual({ known: true, owner: OWNER });
  });

  test("does not give messages to an owner that gets no copies", async () => {
    const failure = { class: "configuration", code: "OwnerIsNoPeer" };
    expect(await fenceOf(HOME, PEERS, ownedBy("sa-east-1"))).toEqual({ known: false, failure });
  });

  // Even of an error that looks like a message's own: with that class they would be taken for lost causes.
  test.each(["NoOwner", "ThrottlingException", "TimeoutError", "InvalidParameterValue"])(
    "is not known while nobody owns the home or says so: %s",
    async (code) => {
      const failure = { class: "unowned", code };
      expect(await fenceOf(HOME, PEERS, unknown(code))).toEqual({ known: false, failure });
    },
  );
});

describe("the replicator of a fenced home", () => {
  test.each([
    ["async", PEERS.map((peer) => `orders-outbox-${peer}`)],
    ["semi-sync", PEERS.map((peer) => `orders-standby-${HOME}@${peer}`)],
    ["sync", PEERS.map((peer) => `orders-standby-${HOME}@${peer}`)],
  ] as const)(
    "sends in mode %s as always, but nothing to the work queue, and marks it",
    async (mode, queues) => {
      const sqs = new FakeSqs();
      const report = await run(sqs, sqsRecords(12), ownedBy(OWNER), mode);
      expect(report.outcomes.map(({ status }) => status)).toEqual(Array(12).fill("done"));
      expect(report.fencedBy).toBe(OWNER);
      expect([...sqs.queues.keys()].sort()).toEqual([...queues].sort());
      for (const queue of queues) expect(owners(sqs, queue)).toEqual(Array(12).fill(OWNER));
    },
  );

  test.each([
    ["async", (peer: string) => `orders-outbox-${peer}`],
    ["sync", (peer: string) => `orders-standby-${HOME}@${peer}`],
  ] as const)(
    "gives the owner in mode %s what all other peers have, and once, however often they fail",
    async (mode, queueOf) => {
      let fails = true;
      const sqs = new FakeSqs((queue) =>
        fails && queue === queueOf(THIRD) ? { refuse: () => "InternalError" } : "accept",
      );
      const records = sqsRecords(3);
      for (let receives = 1; receives <= 5; receives += 1) await run(sqs, records, ownedBy(OWNER), mode);
      expect(sqs.bodies(queueOf(OWNER))).toEqual([]);
      fails = false;
      await run(sqs, records, ownedBy(OWNER), mode);
      for (const peer of PEERS) expect(sqs.bodies(queueOf(peer))).toEqual(["body 0", "body 1", "body 2"]);
    },
  );

  test("marks nothing when the home owns itself", async () => {
    const sqs = new FakeSqs();
    const report = await run(sqs, sqsRecords(2), ownedBy(HOME));
    expect(report.fencedBy).toBeUndefined();
    expect(owners(sqs, "orders")).toEqual([undefined, undefined]);
  });

  test("brings a marked copy to a FIFO queue that has one without a mark, of a try before the fence", async () => {
    const settings = replicatorSettings("async", true);
    const refused = { kind: "call", error: "InternalError", executed: false } as const;
    // Both outboxes have taken it, the work queue has not.
    const sqs = new ModelSqs([{ kind: "none" }, { kind: "none" }, refused]);
    const ingress = sqs.queue(settings.sourceQueueUrl);
    ingress.enqueue(
      { Id: "", MessageBody: "b", MessageGroupId: "g", MessageDeduplicationId: "own" },
      sqs.nowMs,
    );
    for (const owner of [HOME, OWNER]) {
      const worker = { ...connections(settings, sqs.clientOf), owners: ownedBy(owner) };
      const context = { deadlines: openDeadlines(), now: () => sqs.nowMs, random: () => 0 };
      await replicate(ingress.receive(sqs.nowMs), settings, worker, context);
      sqs.nowMs = ingress.nextMs(sqs.nowMs);
    }
    const copies = sqs.queue(settings.outboxQueueUrls[OWNER]!).log.map(({ entry }) => entry);
    const marks = copies.map(
      ({ MessageAttributes }) => decodeOrigin(MessageAttributes?.[ORIGIN_ATTRIBUTE]?.StringValue)?.owner,
    );
    expect(marks).toEqual([undefined, OWNER]);
    expect(sqs.queue(settings.workQueueUrl).log).toEqual([]);
  });

  test("asks once for a batch", async () => {
    let reads = 0;
    const owners: Owners = {
      owner: async () => {
        reads += 1;
        return { known: true, region: OWNER };
      },
    };
    await run(new FakeSqs(), sqsRecords(100), owners);
    expect(reads).toBe(1);
  });

  test.each(["async", "semi-sync", "sync"] as const)(
    "sends nothing in mode %s while nobody owns the home, counts it, and tries again soon however often it did",
    async (mode) => {
      const sqs = new FakeSqs();
      const received = (count: number) => () => ({ attributes: { ApproximateReceiveCount: String(count) } });
      const { outcomes } = await run(sqs, sqsRecords(12, received(1)), unknown("NoOwner"), mode);
      expect(outcomes).toEqual(
        Array(12).fill({
          status: "failed",
          cause: { accepted: false, queue: "orders", class: "unowned", code: "NoOwner" },
        }),
      );
      expect(sqs.calls).toEqual([]);
      expect([...sqs.visibility.values()]).toEqual(Array(12).fill(5));
      await run(sqs, sqsRecords(12, received(900)), unknown("TimeoutError"), mode);
      expect([...sqs.visibility.values()]).toEqual(Array(12).fill(20));
      expect(sqs.calls).toEqual([]);
    },
  );

  test("brings a FIFO group back at one time while nobody owns the home", async () => {
    const sqs = new FakeSqs();
    const records = sqsRecords(4, (index) => ({
      attributes: { MessageGroupId: "a", ApproximateReceiveCount: String(40 - index) },
    }));
    const { outcomes } = await run(sqs, records, unknown("NoOwner"), "async", true);
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill("failed"));
    expect([...sqs.visibility.values()]).toEqual(Array(4).fill(20));
  });

  const full = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`a${at}`, stringAttribute("v")]));

  test("keeps a message that has no room for the mark on the ingress queue", async () => {
    const sqs = new FakeSqs();
    const records = [...sqsRecords(2), sqsRecord({ messageId: "full", messageAttributes: full })];
    const { outcomes } = await run(sqs, records, ownedBy(OWNER));
    expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "failed"]);
    expect(outcomes[2]).toMatchObject({ cause: { class: "configuration", code: "NoRoomForMark" } });
    expect(sqs.bodies(`orders-outbox-${OWNER}`)).toEqual(["body 0", "body 1"]);
    expect(sqs.queues.has(DLQ)).toBe(false);
  });

  test("keeps a FIFO group behind it", async () => {
    const sqs = new FakeSqs();
    const records = sqsRecords(4, (index) => ({
      attributes: { MessageGroupId: index === 1 ? "b" : "a" },
      ...(index === 2 ? { messageAttributes: full } : {}),
    }));
    const { outcomes } = await run(sqs, records, ownedBy(OWNER), "sync", true);
    expect(outcomes.map(({ status }) => status)).toEqual(["done", "done", "failed", "held"]);
  });

  test("brings every message to the work queue or, marked, to its owner, whatever fails and whoever owns", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<ReplicationMode>("async", "semi-sync", "sync"),
        fc.boolean(),
        fc.integer({ min: 1, max: 30 }),
        // Undefined: not known.
        fc.array(fc.constantFrom(HOME, ...PEERS, undefined), { maxLength: 12 }),
        anyPlan(),
        async (mode, groups, count, roles, plan) => {
          const fifo = groups && mode !== "semi-sync";
          const settings = replicatorSettings(mode, fifo);
          const sqs = new ModelSqs(plan);
          const turns = roles.values();
          const owners: Owners = {
            owner: async (): Promise<OwnerAnswer> => {
              const { value: region, done } = turns.next();
              if (done) return { known: true, region: HOME };
              return region === undefined ? { known: false, code: "NoOwner" } : { known: true, region };
            },
          };
          const worker = { ...connections(settings, sqs.clientOf), owners };
          const ingress = sqs.queue(settings.sourceQueueUrl);
          for (let index = 0; index < count; index += 1) {
            ingress.enqueue(
              {
                Id: "",
                MessageBody: `${index}`,
                ...(fifo ? { MessageGroupId: `${index % 3}`, MessageDeduplicationId: `${index}` } : {}),
              },
              sqs.nowMs,
            );
          }
          const queuesOf = (peer: string): readonly ModelQueue[] =>
            [settings.outboxQueueUrls[peer], settings.standbyQueueUrls[peer]].flatMap((queueUrl) =>
              queueUrl === undefined ? [] : [sqs.queue(queueUrl)],
            );
          const holds = (queue: ModelQueue, body: string, owner?: string): boolean =>
            queue.log.some(
              ({ entry }) =>
                entry.MessageBody === body &&
                (owner === undefined ||
                  decodeOrigin(entry.MessageAttributes?.[ORIGIN_ATTRIBUTE]?.StringValue)?.owner === owner),
            );
          const work = sqs.queue(settings.workQueueUrl);
          const dlq = sqs.queue(settings.ingressDlqUrl);
          while (!ingress.isEmpty) {
            const records = ingress.receive(sqs.nowMs);
            if (records.length === 0) {
              sqs.nowMs = ingress.nextMs(sqs.nowMs);
              continue;
            }
            const context = { deadlines: openDeadlines(), now: () => sqs.nowMs, random: () => 0.3 };
            const { outcomes, fencedBy } = await replicate(records, settings, worker, context);
            records.forEach(({ messageId, body }, index) => {
              const { status } = outcomes[index]!;
              if (status === "moved") expect(deadBodies(dlq).includes(body)).toBe(true);
              else if (status !== "done") return;
              else if (fencedBy === undefined) expect(holds(work, body)).toBe(true);
              else expect(queuesOf(fencedBy).some((queue) => holds(queue, body, fencedBy))).toBe(true);
              ingress.delete(new Set([messageId]));
            });
          }
          expect(sqs.violations).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  }, 30_000);
});
