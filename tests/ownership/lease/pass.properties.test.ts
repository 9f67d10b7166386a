import { execFileSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { type Clocks, type PassReading, passVerdict } from "../../../ownership/lease/pass";
import { known, type PassStory, reallyLeft, WORLD_HOME } from "./pass-world";

/** The most by which a clock is taken to run wrong. */
const SLOWEST = 0.99;
const FASTEST = 1.01;

const milliseconds = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rate = fc.oneof(fc.constantFrom(SLOWEST, 1, FASTEST), milliseconds(SLOWEST, FASTEST));

/** Somewhere in a second, and often at its very end, where cutting it off loses most. */
const moment = fc
  .tuple(
    fc.integer({ min: 1_600_000_000, max: 1_800_000_000 }),
    fc.oneof(milliseconds(0, 999.999), milliseconds(990, 999.999)),
  )
  .map(([second, phase]) => second * 1_000 + phase);

/** Anything that may happen to one machine, but for two faults at once that cancel each other out: see `docs/gate.md`. */
const anything: fc.Arbitrary<PassStory> = fc
  .record({
    sentAt: moment,
    stampedAfter: fc.oneof(fc.constant(0), milliseconds(0, 20), milliseconds(0, 3_000)),
    onTheWay: fc.oneof(milliseconds(0, 20), milliseconds(0, 3_000)),
    rests: fc.oneof(fc.constant(0), milliseconds(0, 5_100), milliseconds(0, 70_000)),
    endsIn: fc.oneof(milliseconds(-60, 60), milliseconds(-1_500, 1_500), milliseconds(-40_000, 40_000)),
    monoRate: rate,
    wallRate: rate,
    monoThen: milliseconds(0, 10_000_000_000),
    wallThen: milliseconds(1_000_000_000_000, 2_000_000_000_000),
    frozenPart: fc.oneof(fc.constant(0), fc.constant(1), milliseconds(0, 1)),
    monoStopsWhenFrozen: fc.boolean(),
    wallSetBy: fc.oneof(fc.constant(0), milliseconds(-300, 300), milliseconds(-100_000, 100_000)),
  })
  .map(({ onTheWay, rests, frozenPart, wallSetBy, ...story }) => {
    const lookedAfter = story.stampedAfter + onTheWay + rests;
    const frozenFor = frozenPart * lookedAfter;
    const hidesFreeze = story.monoStopsWhenFrozen && frozenFor > 0 && wallSetBy < 0;
    return { ...story, lookedAfter, frozenFor, wallSetBy: hidesFreeze ? 0 : wallSetBy };
  });

test("an open pass has really not ended, and does not before what remains is over", () => {
  fc.assert(
    fc.property(anything, (story) => {
      const { reading, present } = known(story);
      const verdict = passVerdict(reading, WORLD_HOME, present);
      if (!verdict.open) return;
      expect(reallyLeft(story)).toBeGreaterThan(0);
      expect(verdict.remainsMs / SLOWEST).toBeLessThan(reallyLeft(story));
    }),
    { numRuns: 50_000 },
  );
});

test("a pass that runs for ten seconds or more is open while its reading is new and nothing is wrong", () => {
  const well = anything.map((story) => ({
    ...story,
    lookedAfter: story.stampedAfter + (story.lookedAfter % 4_500),
    frozenFor: 0,
    wallSetBy: 0,
  }));
  fc.assert(
    fc.property(
      well.filter(({ lookedAfter }) => lookedAfter < 4_900),
      milliseconds(10_000, 30_000),
      (story, endsIn) => {
        const { reading, present } = known({ ...story, endsIn });
        expect(passVerdict(reading, WORLD_HOME, present)).toMatchObject({ open: true });
      },
    ),
    { numRuns: 5_000 },
  );
});

test("Python decides the same, whatever it is given", () => {
  const odd = fc.constantFrom<unknown>(null, "1700000000000", true, -1, 0.5, 2 ** 53, [], {});
  const near = (middle: number, by: number) => fc.integer({ min: middle - by, max: middle + by });
  const mostly = (usual: fc.Arbitrary<unknown>) => fc.oneof({ weight: 19, arbitrary: usual }, odd);
  const clocks = fc.record({
    mono: mostly(near(50_000, 3_000)),
    wall: mostly(near(1_700_000_000_000, 3_000)),
  });
  const entry = mostly(
    fc.record(
      { epoch: mostly(fc.nat()), until: mostly(near(1_700_000_020_000, 40_000)) },
      { requiredKeys: [] },
    ),
  );
  const given = fc.record({
    reading: fc.record({
      sent: clocks,
      dateMs: mostly(near(1_700_000_000_000, 5_000)),
      homes: fc.dictionary(fc.constantFrom(WORLD_HOME, "us-west-2"), entry),
    }),
    home: fc.constantFrom(WORLD_HOME, "us-west-2", "toString"),
    present: clocks,
  });
  const vectors = fc.sample(given, 20_000);
  const answers = vectors.map(({ reading, home, present }) => {
    const verdict = passVerdict(reading as unknown as PassReading, home, present as Clocks);
    return verdict.open ? { open: true, remainsMs: verdict.remainsMs } : verdict;
  });
  const env = { ...process.env, PYTHONPATH: path.join(__dirname, "../../../client/python") };
  const input = JSON.stringify({ vectors, items: [], dates: [{ header: null }] });
  const script = path.join(__dirname, "pass_vectors.py");
  const python = execFileSync("python3", ["-B", "-S", script], { input, env, maxBuffer: 100_000_000 });
  expect(JSON.parse(python.toString()).vectors).toEqual(answers);
  // Otherwise nothing was compared.
  const reasons = new Set(answers.map((answer) => ("why" in answer ? answer.why : "open")));
  expect([...reasons].sort()).toEqual(
    ["clock-went-back", "froze", "implausible", "no-pass", "open", "over", "too-old"].sort(),
  );
});
