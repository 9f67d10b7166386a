import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { InProgress, MissingIdentity, TooLate } from "../../client/errors";
import { type LedgerOptions, type Process, processOnce } from "../../client/process-once";
import { claimId } from "../../ledger/attributes";
import { entrySeconds } from "../../ledger/expiry";
import { type IdentityOptions, identifier } from "../../ledger/key";
import type { Received } from "../../ledger/received";
import { LedgerTable } from "../../ledger/table";
import { LedgerUnusable } from "../../ledger/unusable";
import { messageOf } from "../../messages/message";
import { asReceived, workRecord } from "../ledger/messages";
import { ModelTable, named } from "../ledger/model-table";
import { recordOf, vectors } from "../ledger/vectors";
import { sqsRecord } from "../replicator/records";
import { stopClock } from "./clock";
import { until } from "./until";

const NOW = 1_700_000_100_000;
const RECORD = workRecord();
const ID = identifier({ queue: "orders" })(messageOf(RECORD))!.id;
const LEASE = { visibilityTimeoutSeconds: 60 };

let pass: (milliseconds: number) => void;
let model: ModelTable;
const warn = jest.spyOn(console, "warn");

beforeEach(() => {
  pass = stopClock(NOW);
  model = new ModelTable();
});

afterEach(() => {
  // Powertools warns about claims without an end, about settings that it ignores and about ids made of nothing.
  expect(warn).not.toHaveBeenCalled();
});

function consumer(process: Process<Received>, options: Partial<LedgerOptions & IdentityOptions> = {}) {
  return processOnce(process, {
    queue: "orders",
    tableName: model.tableName,
    client: model.client,
    ...options,
  });
}

function table() {
  return new LedgerTable({ tableName: model.tableName, client: model.client });
}

async function isProcessed(): Promise<boolean> {
  return (await table().processed([ID])).has(ID);
}

/** A consumer in the middle of its work: it ends with `end`. */
function working() {
  let end: (error?: Error) => void = () => {};
  const begun = jest.fn();
  const once = consumer(
    () =>
      new Promise<void>((resolve, reject) => {
        begun();
        end = (error) => (error === undefined ? resolve() : reject(error));
      }),
  );
  const outcome = once(RECORD, LEASE);
  outcome.catch(() => undefined);
  const hasBegun = () => until(() => begun.mock.calls.length > 0);
  return { outcome, hasBegun, end: (error?: Error) => end(error) };
}

test.each(vectors.filter(({ id }) => id !== null))(
  "Powertools writes the entry of a message under the id of the vector: $name",
  async (vector) => {
    const { queue, businessKey, id } = vector;
    const process = jest.fn();
    const once = consumer(process, { queue, ...(businessKey === undefined ? {} : { businessKey }) });
    expect(await once(recordOf(vector), LEASE)).toBe("processed");
    expect(model.completed).toEqual([id]);
    expect([...model.items.keys()]).toEqual([`${id}#claim`, id]);
    expect(process.mock.calls[0]?.[1]).toEqual({ idempotencyKey: id });
  },
);

describe("a message", () => {
  test("is processed once, whoever receives it how often", async () => {
    const process = jest.fn(() => ({ card: "4111 1111" }));
    expect(await consumer(process)(RECORD, LEASE)).toBe("processed");
    expect(await isProcessed()).toBe(true);
    expect(await consumer(process)(RECORD, LEASE)).toBe("processed-before");
    const copy = asReceived(workRecord({}, { messageId: "of another queue" }));
    expect(await consumer(process)(copy, LEASE)).toBe("processed-before");
    expect(process).toHaveBeenCalledTimes(1);
    // Answers stay with the consumer.
    expect(JSON.stringify([...model.items.values()])).not.toContain("4111");
  });

  test("is forgotten after everything that could bring it back", async () => {
    const process = jest.fn();
    await consumer(process)(RECORD, LEASE);
    expect(model.items.get(ID)?.expiration).toEqual({ N: String(NOW / 1_000 + entrySeconds()) });
    pass(entrySeconds() * 1_000);
    expect(await consumer(process)(RECORD, LEASE)).toBe("processed-before");
    pass(2_000);
    expect(await consumer(process)(RECORD, LEASE)).toBe("processed");
    const short = consumer(process, { entrySeconds: 10 });
    expect(await short(workRecord({ id: "other" }), LEASE)).toBe("processed");
    const keptSeconds = (id: string) => Number(model.items.get(id)?.expiration?.N) - Date.now() / 1_000;
    expect(model.completed.map(keptSeconds)).toEqual([entrySeconds(), 10]);
    // A claim is of no use after its end.
    expect(keptSeconds(claimId(ID))).toBe(59 + 86_400);
  });

  test("that was discarded is not processed", async () => {
    const process = jest.fn();
    await table().discard(ID, NOW + 60_000);
    expect(await consumer(process)(RECORD, LEASE)).toBe("processed-before");
    expect(process).not.toHaveBeenCalled();
  });

  test("that a consumer in Python has processed is not processed again", async () => {
    model.put({
      id: { S: ID },
      status: { S: "COMPLETED" },
      expiration: { N: String(NOW / 1_000 + 60) },
      data: { S: "null" },
    });
    expect(await consumer(jest.fn())(RECORD, LEASE)).toBe("processed-before");
  });

  test("that fails fails with its own error, and is free at once", async () => {
    const failure = new Error("card declined");
    const process = jest.fn().mockRejectedValueOnce(failure);
    const once = consumer(process);
    await expect(once(RECORD, LEASE)).rejects.toBe(failure);
    expect(model.items.size).toBe(0);
    expect(await once(RECORD, LEASE)).toBe("processed");
    expect(process).toHaveBeenCalledTimes(2);
  });

  test.each([["a string"], [undefined], [{ code: 7 }]])(
    "may fail with %p, which is no error",
    async (thrown) => {
      const once = consumer(async () => {
        throw thrown;
      });
      await expect(once(RECORD, LEASE)).rejects.toBe(thrown);
      expect(model.items.size).toBe(0);
    },
  );

  test("may be processed by a function that is not asynchronous", async () => {
    const once = consumer(() => {
      throw new RangeError("no");
    });
    await expect(once(RECORD, LEASE)).rejects.toThrow(RangeError);
    expect(await consumer(() => "done")(RECORD, LEASE)).toBe("processed");
  });
});

describe("a claim", () => {
  test("keeps others out while its consumer works, and does not count as processed", async () => {
    const first = working();
    await first.hasBegun();
    expect(await isProcessed()).toBe(false);
    const process = jest.fn();
    await expect(consumer(process)(RECORD, LEASE)).rejects.toThrow(InProgress);
    expect(process).not.toHaveBeenCalled();
    first.end();
    expect(await first.outcome).toBe("processed");
    expect(await consumer(process)(RECORD, LEASE)).toBe("processed-before");
  });

  test("of a consumer that died ends before the message comes back, and not earlier than that by more than a second", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 43_200 }),
        fc.integer({ min: 0, max: 20_000 }),
        async (visibilityTimeoutSeconds, waitedMs) => {
          fc.pre(waitedMs < visibilityTimeoutSeconds * 900);
          model = new ModelTable();
          const receivedAt = Date.now();
          pass(waitedMs);
          const dead = consumer(() => new Promise(() => {}));
          const lease = { visibilityTimeoutSeconds, receivedAt };
          void dead(RECORD, lease);
          await until(() => model.items.size > 0);
          const leftMs = receivedAt + visibilityTimeoutSeconds * 1_000 - Date.now();

          pass(Math.max(0, leftMs - 1_000));
          if (leftMs > 1_000) await expect(consumer(jest.fn())(RECORD, LEASE)).rejects.toThrow(InProgress);
          pass(Math.min(leftMs, 1_000));
          expect(await consumer(jest.fn())(RECORD, LEASE)).toBe("processed");
        },
      ),
      { numRuns: 40 },
    );
  });

  test("lasts no longer than the function that made it", async () => {
    const context = { getRemainingTimeInMillis: () => 7_000 };
    void consumer(() => new Promise(() => {}))(RECORD, { context, visibilityTimeoutSeconds: 60 });
    await until(() => model.items.size > 0);
    expect(model.items.get(claimId(ID))?.in_progress_expiration).toEqual({ N: String(NOW + 7_000) });
  });

  test("is not taken when there is no time left: somebody else may have the message", async () => {
    const process = jest.fn();
    for (const lease of [
      { visibilityTimeoutSeconds: 60, receivedAt: NOW - 59_500 },
      { visibilityTimeoutSeconds: 60, receivedAt: NOW - 600_000 },
      { context: { getRemainingTimeInMillis: () => 0 } },
    ]) {
      await expect(consumer(process)(RECORD, lease)).rejects.toThrow(TooLate);
    }
    expect(process).not.toHaveBeenCalled();
    expect(model.items.size).toBe(0);
  });

  test("that somebody else has completed meanwhile survives a consumer that fails too late", async () => {
    const straggler = working();
    await straggler.hasBegun();
    pass(60_000);
    expect(await consumer(jest.fn())(RECORD, LEASE)).toBe("processed");
    straggler.end(new Error("too late"));
    await expect(straggler.outcome).rejects.toThrow("too late");
    expect(await isProcessed()).toBe(true);
  });

  test("that somebody else has taken over survives a consumer that fails too late", async () => {
    const straggler = working();
    await straggler.hasBegun();
    pass(60_000);
    const second = working();
    await second.hasBegun();
    straggler.end(new Error("too late"));
    await expect(straggler.outcome).rejects.toThrow("too late");
    await expect(consumer(jest.fn())(RECORD, LEASE)).rejects.toThrow(InProgress);
    second.end();
    expect(await second.outcome).toBe("processed");
  });
});

describe("consumers in two regions", () => {
  /** Replicas of a global table: of two writes to an item the later one stays. They replicate when there is a link. */
  const replicas = () => [new ModelTable(), new ModelTable()] as const;
  type Step =
    | { readonly does: "link" }
    | { readonly does: "wait"; readonly seconds: number }
    | { readonly does: "receive"; readonly region: 0 | 1; readonly end: "completes" | "fails" | "dies" };
  const anySteps = fc.array(
    fc.oneof(
      { weight: 1, arbitrary: fc.constant<Step>({ does: "link" }) },
      {
        weight: 2,
        arbitrary: fc.record({ does: fc.constant("wait" as const), seconds: fc.constantFrom(0, 1, 30, 61) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          does: fc.constant("receive" as const),
          region: fc.constantFrom(0 as const, 1 as const),
          end: fc.constantFrom("completes" as const, "fails" as const, "dies" as const),
        }),
      },
    ),
    { maxLength: 12 },
  );

  test("never lose that a message is processed, whoever claims it while they are cut off, fails or dies", async () => {
    let completed = 0;
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const tables = replicas();
        let isDone = false;
        let knownEverywhere = false;
        for (const step of steps) {
          pass(1);
          if (step.does === "wait") pass(step.seconds * 1_000);
          if (step.does === "link") {
            ModelTable.replicate(...tables);
            knownEverywhere = isDone;
          }
          if (step.does !== "receive") continue;
          const { client, tableName } = tables[step.region];
          const begun = jest.fn();
          const work = (): Promise<void> => {
            begun();
            pass(1);
            if (step.end === "fails") return Promise.reject(new Error("no"));
            return step.end === "dies" ? new Promise(() => {}) : Promise.resolve();
          };
          const outcome = consumer(work, { client, tableName })(RECORD, LEASE).catch(
            (error: Error) => error.name,
          );
          const ended = await Promise.race([
            outcome,
            until(() => begun.mock.calls.length > 0).then(() => "begun"),
          ]);
          if (step.end === "completes" && begun.mock.calls.length > 0) {
            expect(await outcome).toBe("processed");
            isDone = true;
            completed += 1;
          }
          if (knownEverywhere) expect([ended, begun.mock.calls]).toEqual(["processed-before", []]);
        }
        ModelTable.replicate(...tables);
        for (const { client, tableName } of tables) {
          const seen = await new LedgerTable({ tableName, client }).processed([ID]);
          expect(seen.has(ID)).toBe(isDone);
        }
      }),
      { numRuns: 200 },
    );
    expect(completed).toBeGreaterThan(30);
  });

  test("keep to a claim of Powertools in another language, as long as it lasts", async () => {
    const claimed = (endsAt: number) =>
      model.put({
        id: { S: ID },
        status: { S: "INPROGRESS" },
        expiration: { N: String(NOW / 1_000 + 60) },
        in_progress_expiration: { N: String(endsAt) },
      });
    claimed(NOW + 1_000);
    await expect(consumer(jest.fn())(RECORD, LEASE)).rejects.toThrow(InProgress);
    claimed(NOW - 1);
    expect(await consumer(jest.fn())(RECORD, LEASE)).toBe("processed");
    expect(await isProcessed()).toBe(true);
  });
});

describe("a ledger that fails", () => {
  test("before the work keeps it from being begun", async () => {
    model.mock.on(PutItemCommand).rejects(named("ProvisionedThroughputExceededException"));
    const process = jest.fn();
    const error: unknown = await consumer(process)(RECORD, LEASE).catch((reason: unknown) => reason);
    expect(error).toEqual(new LedgerUnusable("ProvisionedThroughputExceededException"));
    expect((error as Error).cause).toBeUndefined();
    expect(process).not.toHaveBeenCalled();
  });

  test("after the work leaves the claim, so that it is done again with the same idempotency key", async () => {
    model.failToComplete(named("TimeoutError"));
    const process = jest.fn();
    const once = consumer(process);
    await expect(once(RECORD, LEASE)).rejects.toThrow(new LedgerUnusable("TimeoutError"));
    expect(await isProcessed()).toBe(false);
    await expect(once(RECORD, LEASE)).rejects.toThrow(InProgress);
    pass(60_000);
    expect(await once(RECORD, LEASE)).toBe("processed");
    expect(process.mock.calls.map(([, work]) => work)).toEqual([
      { idempotencyKey: ID },
      { idempotencyKey: ID },
    ]);
    expect(await isProcessed()).toBe(true);
  });

  test("after a failure of the work does not hide it", async () => {
    model.mock.on(DeleteItemCommand).rejects(named("TimeoutError"));
    const failure = new Error("card declined");
    const once = consumer(jest.fn().mockRejectedValue(failure));
    await expect(once(RECORD, LEASE)).rejects.toBe(failure);
  });
});

describe("a message without identity", () => {
  const stranger = sqsRecord();

  test("is processed without the ledger", async () => {
    const process = jest.fn();
    const once = consumer(process);
    expect(await once(stranger, LEASE)).toBe("without-ledger");
    expect(await once(stranger, LEASE)).toBe("without-ledger");
    expect(process.mock.calls).toEqual([
      [stranger, { idempotencyKey: undefined }],
      [stranger, { idempotencyKey: undefined }],
    ]);
    expect(model.mock.calls()).toHaveLength(0);
  });

  test("fails where it is to be rejected", async () => {
    const process = jest.fn();
    await expect(consumer(process, { onMissingIdentity: "reject" })(stranger, LEASE)).rejects.toThrow(
      MissingIdentity,
    );
    expect(process).not.toHaveBeenCalled();
  });
});

test("fails at once on a business key that is no expression", () => {
  expect(() => consumer(jest.fn(), { businessKey: "body." })).toThrow("body.");
});
