import fc from "fast-check";
import { HEARTBEAT_FRESH_SECONDS } from "../../../core/limits";
import { Fitness, type RegionSight } from "../../../replicator/control/fitness";

const FRESH_MS = HEARTBEAT_FRESH_SECONDS * 1_000;
const SOUND: RegionSight = { silent: {} };

/** A run that has begun at 0, and heard its canary then. */
function sound(): Fitness {
  const fitness = new Fitness();
  fitness.begin(0);
  fitness.saw(SOUND, 0);
  fitness.heard(0, 0);
  return fitness;
}

test("a region whose queues answer, whose canary passes and whose ledger is usable is fit", () => {
  expect(sound().verdict(FRESH_MS)).toEqual({ fit: true, reasons: [] });
});

test.each<[string, RegionSight, string]>([
  ["a queue does not answer", { silent: { orders: "TimeoutError" } }, "orders: TimeoutError"],
  [
    "the ledger is not usable",
    { silent: {}, ledger: "AccessDeniedException" },
    "ledger: AccessDeniedException",
  ],
])("alone makes it unfit that %s, since it was seen otherwise", (_, sight, reason) => {
  const fitness = sound();
  fitness.saw(SOUND, 15_000);
  fitness.heard(0, 30_000);
  fitness.saw(sight, 30_000);
  expect(fitness.verdict(32_000)).toEqual({ fit: false, unfitMs: 17_000, reasons: [reason] });
  fitness.saw(SOUND, 45_000);
  expect(fitness.verdict(45_000).fit).toBe(true);
});

test("a canary that is silent makes it unfit since the last one that was heard", () => {
  const fitness = sound();
  fitness.heard(2_000, 10_000);
  expect(fitness.verdict(8_000 + FRESH_MS).fit).toBe(true);
  expect(fitness.verdict(8_001 + FRESH_MS)).toEqual({
    fit: false,
    unfitMs: FRESH_MS + 1,
    reasons: ["canary: heard 45 s ago"],
  });
});

test("a canary whose clock is ahead counts from its arrival", () => {
  const fitness = sound();
  fitness.heard(-30_000, 10_000);
  expect(fitness.verdict(10_000 + FRESH_MS).fit).toBe(true);
  expect(fitness.verdict(10_001 + FRESH_MS).fit).toBe(false);
});

test("of several causes the longest counts", () => {
  const fitness = sound();
  fitness.saw({ silent: {}, ledger: "TooLong" }, 15_000);
  fitness.saw({ silent: { orders: "TooLong" }, ledger: "TooLong" }, 60_000);
  const { unfitMs, reasons } = fitness.verdict(60_000);
  expect([unfitMs, reasons]).toEqual([
    60_000,
    ["orders: TooLong", "ledger: TooLong", "canary: heard 60 s ago"],
  ]);
});

test("before the canary could pass nothing is known, unless something else is wrong", () => {
  const fitness = new Fitness();
  expect(fitness.verdict(0).fit).toBeUndefined();
  fitness.begin(1_000);
  fitness.saw(SOUND, 2_000);
  expect(fitness.verdict(1_000 + FRESH_MS).fit).toBeUndefined();
  expect(fitness.verdict(1_001 + FRESH_MS)).toEqual({
    fit: false,
    unfitMs: FRESH_MS + 1,
    reasons: ["canary: never heard"],
  });
  fitness.saw({ silent: { orders: "TooLong" } }, 3_000);
  expect(fitness.verdict(3_000).fit).toBe(false);
});

test("what another run heard long ago is no cause: nobody has sent heartbeats since", () => {
  const fitness = new Fitness();
  fitness.begin(1_000_000);
  fitness.saw(SOUND, 1_000_000);
  fitness.heard(900_000, 1_000_000);
  expect(fitness.verdict(1_010_000).fit).toBeUndefined();
  expect(fitness.verdict(1_060_000).unfitMs).toBe(60_000);
});

test("what another run heard a moment ago tells a new one at once that the region is fit", () => {
  const fitness = new Fitness();
  fitness.begin(0);
  fitness.saw(SOUND, 1_000);
  fitness.heard(20_000, 1_000);
  expect(fitness.verdict(1_000).fit).toBe(true);
});

test.each([
  ["a little ahead counts as one that just came", -FRESH_MS, true],
  ["far ahead says nothing", -FRESH_MS - 1, undefined],
])("a clock that is %s", (_, ageMs, fit) => {
  const fitness = new Fitness();
  fitness.begin(0);
  fitness.saw(SOUND, 0);
  fitness.heard(ageMs, 0);
  expect(fitness.verdict(0).fit).toBe(fit);
  fitness.saw(SOUND, 3 * FRESH_MS);
  expect(fitness.verdict(3 * FRESH_MS).fit).toBe(false);
});

test("it is never unfit for longer than this run has been asking, and never without a reason", () => {
  const step = fc.record({
    ms: fc.integer({ min: 0, max: 60_000 }),
    silent: fc.constantFrom({}, { orders: "TooLong" }),
    ledger: fc.constantFrom(undefined, "TooLong"),
    ageMs: fc.option(fc.integer({ min: -100_000, max: 100_000 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step), fc.integer({ min: 0, max: 1e6 }), (steps, begin) => {
      const fitness = new Fitness();
      fitness.begin(begin);
      let now = begin;
      for (const { ms, silent, ledger, ageMs } of steps) {
        now += ms;
        fitness.saw({ silent, ledger }, now);
        if (ageMs !== undefined) fitness.heard(ageMs, now);
        const { fit, unfitMs, reasons } = fitness.verdict(now);
        expect(fit === false).toBe(reasons.length > 0);
        expect(unfitMs !== undefined).toBe(fit === false);
        expect(unfitMs ?? 0).toBeLessThanOrEqual(now - begin);
        expect(unfitMs ?? 0).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
