import fc from "fast-check";
import type { HomeNow } from "../../../ownership/lease/settings";
import type { HomeNotes, Notes } from "../../../replicator/control/notes";
import { type Known, nextHomes, rescueOf } from "../../../replicator/control/rescue";
import { controlledQueue, HOME, homeOf, NOW, PEER, REGIONS, THIRD } from "./group";

const SECOND = 1_000;
const ORDERS = controlledQueue({ rescue: "watermark" });
const AT = NOW - 30 * SECOND;
const TAKING = { from: HOME, epoch: 1, at: AT };
/** The home is this region's. */
const OWNED = homeOf(PEER, { epoch: 2, held: true, open: true, taking: TAKING });
const BACK = homeOf(HOME, { epoch: 3 });
const RESCUE = { epoch: 2, until: AT, queues: { orders: 500 } };

/** What the peer's region notes of the home. */
function next(kept: HomeNotes, now: HomeNow, over: Partial<Known> = {}): HomeNotes | undefined {
  return nextHomes({ [HOME]: kept }, known({ homes: { [HOME]: now }, ...over }))[HOME];
}

describe("what counts as processed", () => {
  const told = (at: number) => ({ told: { [HOME]: { orders: at } } });

  test("follows what the home tells, less the margin, and never goes back", () => {
    expect(next({ queues: {} }, BACK, told(NOW))).toEqual({ queues: { orders: NOW - 120 * SECOND } });
    const kept = { queues: { orders: NOW } };
    expect(next(kept, BACK, told(NOW))).toEqual(kept);
  });

  test.each<[string, HomeNow]>([
    ["another region", homeOf(THIRD, { epoch: 2 })],
    ["this region", OWNED],
  ])("does not while %s owns the home: it says nothing of what is processed there", (_, now) => {
    expect(next({ queues: { orders: 5 } }, now, told(NOW))!.queues).toEqual({ orders: 5 });
  });

  test("stays as it is while nobody can be seen to own the home, or the queues are not known", () => {
    const kept = { queues: { orders: 5 }, rescue: RESCUE };
    expect(next(kept, { held: false, open: false }, told(NOW))).toEqual(kept);
    expect(next({ queues: { orders: 5 } }, BACK, { ...told(NOW), queues: undefined })).toEqual({
      queues: { orders: 5 },
    });
  });

  test.each(["ledger", "manual"] as const)("is not followed by queues with rescue %s", (rescue) => {
    expect(next({ queues: {} }, BACK, { ...told(NOW), queues: [{ ...ORDERS, rescue }] })).toBeUndefined();
  });

  test("nothing is kept of a region that is no member any more", () => {
    const homes = nextHomes({ "eu-north-1": { queues: { orders: 5 } } }, known({}));
    expect(homes).toEqual({});
  });
});

function known(over: Partial<Known>): Known {
  return {
    region: PEER,
    regions: REGIONS,
    homes: {},
    queues: [ORDERS],
    told: {},
    isProcessed: () => false,
    handBackTimeoutMs: 900 * SECOND,
    now: NOW,
    ...over,
  };
}

describe("a home that this region has taken", () => {
  test("is rescued from what counted as processed until no pass of the owner before was open", () => {
    expect(next({ queues: { orders: 500, gone: 7 } }, OWNED)).toEqual({
      queues: { orders: 500, gone: 7 },
      rescue: RESCUE,
    });
  });

  test("of which nothing is known is rescued all the same: everything is moved, and nothing is told to be processed", () => {
    expect(next({ queues: {} }, OWNED)!.rescue).toEqual({ ...RESCUE, queues: {} });
  });

  test.each<[string, Partial<Known>]>([
    ["there are ledgers alone", { queues: [controlledQueue()] }],
    ["no copies of it come here", { queues: [controlledQueue({ rescue: "watermark" }, THIRD)] }],
    ["the queues are not known yet", { queues: undefined }],
  ])("needs no rescue when %s", (_, over) => {
    expect(next({ queues: { orders: 5 } }, OWNED, over)).toEqual({ queues: { orders: 5 } });
  });

  test("is rescued by hand from the moment that the operator gives, then or later, and never from an earlier one", () => {
    const queues = [{ ...ORDERS, rescue: "manual" as const }];
    expect(next({ queues: {} }, OWNED, { queues })!.rescue!.queues).toEqual({});
    const since = { ...OWNED, since: 700 };
    const rescued = next({ queues: {} }, since, { queues })!;
    expect(rescued.rescue!.queues).toEqual({ orders: 700 });
    expect(next({ queues: {}, rescue: { ...RESCUE, queues: {} } }, since, { queues })).toEqual(rescued);
    expect(next(rescued, { ...OWNED, since: 600 }, { queues })).toEqual(rescued);
  });

  test("a moment only adds to what the watermark says", () => {
    expect(next({ queues: { orders: 500 } }, { ...OWNED, since: 400 })!.rescue!.queues.orders).toBe(500);
    expect(next({ queues: { orders: 500 } }, { ...OWNED, since: 600 })!.rescue!.queues.orders).toBe(600);
  });

  test("stays as it was frozen, and under its new epoch when the lease had lapsed from this region alone", () => {
    const kept = { queues: { orders: 500 }, rescue: RESCUE };
    expect(next(kept, OWNED)).toEqual(kept);
    expect(next(kept, { ...OWNED, epoch: 4 })).toEqual({ ...kept, rescue: { ...RESCUE, epoch: 4 } });
    // A run that does not hold the home yet decides nothing else.
    expect(next(kept, { ...OWNED, held: false })).toEqual(kept);
  });

  test("is another rescue when it was another's in between", () => {
    const later = { ...OWNED, epoch: 6, taking: { from: HOME, epoch: 5, at: NOW } };
    const kept = { queues: { orders: 800 }, rescue: RESCUE };
    expect(next(kept, later)).toEqual({
      queues: { orders: 800 },
      rescue: { epoch: 6, until: NOW, queues: { orders: 800 } },
    });
    const handed = { ...kept, rescue: { ...RESCUE, leaving: 1, handedBack: true as const } };
    expect(next(handed, later)!.spans).toEqual([RESCUE]);
  });

  test("is of an epoch", () => {
    const homes: Notes["homes"] = { [HOME]: { queues: {}, rescue: RESCUE } };
    expect(rescueOf(homes, HOME, OWNED)).toEqual(RESCUE);
    expect(rescueOf(homes, HOME, { ...OWNED, epoch: 4 })).toBeUndefined();
    expect(rescueOf(homes, THIRD, OWNED)).toBeUndefined();
  });
});

describe("a home that is given back", () => {
  const leavingNow = { ...OWNED, next: HOME };
  const leaving = { queues: { orders: 500 }, rescue: { ...RESCUE, leaving: NOW - 100 * SECOND } };

  test("is noted since when it is", () => {
    const kept = { queues: { orders: 500 }, rescue: RESCUE };
    expect(next(kept, leavingNow)!.rescue).toEqual({ ...RESCUE, leaving: NOW });
    expect(next(leaving, leavingNow)).toEqual(leaving);
    // Another run does not know of it yet, and takes nothing back.
    expect(next(leaving, { ...OWNED, held: false })).toEqual(leaving);
  });

  test("is handed back when all is processed that was moved until the last task had ended", () => {
    const asked: [string, number][] = [];
    const isProcessed = (queue: string, before: number) => asked.push([queue, before]) > 0;
    expect(next(leaving, leavingNow, { isProcessed })!.rescue).toEqual({
      ...leaving.rescue,
      handedBack: true,
    });
    expect(asked).toEqual([["orders", NOW - 100 * SECOND + 35 * SECOND]]);
  });

  test("is told only what is processed when the time is over", () => {
    const rescue = { ...leaving.rescue, queues: { orders: 500, mails: 600 }, leaving: NOW - 900 * SECOND };
    const isProcessed = (queue: string) => queue === "mails";
    const over = { isProcessed, queues: [ORDERS, controlledQueue({ queue: "mails", rescue: "watermark" })] };
    expect(
      next({ queues: {}, rescue: { ...rescue, leaving: rescue.leaving + 1 } }, leavingNow, over)!.rescue,
    ).toEqual({
      ...rescue,
      leaving: rescue.leaving + 1,
    });
    expect(next({ queues: {}, rescue }, leavingNow, over)!.rescue).toEqual({
      ...rescue,
      queues: { mails: 600 },
      handedBack: true,
    });
  });

  test("stays handed back, whatever comes to the work queue", () => {
    const kept = { ...leaving, rescue: { ...leaving.rescue, handedBack: true as const } };
    expect(next(kept, leavingNow)).toEqual(kept);
    expect(next(kept, { ...leavingNow, held: false })).toEqual(kept);
  });

  test.each<[string, HomeNow]>([
    ["when the order is withdrawn", OWNED],
    ["when another region is to have it", { ...OWNED, next: THIRD }],
    ["when this region has taken it once more, since the home did not", { ...OWNED, epoch: 4 }],
    ["when that is a run that does not hold it yet", { ...OWNED, epoch: 4, held: false }],
  ])("is not any more %s", (_, now) => {
    const kept = { ...leaving, rescue: { ...leaving.rescue, handedBack: true as const } };
    expect(next(kept, now)!.rescue).toEqual({ ...RESCUE, epoch: now.epoch });
  });

  test("which this region has taken once more is waited for anew", () => {
    const kept = { ...leaving, rescue: { ...leaving.rescue, handedBack: true as const } };
    expect(next(kept, { ...leavingNow, epoch: 4 })!.rescue).toEqual({ ...RESCUE, epoch: 4, leaving: NOW });
  });

  test("leaves a span behind that this region answers for, the last four of them", () => {
    const kept: HomeNotes = {
      queues: { orders: 500 },
      rescue: { ...RESCUE, leaving: 1, handedBack: true },
      spans: [1, 2, 3, 4].map((epoch) => ({ epoch, until: epoch, queues: { orders: 0 } })),
    };
    const after = next(kept, BACK)!;
    expect(after.rescue).toBeUndefined();
    expect(after.spans).toEqual([...kept.spans!.slice(1), RESCUE]);
    expect(next(after, BACK)).toEqual(after);
  });

  test("leaves none when nothing was told of it", () => {
    const rescue = { ...RESCUE, queues: {}, leaving: 1, handedBack: true as const };
    expect(next({ queues: { orders: 1 }, rescue }, BACK)).toEqual({ queues: { orders: 1 } });
  });

  test.each<[string, HomeNow]>([
    ["the home itself, after a lapse", BACK],
    ["a third region", homeOf(THIRD, { epoch: 3 })],
  ])("is nothing of this region's any more when %s has it", (_, now) => {
    const spans = [{ epoch: 1, until: 2, queues: { orders: 1 } }];
    expect(next({ queues: { orders: 500 }, rescue: RESCUE, spans }, now)).toEqual({
      queues: { orders: 500 },
      spans,
    });
  });
});

test("two runs of one region come to the same notes, whichever sees a look first, and twice is as good as once", () => {
  const looks = fc.array(
    fc.record({
      owner: fc.constantFrom(HOME, PEER, THIRD, undefined),
      held: fc.boolean(),
      next: fc.constantFrom(undefined, HOME, THIRD),
      epoch: fc.integer({ min: 1, max: 3 }),
      at: fc.constantFrom(AT, NOW),
      isProcessed: fc.boolean(),
      told: fc.integer({ min: 0, max: NOW }),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(looks, (seen) => {
      let kept: Notes["homes"] = {};
      for (const { owner, held, next: to, epoch, at, isProcessed, told } of seen) {
        const isOwn = owner === PEER;
        const now: HomeNow = {
          ...(owner && { owner, epoch }),
          held: isOwn && held,
          open: false,
          ...(isOwn && held && to && { next: to }),
          ...(isOwn && { taking: { from: HOME, epoch: 1, at } }),
        };
        const look = known({
          homes: { [HOME]: now },
          isProcessed: () => isProcessed,
          told: { [HOME]: { orders: told } },
        });
        const before = kept[HOME]?.queues.orders ?? 0;
        kept = nextHomes(kept, look);
        // What another run has done already is not done again, but for the hand-back, which needs the time to be noted first.
        const again = nextHomes(kept, look);
        expect(nextHomes(again, look)).toEqual(again);
        expect(kept[HOME]?.queues.orders ?? 0).toBeGreaterThanOrEqual(before);
        // Nothing is handed back that is being moved.
        const { rescue } = kept[HOME] ?? {};
        if (rescue?.handedBack) expect(rescue.leaving).toBeDefined();
      }
    }),
  );
});
