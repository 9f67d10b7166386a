import fc from "fast-check";
import { BACK_OFF_MAX_SECONDS } from "../../core/limits";
import { backOffSeconds, ownerWaitSeconds } from "../../messages/back-off";

const ALMOST_ONE = 1 - Number.EPSILON;

describe("backOffSeconds", () => {
  test.each([
    [1, 1, 2],
    [2, 2, 4],
    [5, 16, 32],
    [7, 60, 120],
    [2_000, 60, 120],
  ])("after receive %i waits from %i to %i s", (receiveCount, least, most) => {
    expect(backOffSeconds(receiveCount, 0)).toBe(least);
    expect(backOffSeconds(receiveCount, ALMOST_ONE)).toBe(most);
  });

  test("is whole seconds from one to the longest back-off, whatever the count", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000 }),
        fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }),
        (count, random) => {
          const seconds = backOffSeconds(count, random);
          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds).toBeGreaterThanOrEqual(1);
          expect(seconds).toBeLessThanOrEqual(BACK_OFF_MAX_SECONDS);
        },
      ),
    );
  });

  test("lets every message through within 35 s after a queue was away for 30 s", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: ALMOST_ONE, noNaN: true })), (randoms) => {
        let seconds = 0;
        for (let count = 1; seconds <= 30; count += 1) seconds += backOffSeconds(count, randoms.next().value);
        expect(seconds).toBeLessThanOrEqual(65);
      }),
    );
  });
});

describe("ownerWaitSeconds", () => {
  const anyRandom = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });

  test.each([
    [1, 4, 7],
    [24, 4, 7],
    [25, 15, 25],
    [100_000, 15, 25],
  ])("after receive %i waits from %i to %i s", (receiveCount, least, most) => {
    expect(ownerWaitSeconds(receiveCount, 0)).toBe(least);
    expect(ownerWaitSeconds(receiveCount, ALMOST_ONE)).toBe(most);
  });

  test("is whole seconds, and never long, whatever the count", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), anyRandom, (count, random) => {
        const seconds = ownerWaitSeconds(count, random);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(seconds).toBeLessThanOrEqual(30);
      }),
    );
  });

  test("takes fewer than 200 receives in an hour", () => {
    const hour = (random: number) => {
      let receives = 0;
      for (let seconds = 0; seconds < 3_600; receives += 1) seconds += ownerWaitSeconds(receives + 1, random);
      return receives;
    };
    // Half-way between the ends: over an hour that is what chance gives.
    expect(hour(0.5)).toBeLessThan(200);
  });
});
