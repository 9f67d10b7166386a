import fc from "fast-check";
import { Seeded, seededFraction } from "../../emulator/seeded";

const DRAWS = 2_000;

describe("seeded numbers", () => {
  test("are the same for the same seed and positions, and from 0 to below 1", () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat()), (seed, positions) => {
        const value = seededFraction(seed, ...positions);
        expect(value).toBe(seededFraction(seed, ...positions));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
      }),
    );
  });

  test.each(["", "1", "2", "a long seed with spaces"])("spread evenly with the seed %j", (seed) => {
    const deciles = new Array<number>(10).fill(0);
    for (let index = 0; index < DRAWS; index += 1) {
      deciles[Math.floor(seededFraction(seed, index, index % 10) * 10)]! += 1;
    }
    for (const count of deciles) {
      expect(count).toBeGreaterThan(DRAWS / 10 / 1.5);
      expect(count).toBeLessThan((DRAWS / 10) * 1.5);
    }
  });

  test("of two seeds have nothing in common", () => {
    const of = (seed: string) => Array.from({ length: 100 }, (_, index) => seededFraction(seed, index));
    const [one, other] = [of("1"), of("2")];
    expect(one.filter((value) => other.includes(value))).toEqual([]);
  });

  test("are drawn in their ranges", () => {
    const draw = new Seeded("x");
    for (let index = 0; index < DRAWS; index += 1) {
      const whole = draw.whole(3, 5);
      expect([3, 4, 5]).toContain(whole);
      expect(["a", "b"]).toContain(draw.pick(["a", "b"]));
    }
    expect(() => draw.pick([])).toThrow("nothing to pick from");
  });

  test("put items into any order, losing none", () => {
    const draw = new Seeded("x");
    const orders = Array.from({ length: 200 }, () => draw.shuffled(["a", "b", "c"]).join(""));
    expect(new Set(orders)).toEqual(new Set(["abc", "acb", "bac", "bca", "cab", "cba"]));
  });
});
