import { BatchGetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ChangeMessageVisibilityBatchCommand } from "@aws-sdk/client-sqs";
import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { InProgress } from "../../../client/errors";
import { OwnershipUnknown } from "../../../client/gate";
import { type ConsumerOptions, consumer } from "../../../client/lambda/consumer";
import { claimId } from "../../../ledger/attributes";
import { identifier } from "../../../ledger/key";
import type { Received } from "../../../ledger/received";
import { LedgerUnusable } from "../../../ledger/unusable";
import { messageOf } from "../../../messages/message";
import { workRecord } from "../../ledger/messages";
import { ModelTable, named } from "../../ledger/model-table";
import { sqsRecord } from "../../replicator/records";
import { stopClock } from "../clock";
import { FakeQueue } from "../fake-queue";
import { until } from "../until";

const NOW = 1_700_000_100_000;
const URL = "https://sqs.us-east-1.amazonaws.com/111122223333/orders";
const context = { getRemainingTimeInMillis: () => 30_000 } as Context;
const idOf = (record: SQSRecord) => identifier({ queue: "orders" })(messageOf(record))?.id;

let queue: FakeQueue;
let model: ModelTable;
let log: string[];

beforeEach(() => {
  stopClock(NOW);
  queue = new FakeQueue();
  model = new ModelTable();
  log = [];
  for (const method of ["info", "warn", "error"] as const) {
    jest.spyOn(console, method).mockImplementation((...args) => log.push(args.join(" ")));
  }
});

function record(name: string, receiveCount = 1, group?: string): SQSRecord {
  const fifo = group !== undefined;
  return workRecord(
    { id: name },
    {
      messageId: name,
      eventSourceARN: `arn:aws:sqs:us-east-1:111122223333:orders${fifo ? ".fifo" : ""}`,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        ...(fifo ? { MessageGroupId: group } : {}),
      },
    },
  );
}

/** Handles a batch with gate and ledger; gives the ids of those that Lambda keeps. */
async function handle(
  records: readonly SQSRecord[],
  process: ConsumerOptions["process"],
  options: Partial<ConsumerOptions> = {},
): Promise<readonly string[]> {
  const handler = consumer({
    queue: "orders",
    process,
    gate: { admits: async () => true },
    ledger: { tableName: model.tableName, client: model.client },
    sqs: queue.client,
    random: () => 0,
    ...options,
  });
  const { batchItemFailures } = await handler({ Records: [...records] } as SQSEvent, context);
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** What the ledger says about a message. */
const entry = (name: string, status: string) => ({
  id: { S: idOf(record(name)) ?? "" },
  status: { S: status },
  expiration: { N: String(NOW + 1_000) },
});

const names = (mock: jest.Mock) => mock.mock.calls.map(([{ messageId }]) => messageId);

/** A function that fails for messages with these names. */
function failingFor(...bad: readonly string[]) {
  return jest.fn(async ({ messageId }: SQSRecord) => {
    if (bad.includes(messageId)) throw new Error(`declined ${messageId}`);
  });
}

describe("a consumer", () => {
  test("processes every message once, with its idempotency key, and keeps those that fail", async () => {
    const records = ["a", "b", "c"].map((name) => record(name));
    const process = failingFor("b");
    expect(await handle(records, process)).toEqual(["b"]);
    expect(process.mock.calls).toEqual(records.map((each) => [each, { idempotencyKey: idOf(each) }]));
    expect(await handle(records, process)).toEqual(["b"]);
    expect(names(process)).toEqual(["a", "b", "c", "b"]);
    expect(queue.holds).toEqual([]);
    expect(log.join()).toContain("declined b");
  });

  test("keeps a batch in which everything fails, without failing itself", async () => {
    expect(await handle([record("a"), record("b")], failingFor("a", "b"))).toEqual(["a", "b"]);
  });

  test("tells of every failure, and of nothing else", async () => {
    const failures: [string, string][] = [];
    await handle([record("a", 1, "g"), record("b", 1, "g"), record("c", 1, "h")], failingFor("a"), {
      onFailure: (error, { messageId }) => failures.push([messageId, error.message]),
    });
    expect(failures).toEqual([["a", "declined a"]]);
    expect(log).toEqual([]);
  });

  test("takes anything that is thrown for a failure", async () => {
    const process = async () => {
      throw undefined;
    };
    expect(await handle([record("a")], process)).toEqual(["a"]);
  });

  test("leaves a message in progress to come back, without a hold", async () => {
    const failures: Error[] = [];
    const onFailure = (error: Error) => failures.push(error);
    const id = idOf(record("a")) ?? "";
    model.put({
      id: { S: id },
      status: { S: "INPROGRESS" },
      expiration: { N: String(NOW) },
      in_progress_expiration: { N: String(NOW + 1) },
    });
    const process = jest.fn();
    expect(await handle([record("a")], process, { onFailure })).toEqual(["a"]);
    expect(failures).toEqual([new InProgress()]);
    expect(process).not.toHaveBeenCalled();
    expect(queue.holds).toEqual([]);
  });

  test("claims for as long as the function has, or the message, whichever is shorter", async () => {
    const never = () => new Promise(() => {});
    void handle([record("a")], never);
    void handle([record("b")], never, { visibilityTimeoutSeconds: 600 });
    void handle([record("c")], never, { visibilityTimeoutSeconds: 20 });
    await until(() => model.items.size === 3);
    const ends = ["a", "b", "c"].map((name) => {
      const { in_progress_expiration: end } = model.items.get(claimId(idOf(record(name)) ?? "")) ?? {};
      return Number(end?.N) - NOW;
    });
    expect(ends).toEqual([30_000, 30_000, 19_000]);
  });

  test("works without a ledger, and passes idempotency keys all the same", async () => {
    const process = jest.fn();
    const handler = consumer({ queue: "orders", process, sqs: queue.client });
    const [known, stranger] = [record("a"), sqsRecord({ messageId: "s" })];
    const answer = await handler({ Records: [known, stranger] }, context);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(process.mock.calls.map(([, work]) => work)).toEqual([
      { idempotencyKey: idOf(known) },
      { idempotencyKey: undefined },
    ]);
  });

  test("can be told to process one message after the other", async () => {
    let atOnce = 0;
    let most = 0;
    const process = async () => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce--;
    };
    const records = ["a", "b", "c"].map((name) => record(name));
    await handle(records, process, { processInParallel: false });
    expect(most).toBe(1);
    await handle(
      records.map(({ messageId }) => record(`${messageId}2`)),
      process,
    );
    expect(most).toBe(3);
  });
});

describe("a consumer of a FIFO queue", () => {
  test("stops a group at its first failure, and goes on with others", async () => {
    const records = [
      record("a1", 1, "a"),
      record("b1", 1, "b"),
      record("a2", 1, "a"),
      record("b2", 1, "b"),
      record("a3", 1, "a"),
    ];
    const process = failingFor("a2");
    expect(await handle(records, process)).toEqual(["a2", "a3"]);
    expect(names(process)).toEqual(["a1", "b1", "a2", "b2"]);
    expect(queue.holds).toEqual([]);
  });

  test("processes each group in order and stops it at its first failure, whatever fails", async () => {
    const anyBatch = fc.array(fc.record({ group: fc.constantFrom("a", "b", "c"), fails: fc.boolean() }), {
      minLength: 1,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(anyBatch, async (batch) => {
        model = new ModelTable();
        const records = batch.map(({ group }, index) => record(`m${index}`, 1, group));
        const bad = records.filter((_, index) => batch[index]!.fails).map(({ messageId }) => messageId);
        const process = failingFor(...bad);
        const kept = await handle(records, process, { onFailure: () => {} });
        for (const group of ["a", "b", "c"]) {
          const members = records.filter(({ attributes }) => attributes.MessageGroupId === group);
          const ids = members.map(({ messageId }) => messageId);
          const first = ids.findIndex((id) => bad.includes(id));
          const end = first < 0 ? ids.length : first;
          expect(names(process).filter((id) => ids.includes(id))).toEqual(ids.slice(0, end + 1));
          expect(kept.filter((id) => ids.includes(id))).toEqual(ids.slice(end));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("a ledger that does not answer", () => {
  test("has its messages held, for longer with each receive, and none of them processed", async () => {
    model.mock.on(PutItemCommand).rejects(named("TimeoutError"));
    const process = jest.fn();
    const failures: Error[] = [];
    const records = [record("a", 1), record("b", 2), record("c", 3), record("d", 40)];
    const kept = await handle(records, process, { onFailure: (error) => failures.push(error) });
    expect(kept).toEqual(["a", "b", "c", "d"]);
    expect(process).not.toHaveBeenCalled();
    expect(queue.holds).toEqual([
      [URL, "receipt of a", 27],
      [URL, "receipt of b", 108],
      [URL, "receipt of c", 540],
      [URL, "receipt of d", 37_260],
    ]);
    expect(failures.every((error) => error instanceof LedgerUnusable)).toBe(true);
  });

  test("for some messages has those held and no others", async () => {
    model.failToComplete(named("ThrottlingException"));
    expect(await handle([record("a"), record("b"), record("c")], failingFor("b"))).toEqual(["a", "b"]);
    expect(queue.holds).toEqual([[URL, "receipt of a", 27]]);
  });

  test("is not asked again for the rest of a batch that is processed one by one", async () => {
    model.mock.on(PutItemCommand).rejects(named("TimeoutError"));
    const records = ["a", "b", "c"].map((name) => record(name, 1, `group of ${name}`));
    expect(await handle(records, jest.fn())).toEqual(["a", "b", "c"]);
    expect(model.mock.commandCalls(PutItemCommand)).toHaveLength(1);
    expect(queue.holds).toHaveLength(3);
  });

  test("has what follows in the FIFO group held too, to come back at the same time", async () => {
    const records = [record("a1", 1, "a"), record("b1", 1, "b"), record("b2", 3, "b"), record("b3", 9, "b")];
    // The function's own failure in group a comes first, and is nothing to hold a message for.
    model.mock.on(PutItemCommand).resolvesOnce({}).rejects(named("TimeoutError"));
    expect(await handle(records, failingFor("a1"))).toEqual(["a1", "b1", "b2", "b3"]);
    expect(queue.holds).toEqual(["b1", "b2", "b3"].map((name) => [`${URL}.fifo`, `receipt of ${name}`, 27]));
  });

  test("and a queue that does not answer either leave messages to the visibility timeout, and say so", async () => {
    model.mock.on(PutItemCommand).rejects(named("TimeoutError"));
    queue.mock.on(ChangeMessageVisibilityBatchCommand).rejects(named("TimeoutError"));
    expect(await handle([record("a"), record("b")], jest.fn())).toEqual(["a", "b"]);
    expect(log.join("\n")).toContain("2 messages could not be held");
  });
});

describe("a closed gate", () => {
  const gate = { admits: async () => false };

  test("has every message held, for longer with each receive, and none processed", async () => {
    const process = jest.fn();
    const records = [1, 2, 3, 4, 5].map((count) => record(`m${count}`, count));
    expect(await handle(records, process, { gate })).toEqual(["m1", "m2", "m3", "m4", "m5"]);
    expect(process).not.toHaveBeenCalled();
    expect(model.items.size).toBe(0);
    expect(queue.holds).toEqual([
      [URL, "receipt of m1", 27],
      [URL, "receipt of m2", 810],
      [URL, "receipt of m3", 12_960],
      [URL, "receipt of m4", 37_260],
      [URL, "receipt of m5", 37_260],
    ]);
  });

  test("lets go what the owner has processed meanwhile, and holds what it is at", async () => {
    const records = ["a", "b", "c"].map((name) => record(name));
    model.put(entry("a", "COMPLETED"));
    model.put(entry("b", "INPROGRESS"));
    const process = jest.fn();
    const stranger = sqsRecord({ messageId: "s", eventSourceARN: records[0]!.eventSourceARN });
    expect(await handle([...records, stranger], process, { gate })).toEqual(["b", "c", "s"]);
    expect(queue.holds.map(([, receipt]) => receipt)).toEqual([
      "receipt of b",
      "receipt of c",
      "receipt of s",
    ]);
    expect(process).not.toHaveBeenCalled();
  });

  test("lets nothing go on the word of a ledger that does not answer", async () => {
    model.mock.on(BatchGetItemCommand).rejects(named("AccessDeniedException"));
    expect(await handle([record("a")], jest.fn(), { gate })).toEqual(["a"]);
    expect(queue.holds).toEqual([[URL, "receipt of a", 27]]);
  });

  test("holds everything where there is no ledger", async () => {
    const process = jest.fn();
    const handler = consumer({ queue: "orders", process, gate, sqs: queue.client, random: () => 0 });
    const answer = await handler({ Records: [record("a")] }, context);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "a" }] });
    expect(queue.holds).toEqual([[URL, "receipt of a", 27]]);
    expect(process).not.toHaveBeenCalled();
  });

  test("holds for as long as it is told", async () => {
    await handle([record("a", 1), record("b", 9)], jest.fn(), { gate, gateHolds: [100, 200] });
    expect(queue.holds.map(([, , seconds]) => seconds)).toEqual([90, 180]);
  });

  test("keeps a FIFO group together", async () => {
    const records = [record("a1", 2, "a"), record("a2", 4, "a"), record("b1", 3, "b")];
    expect(await handle(records, jest.fn(), { gate })).toEqual(["a1", "a2", "b1"]);
    expect(queue.holds.map(([, , seconds]) => seconds)).toEqual([810, 810, 12_960]);
  });

  test("holds messages of a standard queue each by itself, also where they have a fair-queue group", async () => {
    const fair = record("a", 4);
    const records = [record("b", 1), fair].map((each) => ({
      ...each,
      attributes: { ...each.attributes, MessageGroupId: "tenant" },
    }));
    await handle(records, jest.fn(), { gate });
    expect(queue.holds.map(([, , seconds]) => seconds)).toEqual([27, 37_260]);
  });

  test("of which nobody knows whether it is closed holds for shorter", async () => {
    const process = jest.fn();
    const unknown = {
      admits: async () => {
        throw new OwnershipUnknown("TimeoutError");
      },
    };
    expect(await handle([record("a"), record("b", 2)], process, { gate: unknown })).toEqual(["a", "b"]);
    expect(process).not.toHaveBeenCalled();
    expect(queue.holds.map(([, , seconds]) => seconds)).toEqual([27, 108]);
  });

  test("keeps everything also when nothing can be held", async () => {
    queue.mock.on(ChangeMessageVisibilityBatchCommand).rejects(named("TimeoutError"));
    expect(await handle([record("a"), record("b")], jest.fn(), { gate })).toEqual(["a", "b"]);
  });

  test("is asked for every batch", async () => {
    let open = false;
    const turning = { admits: async () => open };
    const process = jest.fn();
    await handle([record("a")], process, { gate: turning });
    open = true;
    expect(await handle([record("a")], process, { gate: turning })).toEqual([]);
    expect(names(process)).toEqual(["a"]);
  });
});

describe("a gate that is open to some messages", () => {
  /** Open to messages by their names. */
  const openTo = (...open: readonly string[]) => ({
    admits: async (message: Received) => open.includes((message as SQSRecord).messageId),
  });

  test("has those processed, and the others held", async () => {
    const process = failingFor("c");
    const records = ["a", "b", "c", "d"].map((name) => record(name));
    model.put(entry("d", "COMPLETED"));
    expect(await handle(records, process, { gate: openTo("a", "c") })).toEqual(["b", "c"]);
    expect(names(process)).toEqual(["a", "c"]);
    expect(queue.holds).toEqual([[URL, "receipt of b", 27]]);
  });

  test("does not have the ledger asked about those", async () => {
    await handle([record("a"), record("b")], jest.fn(), { gate: openTo("a") });
    expect(model.mock.commandCalls(BatchGetItemCommand)).toHaveLength(1);
    const [call] = model.mock.commandCalls(BatchGetItemCommand);
    const [asked] = Object.values(call?.args[0].input.RequestItems ?? {});
    expect(asked?.Keys?.map(({ id }) => id?.S)).toEqual([idOf(record("b"))]);
  });

  test("holds on a FIFO queue what is behind a held message, until that comes back", async () => {
    const records = [record("a1", 1, "a"), record("a2", 2, "a"), record("a3", 1, "a"), record("b1", 1, "b")];
    const process = jest.fn();
    expect(await handle(records, process, { gate: openTo("a1", "a3", "b1") })).toEqual(["a2", "a3"]);
    expect(names(process)).toEqual(["a1", "b1"]);
    expect(queue.holds.map(([, receipt, seconds]) => [receipt, seconds])).toEqual([
      ["receipt of a2", 810],
      ["receipt of a3", 810],
    ]);
  });

  test("lets the group go on behind a message that another region has processed", async () => {
    const records = [record("a1", 1, "a"), record("a2", 1, "a")];
    model.put(entry("a1", "COMPLETED"));
    const process = jest.fn();
    expect(await handle(records, process, { gate: openTo("a2") })).toEqual([]);
    expect(names(process)).toEqual(["a2"]);
  });

  test("keeps the order of each FIFO group, whatever is open, processed and fails", async () => {
    const anyRecord = fc.record({
      group: fc.constantFrom("a", "b"),
      open: fc.boolean(),
      processed: fc.boolean(),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 10 }), async (batch) => {
        [queue, model] = [new FakeQueue(), new ModelTable()];
        const records = batch.map(({ group }, index) => record(`m${index}`, 1 + index, group));
        const named = (which: (each: (typeof batch)[number]) => boolean) =>
          records.filter((_, index) => which(batch[index]!)).map(({ messageId }) => messageId);
        for (const name of named(({ processed }) => processed)) model.put(entry(name, "COMPLETED"));
        const process = failingFor(...named(({ fails }) => fails));
        const kept = await handle(records, process, {
          gate: openTo(...named(({ open }) => open)),
          onFailure: () => {},
        });
        const held = new Map(
          queue.holds.map(([, receipt, seconds]) => [receipt?.slice("receipt of ".length), seconds]),
        );

        for (const group of ["a", "b"]) {
          const ids = named((each) => each.group === group);
          const of = (id: string) => batch[records.findIndex(({ messageId }) => messageId === id)]!;
          const shut = ids.findIndex((id) => !of(id).open && !of(id).processed);
          const broken = ids.findIndex((id) => of(id).open && of(id).fails && !of(id).processed);
          const end = Math.min(...[shut, broken, ids.length].filter((index) => index >= 0));
          expect(names(process).filter((id) => ids.includes(id))).toEqual(
            ids.slice(0, end + 1).filter((id) => of(id).open && !of(id).processed),
          );
          // Behind the first that stays nothing is lost but what was processed elsewhere.
          expect(kept.filter((id) => ids.includes(id)).sort()).toEqual(
            ids
              .slice(end)
              .filter((id) => of(id).open || !of(id).processed)
              .sort(),
          );
          const heldHere = ids.filter((id) => held.has(id));
          if (shut >= 0) expect(heldHere[0]).toBe(ids[shut]);
          expect(new Set(heldHere.map((id) => held.get(id))).size).toBe(shut < 0 ? 0 : 1);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("a gate that closes while a batch is processed", () => {
  /** Closes as soon as a message was processed. */
  function closing(after: () => boolean | never) {
    let begun = false;
    return {
      process: jest.fn(async () => {
        begun = true;
      }),
      gate: { admits: jest.fn(async () => (begun ? after() : true)) },
    };
  }
  const fifo = () => [record("a1", 1, "a"), record("a2", 2, "a"), record("b1", 3, "b"), record("b2", 1, "b")];

  test("has the rest held, group by group, and tells of no failures", async () => {
    const { process, gate } = closing(() => false);
    const onFailure = jest.fn();
    expect(await handle(fifo(), process, { gate, onFailure })).toEqual(["a2", "b1", "b2"]);
    expect(names(process)).toEqual(["a1"]);
    expect(onFailure).not.toHaveBeenCalled();
    expect(queue.holds.map(([, receipt, seconds]) => [receipt, seconds])).toEqual([
      ["receipt of a2", 810],
      ["receipt of b1", 12_960],
      ["receipt of b2", 12_960],
    ]);
    expect(model.completed).toEqual([idOf(record("a1"))]);
  });

  test("has the rest held on a standard queue that is processed one by one", async () => {
    const { process, gate } = closing(() => false);
    const records = ["a", "b", "c"].map((name) => record(name));
    expect(await handle(records, process, { gate, processInParallel: false })).toEqual(["b", "c"]);
    expect(queue.holds).toEqual(["b", "c"].map((name) => [URL, `receipt of ${name}`, 27]));
  });

  test("is not asked again when it gives no answer, and the rest is held for shorter", async () => {
    const { process, gate } = closing(() => {
      throw new OwnershipUnknown("TimeoutError");
    });
    const records = ["a", "b", "c", "d"].map((name) => record(name, 2));
    expect(await handle(records, process, { gate, processInParallel: false })).toEqual(["b", "c", "d"]);
    expect(gate.admits).toHaveBeenCalledTimes(4 + 2);
    expect(queue.holds.map(([, , seconds]) => seconds)).toEqual([108, 108, 108]);
  });
});
