import fc from "fast-check";
import type { DrainTask } from "../../../replicator/drain/task";
import { killing } from "../any-fault";
import type { Fault } from "../model-sqs";
import { SENT } from "../records";
import { bodies, type CopyParts, ELSEWHERE, HERE, heldBy, World, type WorldOptions } from "./world";

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

function mayBeDeleted({ processed, old, owner }: Fact): boolean {
  return processed || (old && owner !== HERE);
}

function isToBeMoved(fact: Fact, { action }: Pick<DrainTask, "action">): boolean {
  return !mayBeDeleted(fact) && (fact.owner === HERE || (fact.owner === undefined && action === "move"));
}

/** Nothing is lost, and nothing moved that is not to be. */
function check(world: World, facts: readonly Fact[], task: Pick<DrainTask, "action">): void {
  const held = new Set(heldBy(world.standby));
  const arrived = new Set([...bodies(world.work), ...bodies(world.dlq)]);
  for (const fact of facts) {
    expect(held.has(fact.id) || arrived.has(fact.id) || mayBeDeleted(fact)).toBe(true);
    // While the ledger does not answer, what is marked is moved whether it is processed or not.
    if (arrived.has(fact.id)) expect(isToBeMoved(fact, task) || fact.owner === HERE).toBe(true);
  }
  expect(world.sqs.violations).toEqual([]);
  // Whoever needs a copy gets it soon.
  expect(Math.max(0, ...world.standby.inFlightMs(world.sqs.nowMs))).toBeLessThanOrEqual(120_000);
}

/** Runs, as the controller makes it run, until everything has gone that is to go. */
async function untilQuiet(
  world: World,
  facts: readonly Fact[],
  task: Pick<DrainTask, "action">,
  run: () => Promise<unknown>,
): Promise<void> {
  const stays = facts.filter((fact) => !mayBeDeleted(fact) && !isToBeMoved(fact, task)).map(({ id }) => id);
  for (let minute = 0; heldBy(world.standby).length > stays.length; minute += 1) {
    if (minute > 200) throw new Error(`does not come to an end: ${heldBy(world.standby)}`);
    await run();
    world.sqs.killed = false;
    check(world, facts, task);
    world.sqs.nowMs += 60_000;
  }
  expect([...heldBy(world.standby)].sort()).toEqual([...stays].sort());
}

describe("a drainer", () => {
  test.each(["prune", "move"] as const)(
    "in %s loses nothing, and brings to an end what it has begun, whatever fails and whenever it is killed",
    async (action) => {
      await fc.assert(
        fc.asyncProperty(
          anyFacts,
          anySettings,
          anyPlan,
          anyLedgerPlan,
          async (facts, settings, plan, ledgerPlan) => {
            const world = worldOf(facts, { settings, plan, ledgerPlan });
            await untilQuiet(world, facts, { action }, () => world.run({ action }));
          },
        ),
        { numRuns: 300 },
      );
    },
    30_000,
  );

  test.each(["prune", "move"] as const)(
    "in %s loses nothing to another one that is at the same task",
    async (action) => {
      await fc.assert(
        fc.asyncProperty(anyFacts, anySettings, anyPlan, async (facts, settings, plan) => {
          const world = worldOf(facts, { settings, plan });
          await untilQuiet(world, facts, { action }, () =>
            Promise.all([world.run({ action }), world.run({ action })]),
          );
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
        const expected = facts.filter((fact) => isToBeMoved(fact, { action: "move" })).map(({ id }) => id);
        expect([...bodies(world.work), ...bodies(world.dlq)].sort()).toEqual(expected.sort());
      }),
      { numRuns: 200 },
    );
  });

  test("keeps the order of FIFO groups, whatever fails", async () => {
    await fc.assert(
      fc.asyncProperty(anyFacts, anyPlan, fc.boolean(), async (facts, plan, two) => {
        // The order is one of messages of one epoch: all marked, or none.
        const alike = facts.map(({ owner: _, ...fact }) => fact);
        const world = worldOf(alike, { settings: { fifo: true }, plan });
        await untilQuiet(world, alike, { action: "move" }, () =>
          Promise.all(two ? [world.run(), world.run()] : [world.run()]),
        );
        for (const group of ["a", "b", "c"]) {
          const moved = world.work.log.filter(({ entry }) => entry.MessageGroupId === group);
          const numbers = [...new Set(moved.map(({ entry }) => Number(entry.MessageBody)))];
          expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
        }
      }),
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
      await untilQuiet(world, facts, { action: "move" }, () => world.run());
      const expected = facts.filter(({ processed }) => !processed).map(({ id }) => id);
      expect([...bodies(world.work)].sort()).toEqual(expected.sort());
    }
  });

  test("by watermark loses nothing that is marked or was taken in later, whatever fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("prune" as const, "move" as const),
        anyFacts,
        fc.boolean(),
        anyPlan,
        async (action, facts, fifo, plan) => {
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
          await untilQuiet(world, timed, { action }, () => world.run({ action, processedBefore }));
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
            const arrived = new Set([...bodies(world.work), ...bodies(world.dlq), ...places]);
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

describe("reclaim", () => {
  test("deletes what is rescued and nothing else, whatever fails and whenever it is killed", async () => {
    await fc.assert(
      fc.asyncProperty(anyFacts, fc.boolean(), anyPlan, async (facts, fifo, plan) => {
        const world = new World({ settings: { rescue: "watermark", fifo }, plan });
        const own = facts.map((fact) => ({ ...fact, home: fact.processed ? HERE : "us-east-1", sent: SENT }));
        world.put(world.work, ...own);
        const rescued = { from: SENT, putBefore: SENT + 1 };
        const isRescued = ({ processed, owner }: Fact) => processed && owner === undefined;
        const stays = own.filter((fact) => !isRescued(fact)).map(({ id }) => id);
        let drained = false;
        for (let run = 0; !drained; run += 1) {
          if (run > 200) throw new Error("does not come to an end");
          const result = await world.run({ action: "reclaim", home: HERE, marked: false, rescued });
          drained = result.drained && !world.sqs.killed;
          world.sqs.killed = false;
          expect(heldBy(world.work)).toEqual(expect.arrayContaining(stays));
          world.sqs.nowMs += 10_000;
        }
        // Ten messages that stay at the head of a FIFO group are all that its queue gives of it.
        if (!fifo) expect(heldBy(world.work)).toEqual(stays);
        expect(world.sqs.violations).toEqual([]);
      }),
      { numRuns: 200 },
    );
  }, 30_000);
});
