import type { BatchGetItemCommand, KeysAndAttributes } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { LedgerTable, type LedgerTableOptions } from "../../../ledger/table";
import type { DrainTask } from "../../../replicator/drain/task";
import { killing } from "../any-fault";
import type { Fault } from "../model-sqs";
import { deadBodies } from "../pieces";
import { HOME, SENT } from "../records";
import {
  bodies,
  type CopyParts,
  ELSEWHERE,
  HERE,
  heldBy,
  MARKED,
  OWNED,
  World,
  type WorldOptions,
} from "./world";

/** What is true of a copy. */
interface Fact extends CopyParts {
  readonly processed: boolean;
  readonly old: boolean;
}

const DAY_MS = 86_400_000;

const anyFacts = fc
  .array(
    fc.record({
      processed: fc.boolean(),
      old: fc.oneof(
        { weight: 6, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
      hasOrigin: fc.oneof(
        { weight: 6, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
      owner: fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        { weight: 2, arbitrary: fc.constant(HERE) },
        { weight: 1, arbitrary: fc.constant(ELSEWHERE) },
      ),
      group: fc.constantFrom("a", "b", "c"),
    }),
    { maxLength: 45 },
  )
  .map((facts) =>
    facts.map(
      ({ owner, ...fact }, index): Fact => ({
        ...fact,
        id: `${index}`,
        // What has no origin has no mark and no time, and the ledger does not know it.
        ...(owner === undefined || !fact.hasOrigin ? {} : { owner }),
        old: fact.old && fact.hasOrigin,
        processed: fact.processed && fact.hasOrigin,
        sent: fact.old ? SENT - 5 * DAY_MS : SENT,
      }),
    ),
  );

const anyPlan = fc.array(killing, { maxLength: 80 });
const anyLedgerPlan = fc.array(fc.boolean(), { maxLength: 6 });
/** For which homes the pass is open, each time that it is asked; when the plan is at its end, for all. */
const anyPassPlan = fc.array(fc.subarray([HOME, HERE]), { maxLength: 40 });
const anySettings = fc.record({
  fifo: fc.boolean(),
  onMissingIdentity: fc.constantFrom("forward" as const, "dlq" as const),
});

/** Puts copies of which the facts are true on the standby queue. */
function worldOf(facts: readonly Fact[], options: WorldOptions): World {
  const world = new World(options);
  world.put(world.standby, ...facts);
  world.complete(...facts.filter(({ processed }) => processed).map(({ id }) => id));
  return world;
}

function isToBeMoved({ processed, owner = HOME }: Fact, { moves }: Task): boolean {
  return !processed && moves.includes(owner);
}

/** The pass changes each time that it is asked; those who ask about several homes at once find one state. */
function openBy(passPlan: readonly (readonly string[])[], { pass }: World): void {
  const plan = passPlan.values();
  let isAsking = false;
  pass.onAsked = () => {
    if (isAsking) return;
    isAsking = true;
    queueMicrotask(() => {
      isAsking = false;
    });
    pass.open.clear();
    for (const home of plan.next().value ?? [HOME, HERE]) pass.open.add(home);
  };
}

/** A table of completed entries that does not answer for all keys of a call. */
function throttled(
  done: ReadonlySet<string>,
  omissions: Iterator<readonly boolean[]>,
): LedgerTableOptions["client"] {
  const send = async ({ input }: BatchGetItemCommand) => {
    await Promise.resolve();
    const [[table, { Keys = [], ...request }]] = Object.entries(input.RequestItems!) as [
      [string, KeysAndAttributes],
    ];
    const omitted: readonly boolean[] = omissions.next().value ?? [false];
    const isLeftOut = (index: number) => omitted[index % omitted.length]!;
    const items = Keys.filter(({ id }, index) => !isLeftOut(index) && done.has(id!.S!)).map(({ id }) => ({
      id,
      status: { S: "COMPLETED" },
      expiration: { N: String(SENT) },
    }));
    const left = Keys.filter((_, index) => isLeftOut(index));
    return {
      Responses: { [table]: items },
      ...(left.length > 0 && { UnprocessedKeys: { [table]: { ...request, Keys: left } } }),
    };
  };
  return { send } as unknown as LedgerTableOptions["client"];
}

type Task = Pick<DrainTask, "moves">;

/** Nothing is lost, and nothing moved that is not to be. */
function check(world: World, facts: readonly Fact[], task: Task): void {
  const held = new Set(heldBy(world.standby));
  const arrived = new Set([...bodies(world.work), ...deadBodies(world.dlq)]);
  for (const fact of facts) {
    expect(held.has(fact.id) || arrived.has(fact.id) || fact.processed).toBe(true);
    // While the ledger does not answer, what is marked is moved whether it is processed or not.
    if (arrived.has(fact.id))
      expect(isToBeMoved({ ...fact, processed: fact.processed && fact.owner === undefined }, task)).toBe(
        true,
      );
  }
  expect(world.sqs.violations).toEqual([]);
  // Whoever needs a copy gets it soon.
  expect(Math.max(0, ...world.standby.inFlightMs(world.sqs.nowMs))).toBeLessThanOrEqual(120_000);
}

/** Runs, as the controller makes it run, until everything has gone that is to go. */
async function untilQuiet(
  world: World,
  facts: readonly Fact[],
  task: Task,
  run: () => Promise<unknown>,
): Promise<void> {
  const stays = facts.filter((fact) => !fact.processed && !isToBeMoved(fact, task)).map(({ id }) => id);
  for (let minute = 0; heldBy(world.standby).length > stays.length; minute += 1) {
    if (minute > 200) throw new Error(`does not come to an end: ${heldBy(world.standby)}`);
    await run();
    world.sqs.killed = false;
    check(world, facts, task);
    world.sqs.nowMs += 60_000;
  }
  expect([...heldBy(world.standby)].sort()).toEqual([...stays].sort());
}

const TASKS = [
  ["of a home that owns itself", MARKED],
  ["of an owned home", OWNED],
  ["of an owned home, with another that was lost before", { moves: [HOME, HERE, ELSEWHERE] }],
] as const;

describe("a drainer", () => {
  test.each(TASKS)(
    "%s loses nothing, and brings to an end what it has begun, whatever fails and whenever it is killed",
    async (_, task) => {
      await fc.assert(
        fc.asyncProperty(
          anyFacts,
          anySettings,
          anyPlan,
          anyLedgerPlan,
          async (facts, settings, plan, ledgerPlan) => {
            const world = worldOf(facts, { settings, plan, ledgerPlan });
            await untilQuiet(world, facts, task, () => world.run(task));
          },
        ),
        { numRuns: 300 },
      );
    },
    30_000,
  );

  test.each(TASKS)(
    "%s loses nothing to another one that is at the same task",
    async (_, task) => {
      await fc.assert(
        fc.asyncProperty(anyFacts, anySettings, anyPlan, async (facts, settings, plan) => {
          const world = worldOf(facts, { settings, plan });
          await untilQuiet(world, facts, task, () => Promise.all([world.run(task), world.run(task)]));
        }),
        { numRuns: 200 },
      );
    },
    30_000,
  );

  test("moves every copy once when nothing fails, also beside another one", async () => {
    await fc.assert(
      fc.asyncProperty(anyFacts, anySettings, fc.boolean(), async (facts, settings, two) => {
        const world = worldOf(facts, { settings });
        await Promise.all(two ? [world.run(), world.run()] : [world.run()]);
        const expected = facts.filter((fact) => isToBeMoved(fact, OWNED)).map(({ id }) => id);
        expect([...bodies(world.work), ...deadBodies(world.dlq)].sort()).toEqual(expected.sort());
      }),
      { numRuns: 200 },
    );
  });

  test("keeps the order of FIFO groups, marked or not, whatever fails and whenever pass and ledger do not answer", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFacts,
        anyPlan,
        anyLedgerPlan,
        anyPassPlan,
        fc.boolean(),
        async (facts, plan, ledgerPlan, passPlan, two) => {
          const ours = facts.filter(({ owner }) => owner !== ELSEWHERE);
          const world = worldOf(ours, { settings: { fifo: true }, plan, ledgerPlan });
          openBy(passPlan, world);
          await untilQuiet(world, ours, OWNED, () =>
            Promise.all(two ? [world.run(), world.run()] : [world.run()]),
          );
          // What is marked is moved also while the ledger does not answer; what is processed is skipped there by the ledger, wherever it stands.
          const processed = new Set(ours.flatMap((fact) => (fact.processed ? [fact.id] : [])));
          for (const group of ["a", "b", "c"]) {
            const moved = world.work.log.filter(
              ({ entry }) => entry.MessageGroupId === group && !processed.has(entry.MessageBody!),
            );
            const numbers = [...new Set(moved.map(({ entry }) => Number(entry.MessageBody)))];
            expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
          }
        },
      ),
      { numRuns: 300 },
    );
  }, 30_000);

  test("keeps the order of FIFO groups whichever keys the ledger's table leaves out of its answers", async () => {
    /** By call, which of the keys in it are left out; when the plan is at its end, none is. */
    const anyOmissions = fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 10 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(anyFacts, anyOmissions, anyPlan, async (facts, omissions, plan) => {
        const ours = facts.filter(({ owner }) => owner !== ELSEWHERE);
        const done = new Set(
          ours.flatMap(({ id, processed }) => (processed ? [`orders#${HOME}/${id}`] : [])),
        );
        const table = new LedgerTable({
          tableName: "ledger",
          client: throttled(done, omissions.values()),
          now: () => SENT,
          sleep: async () => {},
        });
        const world = worldOf(ours, { settings: { fifo: true }, plan, askedLedger: table });
        await untilQuiet(world, ours, OWNED, () => world.run());
        for (const group of ["a", "b", "c"]) {
          const left = ours.filter((fact) => fact.group === group && !fact.processed).map(({ id }) => id);
          const log = new Set(bodies(world.work));
          const dead = new Set(deadBodies(world.dlq));
          expect([...log].filter((id) => left.includes(id))).toEqual(
            left.filter((id) => log.has(id) || !dead.has(id)),
          );
        }
      }),
      { numRuns: 300 },
    );
  }, 30_000);

  test("sends nothing of a home whose pass is not open, and loses nothing by that", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFacts,
        anySettings,
        anyPlan,
        anyPassPlan,
        async (facts, settings, plan, passPlan) => {
          // With one receiver nothing happens between the last question and what is sent.
          const world = worldOf(facts, { settings: { ...settings, maxRate: 1 }, plan });
          openBy(passPlan, world);
          const ownerOf = new Map(facts.map(({ id, owner = HOME }) => [id, owner]));
          const early: string[] = [];
          world.sqs.onTaken = (queue, { MessageBody: id = "" }) => {
            if (queue === world.work.name && !world.pass.open.has(ownerOf.get(id)!)) early.push(id);
          };
          await untilQuiet(world, facts, OWNED, () => world.run());
          expect(early).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  }, 30_000);

  test("delivers nothing twice on FIFO queues when it is killed at any call and begun anew", async () => {
    for (let before = 0; before < 30; before += 1) {
      const plan: Fault[] = [...Array<Fault>(before).fill({ kind: "none" }), { kind: "kill" }];
      const facts = Array.from({ length: 25 }, (_, index): Fact => {
        return { id: `${index}`, group: `${index % 3}`, processed: index % 5 === 0, old: false };
      });
      const world = worldOf(facts, { settings: { fifo: true }, plan });
      await untilQuiet(world, facts, OWNED, () => world.run());
      const expected = facts.filter(({ processed }) => !processed).map(({ id }) => id);
      expect([...bodies(world.work)].sort()).toEqual(expected.sort());
    }
  });

  test("by watermark loses nothing that is marked or was taken in later, whatever fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(MARKED, OWNED),
        anyFacts,
        fc.boolean(),
        anyPlan,
        async (task, facts, fifo, plan) => {
          const processedBefore = SENT + 1_000;
          const timed = facts.map((fact): Fact => {
            const taken = fact.processed ? SENT : SENT + 5_000;
            const processed = fact.processed && fact.owner === undefined;
            return fact.old
              ? { ...fact, processed: fact.owner === undefined }
              : { ...fact, sent: taken, processed };
          });
          const world = new World({ settings: { rescue: "watermark", fifo }, plan });
          world.sqs.nowMs = SENT + 10_000;
          world.put(world.standby, ...timed);
          await untilQuiet(world, timed, task, () => world.run({ ...task, processedBefore }));
        },
      ),
      { numRuns: 300 },
    );
  }, 30_000);
});

describe("a drainer that reads from afar", () => {
  test("loses nothing on its way through the home's queues, and keeps the order of FIFO groups", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.constantFrom("standby", "outbox", "ingress"), { maxLength: 40 }),
        anyPlan,
        async (fifo, places, plan) => {
          const world = new World({ settings: { fifo }, plan });
          const ways = ["standby", "outbox", "ingress"] as const;
          // Earlier messages are further on.
          const sorted = [...places].sort(
            (one, other) => ways.indexOf(one as "ingress") - ways.indexOf(other as "ingress"),
          );
          sorted.forEach((place, index) => {
            world.put(world[place as "ingress"], {
              id: `${index}`,
              group: `${index % 2}`,
              hasOrigin: place !== "ingress",
            });
          });
          const all = sorted.map((_, index) => `${index}`);
          for (let minute = 0; ways.some((way) => !world[way].isEmpty); minute += 1) {
            if (minute > 200) throw new Error("does not come to an end");
            await world.run({ fromAfar: true });
            world.sqs.killed = false;
            const places = [world.standby, world.outbox, world.ingress].flatMap(heldBy);
            const arrived = new Set([...bodies(world.work), ...deadBodies(world.dlq), ...places]);
            expect([...arrived].sort()).toEqual([...all].sort());
            world.sqs.nowMs += 60_000;
          }
          expect(world.sqs.violations).toEqual([]);
          for (const group of fifo ? ["0", "1"] : []) {
            const moved = world.work.log.filter(({ entry }) => entry.MessageGroupId === group);
            const numbers = [...new Set(moved.map(({ entry }) => Number(entry.MessageBody)))];
            expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
          }
        },
      ),
      { numRuns: 200 },
    );
  }, 30_000);
});

/** Between the last look at the queue and the end of a run. */
const CONFIRMING_MS = 2_000;

describe("reclaim", () => {
  test("deletes what is rescued and nothing else, whatever fails and whenever it is killed", async () => {
    await fc.assert(
      fc.asyncProperty(anyFacts, fc.boolean(), anyPlan, async (facts, fifo, plan) => {
        const world = new World({ settings: { rescue: "watermark", fifo }, plan });
        const own = facts.map((fact) => ({ ...fact, home: fact.processed ? HERE : "us-east-1", sent: SENT }));
        world.put(world.work, ...own);
        const rescued = { from: SENT, until: SENT + 1 };
        const isRescued = ({ processed, owner }: Fact) => processed && owner === undefined;
        const stays = own.filter((fact) => !isRescued(fact)).map(({ id }) => id);
        let drained = false;
        let held = 0;
        for (let run = 0; !drained; run += 1) {
          if (run > 200) throw new Error("does not come to an end");
          const result = await world.run({ action: "reclaim", home: HERE, moves: [], rescued });
          drained = result.drained && !world.sqs.killed;
          world.sqs.killed = false;
          expect(heldBy(world.work)).toEqual(expect.arrayContaining(stays));
          // A run that was killed holds what it received, and the last run did not wait for that.
          held = world.work.inFlightMs(world.sqs.nowMs - CONFIRMING_MS).length;
          world.sqs.nowMs += 10_000;
        }
        // Ten messages that stay at the head of a FIFO group are all that its queue gives of it.
        if (!fifo) expect(heldBy(world.work).length).toBeLessThanOrEqual(stays.length + held);
        expect(world.sqs.violations).toEqual([]);
      }),
      { numRuns: 200 },
    );
  }, 30_000);
});
