import fc from "fast-check";
import { GATE_HOLDS, holdSeconds, TROUBLE_HOLDS } from "../../client/hold-seconds";
import { VISIBILITY_TIMEOUT_SECONDS } from "../../core/limits";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const schedule = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1 }) as unknown as fc.Arbitrary<
  [number, ...number[]]
>;

describe("holdSeconds", () => {
  test("leaves SQS half an hour of the twelve for which a message may be invisible, whatever is asked for", () => {
    fc.assert(
      fc.property(schedule, fc.integer(), random, (holds, count, number) => {
        const seconds = holdSeconds(holds, count, number);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(VISIBILITY_TIMEOUT_SECONDS.max - 1_800);
      }),
    );
  });

  test("takes the step of the receive count, and between nine tenths and all of it", () => {
    expect([0, 1, 2, 3, 4, 5, 99].map((count) => holdSeconds([100, 200, 300, 400], count, 0))).toEqual([
      90, 90, 180, 270, 360, 360, 360,
    ]);
    expect(holdSeconds([100], 1, 0.999)).toBe(100);
  });

  test.each([
    ["a closed gate", GATE_HOLDS, 24],
    ["trouble", TROUBLE_HOLDS, 4.5],
  ])("keeps a message out of the dead-letter queue for long: five receives at %s", (_, holds, hours) => {
    const held = [1, 2, 3, 4, 5].reduce((sum, count) => sum + holdSeconds(holds, count, 0), 0);
    expect(held).toBeGreaterThan(hours * 3_600);
  });

  test("is half a minute at first, so that a closure of under a minute delays nothing for long", () => {
    expect([GATE_HOLDS[0], TROUBLE_HOLDS[0]]).toEqual([30, 30]);
  });
});
