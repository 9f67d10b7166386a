import fc from "fast-check";
import { roleOf } from "../../ownership/roles";
import { type Simulation, TICK_SECONDS } from "./simulation";
import { cuts, orders, play, REGIONS, type Story, stories, toOne } from "./story";

/** Time-out of hand-backs in the simulation. */
const HAND_BACK_SECONDS = 900;
/** Longest time until each home has one owner again once everything is well: the time-out of the own home, and a few runs. */
const SETTLED_SECONDS = HAND_BACK_SECONDS + 5 * 60;

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
  const automatic = { automatic: true, rules: { onIsolation: "fence", failback: "automatic" } } as const;

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
        toOne(["unhealthy", "unhealthy", "healthy"]),
        orders(),
      );
      check(stories(anything, { ...automatic, lossless }), 80, (story) => {
        const simulation = play(story);
        simulation.healAll();
        for (const region of story.options.regions) simulation.health.set(region, "healthy");
        simulation.run(HAND_BACK_SECONDS + SETTLED_SECONDS);
        expect(simulation.violations).toEqual([]);
        expectOneOwnerEach(simulation, story.options.regions);
        for (const home of story.options.regions) expect(roleOf(simulation.agreed(), home).owner).toBe(home);
      });
    },
  );

  test("does not move by one signal alone: health of some regions, canary of others", () => {
    const flooded = fc.constant(0);
    const others = fc.integer({ min: 1, max: 2 });
    const oneSignal = fc.oneof(
      toOne(["unhealthy", "unhealthy", "healthy"], flooded),
      toOne(["die", "return", "stop", "start", "unfit", "fit", "cutOff", "rejoin", "newWorker"], others),
      cuts(others),
    );
    check(stories(oneSignal, { ...automatic, regions: REGIONS, longestSeconds: 1_200 }), 60, (story) => {
      const simulation = play(story);
      for (const { roles } of simulation.regions.values()) {
        for (const home of story.options.regions) expect(roleOf(roles, home).epoch).toBe(0);
      }
    });
  });

  test("does not move by signals that flap", () => {
    const [home, peer] = REGIONS;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 11 }), { minLength: 10 }), (pauses) => {
        const simulation = play({ options: { regions: [home, peer], seed: 1, ...automatic }, events: [] });
        // Ten changes in five minutes, of both signals at once.
        pauses.forEach((ticks, index) => {
          simulation.region(home).fit = index % 2 === 1;
          simulation.health.set(home, index % 2 === 1 ? "healthy" : "unhealthy");
          simulation.run(ticks * TICK_SECONDS);
        });
        expect(roleOf(simulation.region(peer).roles, home).epoch).toBe(0);
        expect(simulation.violations).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
