import fc from "fast-check";
import { roleOf } from "../../ownership/roles";
import { type Simulation, TICK_SECONDS } from "./simulation";
import { cuts, orders, play, REGIONS, type Story, stories, toOne } from "./story";

/** Time-out of hand-backs in the simulation. */
const HAND_BACK_SECONDS = 900;
/** Longest time until each home has one owner again once everything is well: the time-out of the own home, and a few runs. */
const SETTLED_SECONDS = HAND_BACK_SECONDS + 5 * 60;

/** Longest time for which two regions process a home's messages, whatever fails: until one that knows of nothing fences itself. */
const OVERLAP_SECONDS = 300;

function expectOneOwnerEach(simulation: Simulation, regions: readonly string[]): void {
  const roles = simulation.agreed();
  for (const home of regions) {
    const { owner } = roleOf(roles, home);
    expect({ home, owners: simulation.inPhase(home, "owner") }).toEqual({ home, owners: [owner] });
    expect(simulation.inPhase(home, "standing-by")).toHaveLength(regions.length - 1);
    // Drainers pause between two tasks.
    expect([[], [owner]]).toContainEqual(simulation.active(home));
  }
}

function check(story: fc.Arbitrary<Story>, numRuns: number, property: (story: Story) => void): void {
  fc.assert(fc.property(story, property), { numRuns });
}

describe("ownership by order", () => {
  const anything = fc.oneof(
    toOne(["die", "return"]),
    toOne(["stop", "start", "start"]),
    toOne(["newWorker"]),
    cuts(),
    orders(),
    orders(),
  );

  test("never has two regions process a home, and settles once everything is well", () => {
    check(stories(anything), 250, (story) => {
      const simulation = play(story);
      simulation.healAll();
      simulation.run(SETTLED_SECONDS);
      expect(simulation.violations).toEqual([]);
      expectOneOwnerEach(simulation, story.options.regions);
    });
  });

  test("settles as well when regions fence themselves that are cut off from everything", () => {
    const isolating = fc.oneof(anything, toOne(["cutOff", "rejoin"]));
    check(stories(isolating, { rules: { onIsolation: "fence" } }), 150, (story) => {
      const simulation = play(story);
      simulation.healAll();
      simulation.run(SETTLED_SECONDS);
      expect(simulation.violations).toEqual([]);
      expectOneOwnerEach(simulation, story.options.regions);
    });
  });
});

describe("automatic ownership", () => {
  const automatic = { records: "automatic", rules: { onIsolation: "fence", failback: "automatic" } } as const;

  // One kind of fault to a story: a region that comes back, or loses the record, while its peers do not answer may go on for longer
  // than they can wait for it.
  test.each([
    ["cut off from each other", cuts(), false],
    ["cut off from everything", toOne(["cutOff", "rejoin", "rejoin"]), false],
    ["lost", toOne(["die", "return"]), true],
  ])(
    "never has two regions process a home, whatever the signals say, %s, and hands back",
    (_, fault, lossless) => {
      const anything = fc.oneof(
        fault,
        fault,
        toOne(["newWorker"]),
        toOne(["unfit", "fit"]),
        toOne(["flood", "flood", "subside"]),
        orders(),
      );
      check(stories(anything, { ...automatic, lossless }), 80, (story) => {
        const simulation = play(story);
        simulation.healAll();
        simulation.run(HAND_BACK_SECONDS + SETTLED_SECONDS);
        expect(simulation.violations).toEqual([]);
        expectOneOwnerEach(simulation, story.options.regions);
        for (const home of story.options.regions) expect(roleOf(simulation.agreed(), home).owner).toBe(home);
      });
    },
  );

  test("does not move by one signal alone: health of one region, canary, controller, DNS or metrics of others", () => {
    const flooded = fc.constant(0);
    const others = fc.integer({ min: 1, max: 2 });
    const oneSignal = fc.oneof(
      toOne(["flood", "flood", "subside"], flooded),
      toOne(["stop", "start", "loseDns", "regainDns", "loseMetrics", "regainMetrics", "newWorker"], others),
      cuts(others),
    );
    check(stories(oneSignal, { ...automatic, regions: REGIONS, longestSeconds: 1_200 }), 60, (story) => {
      const simulation = play(story);
      for (const { roles } of simulation.regions.values()) {
        for (const home of story.options.regions) expect(roleOf(roles, home).epoch).toBe(0);
      }
    });
  });

  const anyFault = [
    toOne(["die", "return"]),
    toOne(["stop", "start"]),
    toOne(["newWorker"]),
    toOne(["cutOff", "rejoin"]),
    toOne(["unfit", "fit"]),
    toOne(["flood", "subside"]),
    toOne(["loseDns", "regainDns"]),
    toOne(["loseMetrics", "regainMetrics"]),
    cuts(),
    orders(),
  ];

  test.each(["automatic", "manual"] as const)(
    "ends with one owner for each home, whatever happens, and without two for long, takeover: %s",
    (records) => {
      const rules = { onIsolation: "fence", failback: records } as const;
      check(stories(fc.oneof(...anyFault), { records, rules, longestSeconds: 1_800 }), 100, (story) => {
        const simulation = play(story);
        simulation.healAll();
        simulation.run(2 * HAND_BACK_SECONDS + SETTLED_SECONDS);
        expectOneOwnerEach(simulation, story.options.regions);
        for (const home of story.options.regions) {
          const { owner } = roleOf(simulation.agreed(), home);
          expect({ home, named: simulation.route53.named(home) }).toEqual({ home, named: owner });
          if (records === "automatic") expect(owner).toBe(home);
        }
        expect(simulation.longestOverlap).toBeLessThanOrEqual(OVERLAP_SECONDS);
      });
    },
  );

  test("does not move by signals that flap", () => {
    const [home, peer] = REGIONS;
    fc.assert(
      // Each good time is noticed, each bad one shorter than the delay.
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 20, max: 30 }))),
        (times) => {
          const pauses = times.flat();
          const simulation = play({ options: { regions: [home, peer], seed: 1, ...automatic }, events: [] });
          // Both signals at once.
          pauses.forEach((ticks, index) => {
            simulation.region(home).fit = index % 2 === 1;
            simulation.route53.flooded[index % 2 === 1 ? "delete" : "add"](home);
            simulation.run(ticks * TICK_SECONDS);
          });
          expect(roleOf(simulation.region(peer).roles, home).epoch).toBe(0);
          expect(simulation.violations).toEqual([]);
        },
      ),
      { numRuns: 30 },
    );
  });
});
