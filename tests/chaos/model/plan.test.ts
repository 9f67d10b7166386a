import fc from "fast-check";
import { type Hops, planOf, STEP_KINDS } from "./plan";

const ASYNC: Hops = { always: ["ingress", "outbox", "work", "standby"], kill: ["work", "standby"] };
const SEVERITY = { rounds: 3, calls: [2, 5], blackHoleMs: 60_000, pauseMs: 4_000 } as const;

describe("planOf", () => {
  test("gives the same plan for the same seed and another for another", () => {
    const plan = planOf("1", STEP_KINDS, ASYNC, SEVERITY);
    expect(planOf("1", STEP_KINDS, ASYNC, SEVERITY)).toEqual(plan);
    expect(planOf("2", STEP_KINDS, ASYNC, SEVERITY)).not.toEqual(plan);
  });

  test("has every kind that is asked for, in the order of their beginning, among the first messages", () => {
    fc.assert(
      fc.property(fc.string(), fc.subarray([...STEP_KINDS]), (seed, kinds) => {
        const plan = planOf(seed, kinds, ASYNC, SEVERITY);
        expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(kinds));
        expect(plan.map(({ after }) => after)).toEqual(
          plan.map(({ after }) => after).sort((one, other) => one - other),
        );
        for (const { after, kind, hop, calls = 1, probability = 1 } of plan) {
          expect(after).toBeGreaterThan(0);
          expect(after).toBeLessThan(0.7);
          expect(ASYNC.always).toContain(hop);
          expect(calls).toBeGreaterThan(0);
          expect(probability).toBeGreaterThan(0);
          expect(probability).toBeLessThanOrEqual(1);
          if (kind === "kill" || kind === "denyBackOff") expect(after).toBeLessThan(0.2);
        }
      }),
    );
  });

  test("no two rounds of a kind concern the same hop while there are others", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const hops = planOf(seed, ["throttle"], ASYNC, SEVERITY).map(({ hop }) => hop);
        expect(new Set(hops).size).toBe(SEVERITY.rounds);
        expect(planOf(seed, ["throttle"], ASYNC, { ...SEVERITY, rounds: 1 })[0]!.hop).not.toBe("ingress");
        const all = planOf(seed, ["throttle"], ASYNC, { ...SEVERITY, rounds: 6 });
        expect(new Set(all.map(({ hop }) => hop)).size).toBe(ASYNC.always.length);
      }),
    );
  });

  test("a producer is not made to wait for ever, and only the peer is a black hole", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        for (const { kind, hop, ms, calls } of planOf(seed, STEP_KINDS, ASYNC, SEVERITY)) {
          if (kind === "pause" || kind === "late" || kind === "kill" || kind === "denyBackOff") {
            expect(hop).not.toBe("ingress");
          }
          if (kind === "blackHole") expect([hop, ms, calls]).toEqual(["standby", 60_000, undefined]);
        }
      }),
    );
  });
});
