import fc from "fast-check";
import { type RegionReading, verdictOn } from "../../../replicator/health/verdict";

const HOME = "us-east-1";
const PEER = "us-west-2";
const DATE = 1_800_000_000_000;
const AT = { mono: 0, wall: 0 };

const FIT: NonNullable<RegionReading["status"]> = {
  run: "run-1",
  runSince: DATE - 60_000,
  until: DATE + 30_000,
  fit: true,
  since: DATE - 60_000,
  ownsItself: true,
  holds: [HOME],
  reaches: [HOME],
};
const reading = (over: Partial<RegionReading> = {}): RegionReading => ({
  sent: AT,
  dateMs: DATE,
  homes: { [HOME]: { epoch: 1, until: DATE + 30_000 } },
  status: FIT,
  ...over,
});
const why = (over: Partial<RegionReading>, present = AT) => {
  const verdict = verdictOn(HOME, reading(over), present);
  return verdict.healthy ? "healthy" : verdict.why;
};

test("a home is healthy while its region owns it and is fit", () => {
  expect(verdictOn(HOME, reading(), AT)).toEqual({ healthy: true });
});

test.each<[string, Partial<RegionReading>, string]>([
  ["a peer owns the home", { homes: {} }, "no-pass"],
  [
    "the region owns a peer's home alone",
    { homes: { [PEER]: { epoch: 1, until: DATE + 30_000 } } },
    "no-pass",
  ],
  ["the lease has ended", { homes: { [HOME]: { epoch: 1, until: DATE } } }, "over"],
  ["the end is out of bounds", { homes: { [HOME]: { epoch: 1, until: DATE + 60_000 } } }, "implausible"],
  ["the region says that it is unfit", { status: { ...FIT, fit: false } }, "unfit"],
  ["its last word is over", { status: { ...FIT, until: DATE } }, "unfit"],
])("is unhealthy when %s", (_, over, expected) => {
  expect(why(over)).toBe(expected);
});

test("is unhealthy when the region has said nothing about itself", () => {
  const { status: _, ...silent } = reading();
  expect(verdictOn(HOME, silent, AT)).toEqual({ healthy: false, why: "unfit" });
});

test("a reading is judged by the present moment, so no pass counts for longer than it lasts", () => {
  const homes = { [HOME]: { epoch: 1, until: DATE + 3_000 } };
  expect(why({ homes }, { mono: 1_500, wall: 1_500 })).toBe("healthy");
  expect(why({ homes }, { mono: 2_000, wall: 2_000 })).toBe("over");
  expect(why({}, { mono: 0, wall: 1_000 })).toBe("froze");
});

test("property: never healthy unless the pass is open by the table's time and the region is fit", () => {
  const near = fc.integer({ min: -40_000, max: 50_000 }).map((ms) => DATE + ms);
  const status = fc.record({ fit: fc.boolean(), until: near });
  fc.assert(
    fc.property(near, status, fc.integer({ min: 0, max: 6_000 }), (until, said, ms) => {
      const homes = { [HOME]: { epoch: 1, until } };
      const { healthy } = verdictOn(HOME, reading({ homes, status: { ...FIT, ...said } }), {
        mono: ms,
        wall: ms,
      });
      if (healthy) expect([until > DATE + ms, said.fit, said.until > DATE]).toEqual([true, true, true]);
    }),
  );
});
