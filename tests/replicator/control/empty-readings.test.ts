import fc from "fast-check";
import type { AgePoint } from "../../../replicator/control/ages";
import { EmptyReadings, withReadings } from "../../../replicator/control/empty-readings";
import { processedBefore } from "../../../replicator/control/watermark";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function readings(...moments: readonly (readonly [seconds: number, all: number])[]): readonly AgePoint[] {
  const empty = new EmptyReadings();
  for (const [seconds, all] of moments) empty.saw("orders", all, seconds * SECOND);
  return empty.points("orders");
}

describe("readings say something", () => {
  test("when two found the queue empty that are a minute apart: of a minute before the second", () => {
    expect(readings([0, 0])).toEqual([]);
    expect(readings([0, 0], [59, 0])).toEqual([]);
    expect(readings([0, 0], [60, 0])).toEqual([{ at: 0, ageMs: 0 }]);
    expect(readings([0, 0], [300, 0])).toEqual([{ at: 4 * MINUTE, ageMs: 0 }]);
    expect(readings([0, 0], [301, 0])).toEqual([]);
  });

  test("also when a message was there in between, which a reading may meet at any time", () => {
    expect(readings([0, 0], [30, 1], [60, 0])).toEqual([{ at: 0, ageMs: 0 }]);
  });

  test("not when they found something, or a count that is missing", () => {
    expect(readings([0, 1], [60, 1], [120, Number.NaN])).toEqual([]);
    expect(readings([0, 0], [60, Number.NaN])).toEqual([]);
  });

  test("for a quarter of an hour", () => {
    const all = Array.from({ length: 60 }, (_, index) => [index * 60, 0] as const);
    const points = readings(...all);
    expect(points.at(0)!.at).toBeGreaterThanOrEqual(43 * MINUTE);
    expect(points.at(-1)!.at).toBe(58 * MINUTE);
  });
});

/** A message on its way. Moments in seconds; those that did not come lie beyond the end. */
interface Passage {
  readonly sent: number;
  readonly put: number;
  readonly done: number;
}

const END = 3_600;

const anyPassages = fc
  .array(
    fc.record({
      sent: fc.nat(END),
      onIngress: fc.constantFrom(0, 1, 5, 50, 200, 900, END),
      onWork: fc.constantFrom(0, 1, 5, 50, 200, 900, END),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all.map(
      ({ sent, onIngress, onWork }): Passage => ({
        sent,
        put: sent + onIngress,
        done: sent + onIngress + onWork,
      }),
    ),
  );

test("nothing counts as processed that is not, though counts are a minute old, ages late or missing, and empty queues have none", () => {
  const anyStaleness = fc.array(fc.nat(60), { minLength: 1, maxLength: 20 });
  const anyGaps = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
  let said = 0;
  fc.assert(
    fc.property(
      anyPassages,
      anyStaleness,
      anyGaps,
      fc.integer({ min: 60, max: 240 }),
      fc.integer({ min: 5, max: 100 }),
      (passages, staleness, gaps, lateSeconds, everySeconds) => {
        const on = {
          ingress: (t: number) =>
            passages.filter(({ sent, put }) => sent <= t && t < put).map(({ sent }) => sent),
          work: (t: number) => passages.filter(({ put, done }) => put <= t && t < done).map(({ put }) => put),
        };
        const empty = new EmptyReadings();
        const ages: Record<"ingress" | "work", AgePoint[]> = { ingress: [], work: [] };
        let samples = 0;
        for (let t = 60; t < END; t += 1) {
          for (const [queue, second] of [
            ["ingress", 41],
            ["work", 8],
          ] as const) {
            if (t % everySeconds === 0) {
              const seen = t - staleness[samples % staleness.length]!;
              empty.saw(queue, on[queue](seen).length, t * SECOND);
              samples += 1;
            }
            if (t % 60 !== second) continue;
            const since = on[queue](t);
            // An empty queue has no age; others have one, but for gaps.
            if (since.length === 0 || gaps[Math.floor(t / 60) % gaps.length]) continue;
            ages[queue].push({ at: (t - second) * SECOND, ageMs: (t - Math.min(...since)) * SECOND });
          }
          if (t % 15 !== 0) continue;
          const known = (queue: "ingress" | "work") =>
            withReadings(
              ages[queue].filter(({ at }) => at <= (t - lateSeconds) * SECOND),
              empty.points(queue),
            );
          const before = processedBefore(known("ingress"), known("work"));
          if (before === undefined) continue;
          said += 1;
          const left = passages
            .filter(({ sent, done }) => sent <= t && t < done)
            .map(({ sent }) => sent * SECOND);
          const oldest = Math.min(...left);
          if (before > oldest) throw new Error(`at ${t}: ${before} > ${oldest}`);
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(said).toBeGreaterThan(5_000);
});
