import { DRAIN_TASK_SECONDS, HEARTBEAT_FRESH_SECONDS } from "../../core/limits";
import { roleOf } from "../../ownership/roles";
import { stateOf } from "../../ownership/states";
import { recordLagSeconds, takeoverSeconds } from "../../ownership/times";
import { owners, untilOwner } from "./follow";
import { TTL_SECONDS } from "./route53";
import { type Options, Simulation, TICK_SECONDS } from "./simulation";

const [HOME, PEER, THIRD] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const TWO = [HOME, PEER];
const THREE = [HOME, PEER, THIRD];
const MINUTE = 60;
const TAKEOVER_DELAY = 300;
const IN_FLIGHT = 65;
const LAG = recordLagSeconds(TTL_SECONDS);
const TAKEOVER = takeoverSeconds(
  { takeoverDelaySeconds: TAKEOVER_DELAY, inFlightSeconds: IN_FLIGHT },
  TTL_SECONDS,
);
/** What was moved is processed, the owner releases the home, which follows its record. */
const HAND_BACK = DRAIN_TASK_SECONDS + 120 + 4 * MINUTE + LAG;

function simulation(options: Partial<Options> = {}): Simulation {
  const world = new Simulation({
    regions: TWO,
    seed: 1,
    records: "automatic",
    metricLagSeconds: 120,
    spreadSeconds: [0, 30, 15],
    ...options,
    rules: {
      onIsolation: "fence",
      takeoverDelaySeconds: TAKEOVER_DELAY,
      inFlightSeconds: IN_FLIGHT,
      ...options.rules,
    },
  });
  world.run(3 * MINUTE);
  return world;
}

/** Runs until a region processes a home's messages. @returns the seconds that took */
function untilActive(world: Simulation, region: string, home: string, withinSeconds: number): number {
  const begun = world.now;
  while (!world.active(home).includes(region)) {
    if (world.now - begun > withinSeconds * 1_000) {
      const states = [...world.regions.values()].map(({ states }) => JSON.stringify(states));
      throw new Error(
        `${region} does not process ${home}, which is ${world.route53.named(home)}'s:\n${states.join("\n")}`,
      );
    }
    world.run(TICK_SECONDS);
  }
  return (world.now - begun) / 1_000;
}

function expectQuiet(world: Simulation, seconds: number, regions: readonly string[] = TWO): void {
  for (let passed = 0; passed < seconds; passed += MINUTE) {
    world.run(MINUTE);
    for (const home of regions)
      expect({ home, active: world.active(home) }).toEqual({ home, active: [home] });
  }
  for (const { roles } of world.regions.values()) {
    for (const home of regions) expect(roleOf(roles, home).epoch).toBe(0);
  }
}

/** The home is lost, and the peer has taken it over. */
function lost(options: Partial<Options> = {}): Simulation {
  const world = simulation(options);
  world.die(HOME);
  untilActive(world, PEER, HOME, TAKEOVER);
  return world;
}

describe("a fresh deployment", () => {
  test.each([TWO, THREE])("stays as it is", (...regions) => {
    expectQuiet(simulation({ regions }), 60 * MINUTE, regions);
  });

  test("stays as it is without any answer from DNS, as long as regions hear each other", () => {
    const world = simulation();
    for (const region of TWO) world.route53.unresolving.add(region);
    expectQuiet(world, 60 * MINUTE);
  });
});

describe("one signal alone moves nothing", () => {
  test.each<[string, (world: Simulation) => void]>([
    ["a flooded health endpoint", ({ route53 }) => void route53.flooded.add(HOME)],
    ["a cut between two regions", (world) => world.cut(HOME, PEER)],
    [
      "a controller that stands still",
      (world) => Object.assign(world.region(HOME), { controllerRuns: false }),
    ],
    ["a home that cannot resolve its records", ({ route53 }) => void route53.unresolving.add(HOME)],
    ["a home that cannot publish its metrics", ({ route53 }) => void route53.unmeasured.add(HOME)],
  ])("%s", (_, happen) => {
    for (const regions of [TWO, THREE]) {
      const world = simulation({ regions });
      happen(world);
      expectQuiet(world, 60 * MINUTE, regions);
    }
  });
});

describe("a home that is lost", () => {
  test.each([TWO, THREE])(
    "is taken over when both signals have lasted for the takeover delay",
    (...regions) => {
      const world = simulation({ regions });
      world.die(HOME);
      const seconds = untilActive(world, PEER, HOME, TAKEOVER);
      expect(seconds).toBeGreaterThan(HEARTBEAT_FRESH_SECONDS + TAKEOVER_DELAY);
      expect(world.route53.named(HOME)).toBe(PEER);
      expect(world.violations).toEqual([]);
    },
  );

  test("is taken over by the next in the order when the first is lost too", () => {
    const world = lost({ regions: THREE });
    world.die(PEER);
    untilActive(world, THIRD, HOME, TAKEOVER);
    untilActive(world, THIRD, PEER, TAKEOVER);
    expect(world.violations).toEqual([]);
  });

  test("is taken over by the second in the order when the first is lost with it", () => {
    const world = simulation({ regions: THREE });
    world.die(HOME);
    world.die(PEER);
    untilActive(world, THIRD, HOME, TAKEOVER);
    expect(world.violations).toEqual([]);
  });

  test("is not moved from before the record names the peer", () => {
    const world = simulation();
    world.route53.unmeasured.add(PEER);
    world.die(HOME);
    world.run(60 * MINUTE);
    expect(stateOf(world.region(PEER).states, HOME)).toMatchObject({ phase: "taking-over" });
    expect(world.active(HOME)).toEqual([]);
    world.route53.unmeasured.clear();
    untilActive(world, PEER, HOME, LAG + 5 * MINUTE);
    expect(world.violations).toEqual([]);
  });

  test.each(["manual", "automatic"] as const)("returns fenced; failback: %s", (failback) => {
    const world = lost({ rules: { failback, failbackAfterSeconds: 900 } });
    world.run(20 * MINUTE);
    world.revive(HOME);
    world.run(10 * MINUTE);
    expect(world.active(HOME)).toEqual([PEER]);
    if (failback === "manual") {
      world.run(30 * MINUTE);
      expect(owners(world, HOME)).toEqual([PEER]);
      world.order({ home: HOME, owner: HOME });
    }
    untilActive(world, HOME, HOME, 15 * MINUTE + HAND_BACK);
    world.run(10 * MINUTE);
    expect(world.active(HOME)).toEqual([HOME]);
    expect(owners(world, HOME)).toEqual([HOME]);
    expect(world.violations).toEqual([]);
  });

  test("and returns where it hears nobody follows its record, and takes the order from the heartbeat later", () => {
    const world = lost();
    world.cut(HOME, PEER);
    world.revive(HOME);
    world.run(10 * MINUTE);
    expect(world.active(HOME)).toEqual([PEER]);
    expect(roleOf(world.region(HOME).roles, HOME)).toMatchObject({ owner: HOME, epoch: 0 });
    expect(stateOf(world.region(HOME).states, HOME)).toMatchObject({ phase: "standing-by", takenBy: PEER });
    world.heal(HOME, PEER);
    world.run(5 * MINUTE);
    expect(roleOf(world.region(HOME).roles, HOME)).toMatchObject({ owner: PEER, epoch: 1 });
    expect(world.violations).toEqual([]);
  });
});

describe("a home that is flooded and cut off from its peer, but not from DNS,", () => {
  function taken(): Simulation {
    const world = simulation();
    world.route53.flooded.add(HOME);
    world.cut(HOME, PEER);
    untilActive(world, PEER, HOME, TAKEOVER);
    return world;
  }

  test("stops by the record before the peer begins", () => {
    const world = taken();
    world.run(30 * MINUTE);
    expect(world.active(HOME)).toEqual([PEER]);
    expect(world.violations).toEqual([]);
  });

  test("does not take itself back from a peer that is healthy", () => {
    const world = taken();
    world.route53.flooded.clear();
    world.run(60 * MINUTE);
    expect(world.active(HOME)).toEqual([PEER]);
  });

  test("takes itself back when the peer is dead by both signals, and keeps that when it returns", () => {
    const world = taken();
    world.route53.flooded.clear();
    world.run(5 * MINUTE);
    world.die(PEER);
    untilActive(world, HOME, HOME, TAKEOVER);
    expect(stateOf(world.region(HOME).states, HOME).claims).toBe(true);
    world.run(20 * MINUTE);
    world.healAll();
    world.cut(HOME, PEER);
    world.run(20 * MINUTE);
    expect(world.active(HOME)).toEqual([HOME]);
    world.healAll();
    world.run(20 * MINUTE);
    expect(world.active(HOME)).toEqual([HOME]);
    expect(stateOf(world.region(HOME).states, HOME).claims).toBeUndefined();
    expect(world.route53.named(HOME)).toBe(HOME);
    expect(world.violations).toEqual([]);
  });
});

describe("an owner that dies", () => {
  test("while the home is back: the home takes itself back", () => {
    const world = lost();
    world.revive(HOME);
    world.run(10 * MINUTE);
    world.die(PEER);
    untilActive(world, HOME, HOME, TAKEOVER);
    world.revive(PEER);
    world.run(20 * MINUTE);
    expect(world.active(HOME)).toEqual([HOME]);
    expect(world.route53.named(HOME)).toBe(HOME);
    expect(world.violations).toEqual([]);
  });

  test("while it hands the home back does not keep it", () => {
    const world = lost();
    world.revive(HOME);
    world.run(10 * MINUTE);
    world.order({ home: HOME, owner: HOME });
    world.run(30);
    world.die(PEER);
    untilActive(world, HOME, HOME, TAKEOVER);
    expect(world.violations).toEqual([]);
  });

  test("and comes back after another has taken over is not heard of by anybody: one of them processes, and at last the other", () => {
    const world = lost({ regions: THREE });
    world.die(PEER);
    untilActive(world, THIRD, HOME, TAKEOVER);
    world.cut(PEER, THIRD);
    world.revive(PEER);
    world.run(30 * MINUTE);
    // Its health and what it said before its death make the record name it again, until it hears of the order.
    expect(world.active(HOME)).toEqual([world.route53.named(HOME)]);
    world.healAll();
    world.run(20 * MINUTE);
    expect(world.agreed().homes[HOME]?.owner).toBe(THIRD);
    expect(world.violations).toEqual([]);
  });

  test("leaves a home that was handed on to be handed back all the same", () => {
    const world = lost({ regions: THREE });
    world.die(PEER);
    untilActive(world, THIRD, HOME, TAKEOVER);
    world.revive(HOME);
    world.run(10 * MINUTE);
    world.order({ home: HOME, owner: HOME });
    untilActive(world, HOME, HOME, HAND_BACK + LAG);
    expect(stateOf(world.region(HOME).states, HOME).claims).toBe(true);
    expect(world.violations).toEqual([]);
  });
});

describe("both regions lost", () => {
  test.each([
    ["the home", HOME, PEER],
    ["the owner", PEER, HOME],
  ])("after a takeover: %s returns first, and processes", (_, first, second) => {
    const world = lost();
    world.die(PEER);
    world.run(20 * MINUTE);
    world.revive(first);
    untilActive(world, first, HOME, TAKEOVER);
    world.revive(second);
    world.run(30 * MINUTE);
    expect(world.active(HOME)).toEqual([first]);
    expect(owners(world, HOME)).toEqual([first]);
    world.order({ home: HOME, owner: HOME });
    untilActive(world, HOME, HOME, HAND_BACK);
    expect(world.violations).toEqual([]);
  });

  test.each([TWO, THREE])("at once, and back one after the other", (...regions) => {
    const world = simulation({ regions });
    for (const region of regions) world.die(region);
    world.run(20 * MINUTE);
    for (const region of [...regions].reverse()) {
      world.revive(region);
      world.run(MINUTE);
    }
    world.run(20 * MINUTE);
    for (const home of regions) expect(world.active(home)).toEqual([home]);
    expect(world.violations).toEqual([]);
  });
});

describe("full isolation", () => {
  test("makes a home fence itself before the takeover delay has passed, and a peer takes it over", () => {
    const world = simulation({ rules: { inFlightSeconds: 20 } });
    world.region(HOME).cutOff = true;
    world.run(TAKEOVER_DELAY);
    expect(world.active(HOME)).toEqual([]);
    untilActive(world, PEER, HOME, TAKEOVER - TAKEOVER_DELAY);
    world.region(HOME).cutOff = false;
    world.run(20 * MINUTE);
    expect(world.active(HOME)).toEqual([PEER]);
    expect(world.violations).toEqual([]);
  });

  test("of all regions ends as it began", () => {
    const world = simulation({ rules: { inFlightSeconds: 20 } });
    for (const region of world.regions.values()) region.cutOff = true;
    world.run(60 * MINUTE);
    for (const home of TWO) expect(world.active(home)).toEqual([]);
    for (const region of world.regions.values()) region.cutOff = false;
    world.run(5 * MINUTE);
    for (const home of TWO) expect(world.active(home)).toEqual([home]);
  });
});

describe("an order", () => {
  test.each(["manual", "automatic"] as const)(
    "to evacuate a live home waits for no record, takeover: %s",
    (records) => {
      const world = simulation({ records });
      for (const region of TWO) world.route53.unmeasured.add(region);
      world.order({ home: HOME, owner: PEER });
      untilActive(world, PEER, HOME, 4 * MINUTE);
      expect(world.violations).toEqual([]);
    },
  );

  test.each([
    ["manual", 4 * MINUTE],
    ["automatic", LAG + 4 * MINUTE],
  ] as const)("that calls the home lost is followed, takeover: %s", (records, within) => {
    const world = simulation({ records });
    world.die(HOME);
    world.run(2 * MINUTE);
    world.order({ home: HOME, owner: PEER, lost: [HOME] });
    untilActive(world, PEER, HOME, within);
    world.run(LAG);
    expect(world.route53.named(HOME)).toBe(PEER);
    world.cut(HOME, PEER);
    world.revive(HOME);
    world.run(5 * MINUTE);
    expect(world.active(HOME)).toEqual([PEER]);
    expect(world.violations).toEqual([]);
  });

  test("to hand back is claimed when the owner is said to be lost, by order only", () => {
    const world = simulation({ records: "manual" });
    world.order({ home: HOME, owner: PEER });
    untilActive(world, PEER, HOME, 4 * MINUTE);
    world.run(10 * MINUTE);
    world.die(PEER);
    world.run(2 * MINUTE);
    world.order({ home: HOME, owner: HOME, lost: [PEER] });
    untilActive(world, HOME, HOME, LAG + 4 * MINUTE);
    world.revive(PEER);
    world.run(10 * MINUTE);
    expect(world.active(HOME)).toEqual([HOME]);
    expect(world.violations).toEqual([]);
  });

  test("to hand back opens the home when the owner's metrics are lost", () => {
    const world = simulation();
    world.order({ home: HOME, owner: PEER });
    untilActive(world, PEER, HOME, 4 * MINUTE);
    world.run(10 * MINUTE);
    world.route53.unmeasured.add(PEER);
    world.order({ home: HOME, owner: HOME });
    untilActive(world, HOME, HOME, HAND_BACK + LAG);
    world.run(30 * MINUTE);
    expect(world.active(HOME)).toEqual([HOME]);
    world.route53.unmeasured.clear();
    world.run(30 * MINUTE);
    expect(world.active(HOME)).toEqual([HOME]);
    expect(stateOf(world.region(HOME).states, HOME).claims).toBeUndefined();
  });

  test("with force opens the home although the record does not follow", () => {
    const world = lost();
    world.route53.unmeasured.add(HOME);
    world.revive(HOME);
    world.run(5 * MINUTE);
    world.die(PEER);
    world.order({ home: HOME, owner: HOME, force: true });
    untilActive(world, HOME, HOME, 2 * MINUTE);
    expect(world.route53.named(HOME)).toBe(PEER);
  });

  test("that is taken back before its record has followed closes the home for no longer than that takes", () => {
    const world = simulation();
    world.order({ home: HOME, owner: PEER });
    untilOwner(world, PEER, HOME, 4 * MINUTE);
    world.order({ home: HOME, owner: HOME });
    world.run(HAND_BACK + 2 * LAG);
    expect(world.active(HOME)).toEqual([HOME]);
    expect(world.violations).toEqual([]);
  });
});

test("Route 53 that answers nobody in the owner's region stops nothing there", () => {
  const world = lost({ regions: THREE });
  world.route53.unresolving.add(PEER);
  for (let minute = 0; minute < 60; minute += 1) {
    world.run(MINUTE);
    expect(world.active(HOME)).toEqual([PEER]);
  }
  expect(world.violations).toEqual([]);
});

test("a flooded endpoint of an owner stops it no longer than the flood, in a group of three", () => {
  const world = lost({ regions: THREE });
  world.cut(PEER, THIRD);
  world.route53.flooded.add(PEER);
  world.run(3 * MINUTE);
  world.route53.flooded.clear();
  untilActive(world, PEER, HOME, 3 * MINUTE);
  expect(world.violations).toEqual([]);
});
