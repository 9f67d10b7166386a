import { LEASE_SECONDS } from "../../core/limits";
import { roleOf } from "../../ownership/roles";
import { stateOf } from "../../ownership/states";
import { gateIsOpen } from "../../ownership/view";
import { owners, untilOwner } from "./follow";
import { type Options, Simulation } from "./simulation";

const [HOME, PEER, THIRD] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
const MINUTE = 60;

function simulation(options: Partial<Options> = {}, healthy = true): Simulation {
  const world = new Simulation({ regions: [HOME, PEER], seed: 1, ...options });
  if (healthy) world.run(2 * MINUTE);
  return world;
}

describe("a fresh deployment", () => {
  test("has every home own itself before any controller has run", () => {
    const world = simulation({ regions: [HOME, PEER, THIRD] }, false);
    for (const { name, roles, states } of world.regions.values()) {
      expect(gateIsOpen({ roles, states }, name)).toBe(true);
      expect(owners(world, name)).toEqual([name]);
    }
  });

  test.each(["fence", "continue"] as const)("stays so, on_isolation: %s", (onIsolation) => {
    const world = simulation({ rules: { onIsolation } }, false);
    world.run(60 * MINUTE);
    for (const home of [HOME, PEER]) expect(owners(world, home)).toEqual([home]);
  });
});

describe("an order to evacuate", () => {
  test("a live home: it releases, and the peer begins when its ledger entries are here", () => {
    const world = simulation({ ledgerLagSeconds: 60 });
    world.order({ home: HOME, owner: PEER });
    // In flight 65 s, a cached role 10 s, the ledger's lag 60 s, and a few passes.
    expect(untilOwner(world, PEER, HOME, 4 * MINUTE)).toBeGreaterThanOrEqual(65 + 10 + 60);
    expect(owners(world, HOME)).toEqual([PEER]);
    expect(world.violations).toEqual([]);
  });

  test("a home that does not answer waits for it, and says so", () => {
    const world = simulation();
    world.die(HOME);
    world.order({ home: HOME, owner: PEER });
    world.run(30 * MINUTE);
    expect(stateOf(world.region(PEER).states, HOME)).toMatchObject({
      phase: "taking-over",
      waitsFor: `${HOME} to release it`,
    });
    world.order({ home: HOME, owner: PEER, lost: [HOME] });
    untilOwner(world, PEER, HOME, LEASE_SECONDS + MINUTE);
    expect(world.violations).toEqual([]);
  });

  test("a lost home takes effect when its lease is over, and the home follows when it returns", () => {
    const world = simulation();
    world.die(HOME);
    world.run(5 * MINUTE);
    world.order({ home: HOME, owner: PEER, lost: [HOME] });
    untilOwner(world, PEER, HOME, LEASE_SECONDS + MINUTE);
    world.run(60 * MINUTE);
    world.revive(HOME);
    world.run(5 * MINUTE);
    expect(stateOf(world.region(HOME).states, HOME).phase).toBe("standing-by");
    expect(world.violations).toEqual([]);

    world.order({ home: HOME, owner: HOME });
    untilOwner(world, HOME, HOME, 8 * MINUTE);
    expect(owners(world, HOME)).toEqual([HOME]);
    expect(world.violations).toEqual([]);
  });

  test("of which the home knows only by its peers, because it was given while nobody reached the home", () => {
    const world = simulation();
    world.region(HOME).controllerRuns = false;
    world.order({ home: HOME, owner: PEER }, [PEER]);
    world.run(5 * MINUTE);
    // Its readers ask the peers, because its controller has not looked for so long.
    expect(world.active(HOME)).toEqual([]);
    expect(stateOf(world.region(PEER).states, HOME).waitsFor).toBe(`${HOME} to release it`);
    world.region(HOME).controllerRuns = true;
    untilOwner(world, PEER, HOME, 4 * MINUTE);
    expect(world.violations).toEqual([]);
  });

  test("with force waits for nobody", () => {
    const world = simulation();
    world.order({ home: HOME, owner: PEER, force: true });
    expect(untilOwner(world, PEER, HOME, MINUTE)).toBeLessThanOrEqual(10);
  });
});

describe("a hand-back", () => {
  function evacuated(options: Partial<Options> = {}): Simulation {
    const world = simulation(options);
    world.order({ home: HOME, owner: PEER });
    untilOwner(world, PEER, HOME, 4 * MINUTE);
    world.run(10 * MINUTE);
    return world;
  }

  test("is taken up at once when the owner died and is said to be lost", () => {
    const world = evacuated();
    world.die(PEER);
    world.run(5 * MINUTE);
    world.order({ home: HOME, owner: HOME, lost: [PEER] });
    untilOwner(world, HOME, HOME, LEASE_SECONDS + MINUTE);
    world.revive(PEER);
    world.run(10 * MINUTE);
    expect(owners(world, HOME)).toEqual([HOME]);
    expect(owners(world, PEER)).toEqual([PEER]);
    expect(world.violations).toEqual([]);
  });

  test("waits for a dead owner no longer than its time-out", () => {
    const world = evacuated();
    world.die(PEER);
    world.order({ home: HOME, owner: HOME });
    const seconds = untilOwner(world, HOME, HOME, 16 * MINUTE);
    expect(seconds).toBeGreaterThanOrEqual(15 * MINUTE);
  });

  test.each([
    ["the home", [HOME, PEER]],
    ["the owner", [PEER, HOME]],
  ])("is not in the way when both were lost and %s returns first", (_, [first, second]) => {
    const world = simulation();
    world.die(HOME);
    world.run(5 * MINUTE);
    world.order({ home: HOME, owner: PEER, lost: [HOME] });
    untilOwner(world, PEER, HOME, LEASE_SECONDS + MINUTE);
    world.die(PEER);
    world.run(10 * MINUTE);
    world.revive(first!);
    world.run(10 * MINUTE);
    world.revive(second!);
    world.run(10 * MINUTE);
    expect(owners(world, HOME)).toEqual([PEER]);
    expect(owners(world, PEER)).toEqual([PEER]);
    world.order({ home: HOME, owner: HOME });
    untilOwner(world, HOME, HOME, 8 * MINUTE);
    expect(owners(world, HOME)).toEqual([HOME]);
    expect(world.violations).toEqual([]);
  });

  test("that is called off and given again at once has the peer end what it has begun", () => {
    const world = simulation({ seed: 0 });
    world.order({ home: HOME, owner: PEER }, [HOME]);
    world.run(85);
    world.order({ home: HOME, owner: HOME }, [HOME]);
    world.run(5);
    world.order({ home: HOME, owner: PEER });
    world.run(10);
    world.order({ home: HOME, owner: HOME });
    world.run(20 * MINUTE);
    expect(owners(world, HOME)).toEqual([HOME]);
    expect(world.violations).toEqual([]);
  });

  test("that was given to two owners by operators who did not see each other ends with one", () => {
    const world = simulation({ regions: [HOME, PEER, THIRD] });
    world.cut(THIRD, HOME);
    world.cut(THIRD, PEER);
    world.order({ home: HOME, owner: PEER }, [HOME, PEER]);
    world.run(5);
    world.order({ home: HOME, owner: THIRD }, [THIRD]);
    untilOwner(world, PEER, HOME, 4 * MINUTE);
    world.healAll();
    world.run(10 * MINUTE);
    expect(owners(world, HOME)).toEqual([THIRD]);
    expect(world.violations).toEqual([]);
  });
});

describe("full isolation", () => {
  test("makes every home fence itself before the takeover delay has passed, and own itself again afterwards", () => {
    const world = simulation({ rules: { onIsolation: "fence", inFlightSeconds: 20 } });
    for (const region of world.regions.values()) region.cutOff = true;
    world.run(5 * MINUTE);
    for (const home of [HOME, PEER]) expect(world.active(home)).toEqual([]);
    world.run(60 * MINUTE);
    for (const home of [HOME, PEER]) expect(world.inPhase(home, "standing-by")).toEqual([HOME, PEER]);
    for (const region of world.regions.values()) region.cutOff = false;
    for (const home of [HOME, PEER]) untilOwner(world, home, home, 3 * MINUTE);
  });

  test("changes nothing with on_isolation: continue", () => {
    const world = simulation();
    for (const region of world.regions.values()) region.cutOff = true;
    world.run(60 * MINUTE);
    for (const home of [HOME, PEER]) expect(owners(world, home)).toEqual([home]);
  });
});

describe("by order only", () => {
  test.each([
    ["a peer is lost", (world: Simulation) => world.die(PEER)],
    ["two regions are cut off from each other", (world: Simulation) => world.cut(HOME, PEER)],
    [
      "the controller stands still",
      (world: Simulation) => Object.assign(world.region(HOME), { controllerRuns: false }),
    ],
    [
      "the ledger is unusable at home",
      (world: Simulation) => Object.assign(world.region(HOME), { fit: false }),
    ],
  ])("the home is undisturbed when %s", (_, happen) => {
    const world = simulation();
    happen(world);
    for (let minute = 0; minute < 60; minute += 1) {
      world.run(MINUTE);
      expect(world.active(HOME)).toEqual([HOME]);
    }
    expect(roleOf(world.region(HOME).roles, HOME).epoch).toBe(0);
  });
});
