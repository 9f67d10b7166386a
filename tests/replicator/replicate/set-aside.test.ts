import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { ORIGIN_ATTRIBUTE } from "../../../messages/origin";
import { forward } from "../../../replicator/replicate/forward";
import { replicate } from "../../../replicator/replicate/replicate";
import { anyPlan, killing } from "../any-fault";
import { ModelSqs } from "../model-sqs";
import { readPieces } from "../pieces";
import {
  connections,
  forwarderSettings,
  HOME,
  openDeadlines,
  PEERS,
  replicatorSettings,
  stringAttribute,
} from "../records";

type Put = Omit<SendMessageBatchRequestEntry, "Id">;

const BIG = 1_048_576;
const MINUTES = 400;

/** Runs the replicator on what is on ingress, until nothing is left there or too much time has gone by. */
async function untilEmpty(sqs: ModelSqs, settings: ReturnType<typeof replicatorSettings>): Promise<void> {
  const ingress = sqs.queue(settings.sourceQueueUrl);
  const end = sqs.nowMs + MINUTES * 60_000;
  while (!ingress.isEmpty && sqs.nowMs < end) {
    const records = ingress.receive(sqs.nowMs);
    if (records.length === 0) {
      sqs.nowMs = Math.max(sqs.nowMs + 1_000, ingress.nextMs(sqs.nowMs));
      continue;
    }
    const context = { deadlines: openDeadlines(), now: () => sqs.nowMs, random: () => 0.5 };
    const { outcomes } = await replicate(records, settings, connections(settings, sqs.clientOf), context);
    const gone = records.filter((_, index) => ["done", "moved"].includes(outcomes[index]!.status));
    // A worker that is killed has told Lambda nothing.
    if (!sqs.killed) ingress.delete(new Set(gone.map(({ messageId }) => messageId)));
    sqs.killed = false;
  }
}

const KINDS = {
  good: (id: number): Put => ({ MessageBody: `${id}` }),
  large: (id: number): Put => ({ MessageBody: `${id} ${'x"é\u{1F980}'.repeat(62_500)}` }),
  "a large attribute": (id: number): Put => ({
    MessageBody: `${id}`,
    MessageAttributes: {
      picture: { DataType: "Binary.png", BinaryValue: Buffer.alloc(500_000, id) },
      __proto__x: { DataType: "Number.money", StringValue: "1.50" },
    },
  }),
  "a character that SQS refuses": (id: number): Put => ({ MessageBody: `${id} \uFFFF\u0007` }),
} as const;
type Kind = keyof typeof KINDS;
const BAD: readonly Kind[] = ["large", "a large attribute", "a character that SQS refuses"];

interface Parcel {
  readonly kind: Kind;
  readonly group: string;
}

const anyParcels = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Kind>("good") },
      { weight: 2, arbitrary: fc.constantFrom(...BAD) },
    ),
    group: fc.constantFrom("a", "b"),
  }),
  { minLength: 1, maxLength: 8 },
);

/** Puts messages on ingress, which takes a mebibyte. Gives, by message id, what was put. */
function put(sqs: ModelSqs, url: string, parcels: readonly Parcel[]): ReadonlyMap<string, Put> {
  const queue = sqs.queue(url);
  return new Map(
    parcels.map(({ kind, group }, index) => {
      const entry: Put = {
        ...KINDS[kind](index),
        ...(queue.fifo ? { MessageGroupId: group, MessageDeduplicationId: `${index}` } : {}),
      };
      return [queue.enqueue({ Id: "", ...entry }, sqs.nowMs), entry];
    }),
  );
}

/** A message in the form in which pieces tell it. */
function told({ MessageBody, MessageAttributes = {}, MessageGroupId }: Put) {
  return {
    body: MessageBody,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        BinaryValue === undefined
          ? { dataType: DataType, stringValue: StringValue }
          : { dataType: DataType, binaryValue: Buffer.from(BinaryValue).toString("base64") },
      ]),
    ),
    ...(MessageGroupId === undefined ? {} : { groupId: MessageGroupId }),
  };
}

const numberOf = ({ MessageBody = "" }: Put) => Number(MessageBody.split(" ")[0]);

describe.each(["async", "semi-sync", "sync", "none"] as const)("in mode %s", (mode) => {
  test.each(mode === "semi-sync" ? [false] : [true, false])(
    "a message that no queue takes is kept whole, and what is behind it goes on, FIFO %p",
    async (fifo) => {
      const settings = replicatorSettings(mode, fifo);
      const sqs = new ModelSqs();
      const parcels = [...BAD, "good" as const].map((kind) => ({ kind, group: "a" }));
      const ids = put(sqs, settings.sourceQueueUrl, parcels);
      await untilEmpty(sqs, settings);
      const dlq = sqs.queue(settings.ingressDlqUrl).log.map(({ entry }) => entry);
      const kept = [...readPieces(dlq)];
      expect(kept).toEqual([...ids].slice(0, BAD.length).map(([id, entry]) => [id, told(entry)]));
      expect(sqs.queue(settings.workQueueUrl).log.map(({ entry }) => entry.MessageBody)).toEqual(["3"]);
      expect(sqs.violations).toEqual([]);
    },
  );

  test("what the DLQ takes is there as it was sent", async () => {
    const settings = replicatorSettings(mode);
    const sqs = new ModelSqs();
    sqs.largest["orders-ingress-dlq"] = BIG;
    put(sqs, settings.sourceQueueUrl, [{ kind: "large", group: "a" }]);
    await untilEmpty(sqs, settings);
    const [only, ...others] = sqs
      .queue(settings.ingressDlqUrl)
      .log.map(({ entry: { Id, ...entry } }) => entry);
    expect([only, others]).toEqual([KINDS.large(0), []]);
  });
});

test("nothing is lost, altered or out of order, whatever fails and whenever the worker is killed", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyParcels,
      fc.boolean(),
      fc.constantFrom("async" as const, "sync" as const),
      anyPlan(killing),
      async (parcels, fifo, mode, plan) => {
        const settings = replicatorSettings(mode, fifo, [PEERS[0]]);
        const sqs = new ModelSqs(plan);
        const sent = put(sqs, settings.sourceQueueUrl, parcels);
        await untilEmpty(sqs, settings);
        expect(sqs.queue(settings.sourceQueueUrl).held).toEqual([]);
        expect(sqs.violations).toEqual([]);

        const work = sqs.queue(settings.workQueueUrl).log.map(({ entry }) => entry);
        const dead = sqs.queue(settings.ingressDlqUrl).log.map(({ entry }) => entry);
        const pieces = readPieces(dead);
        const bodies = new Set([...work, ...dead].map(({ MessageBody }) => MessageBody));
        for (const [id, entry] of sent) {
          if (pieces.has(id)) expect(pieces.get(id)).toEqual(told(entry));
          else expect(bodies).toContain(entry.MessageBody);
        }
        const bad = parcels.flatMap(({ kind }, index) => (kind === "good" ? [] : [index]));
        expect(work.map(numberOf).filter((number) => bad.includes(number))).toEqual([]);
        for (const group of fifo ? ["a", "b"] : []) {
          const numbers = [
            ...new Set(work.filter(({ MessageGroupId }) => MessageGroupId === group).map(numberOf)),
          ];
          expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("a forwarder keeps what the peer's queue does not take, and goes on", async () => {
  const settings = forwarderSettings(PEERS[0], true);
  const sqs = new ModelSqs();
  sqs.largest[`orders-standby-${HOME}.fifo@${PEERS[0]}`] = 1_024;
  sqs.largest["orders-ingress-dlq.fifo"] = 1_024;
  const outbox = sqs.queue(settings.sourceQueueUrl);
  for (const body of ["y".repeat(2_000), "behind"])
    outbox.enqueue(
      { Id: "", MessageBody: body, MessageGroupId: "a", MessageDeduplicationId: body.slice(0, 9) },
      sqs.nowMs,
    );
  const context = { deadlines: openDeadlines(), now: () => sqs.nowMs, random: () => 0.5 };
  const clients = { home: sqs.clientOf(HOME), peer: sqs.clientOf(PEERS[0]) };
  // A DLQ that takes no piece either is set up wrongly: the message waits there, and nothing is dropped.
  const stuck = await forward(outbox.receive(sqs.nowMs), settings, clients, context);
  expect(stuck.outcomes.map(({ status }) => status)).toEqual(["failed", "held"]);
  delete sqs.largest["orders-ingress-dlq.fifo"];
  sqs.nowMs += 300_000;
  const { outcomes } = await forward(outbox.receive(sqs.nowMs), settings, clients, context);
  expect(outcomes.map(({ status }) => status)).toEqual(["moved", "held"]);
});

test("a piece that somebody redrives comes to no consumer and no peer, but back to the DLQ", async () => {
  const settings = replicatorSettings("async", true);
  const sqs = new ModelSqs();
  put(sqs, settings.sourceQueueUrl, [{ kind: "large", group: "a" }]);
  await untilEmpty(sqs, settings);
  const dlq = sqs.queue(settings.ingressDlqUrl);
  const pieces = dlq.log.map(({ entry }) => entry);
  for (const entry of pieces) sqs.queue(settings.sourceQueueUrl).enqueue(entry, sqs.nowMs + 400_000);
  sqs.nowMs += 400_000;
  await untilEmpty(sqs, settings);
  expect(dlq.log.slice(pieces.length).map(({ entry }) => entry.MessageBody)).toEqual(
    pieces.map(({ MessageBody }) => MessageBody),
  );
  expect(sqs.queue(settings.workQueueUrl).log).toEqual([]);
  for (const url of Object.values(settings.outboxQueueUrls)) expect(sqs.queue(url).log).toEqual([]);
});

describe("ten attributes, on a home that is fenced", () => {
  const attributes = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`a${index}`, stringAttribute("x")]),
  );
  const run = async (fifo: boolean, receives: number) => {
    const settings = replicatorSettings("async", fifo);
    const sqs = new ModelSqs();
    const ingress = sqs.queue(settings.sourceQueueUrl);
    const put = (body: string, names: readonly string[]) =>
      ingress.enqueue(
        {
          Id: "",
          MessageBody: body,
          MessageAttributes: Object.fromEntries(
            names.map((name) => [name, { DataType: "String", StringValue: "x" }]),
          ),
          ...(fifo ? { MessageGroupId: "a", MessageDeduplicationId: body } : {}),
        },
        sqs.nowMs,
      );
    put("full", Object.keys(attributes));
    put("behind", []);
    for (const message of ingress.held) message.receives = receives - 1;
    const owners = { owner: async () => ({ known: true, region: PEERS[0] }) as const };
    const worker = { ...connections(settings, sqs.clientOf), owners };
    const context = { deadlines: openDeadlines(), now: () => sqs.nowMs, random: () => 0.5 };
    const { outcomes } = await replicate(ingress.receive(sqs.nowMs), settings, worker, context);
    const dlq = sqs.queue(settings.ingressDlqUrl).log.map(({ entry }) => entry);
    return { statuses: outcomes.map(({ status }) => status), dlq };
  };

  test("hold their FIFO group for some minutes, and are then set aside as they were sent", async () => {
    expect(await run(true, 7)).toEqual({ statuses: ["failed", "held"], dlq: [] });
    const { statuses, dlq } = await run(true, 8);
    expect(statuses).toEqual(["moved", "held"]);
    expect(dlq[0]?.MessageBody).toBe("full");
    expect(Object.keys(dlq[0]?.MessageAttributes ?? {})).toHaveLength(10);
    expect(dlq[0]?.MessageAttributes).not.toHaveProperty([ORIGIN_ATTRIBUTE]);
  });

  test("wait on a standard queue, where they hold up nothing", async () => {
    expect(await run(false, 900)).toEqual({ statuses: ["failed", "done"], dlq: [] });
  });
});
