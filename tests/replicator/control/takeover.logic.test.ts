import { HOME, PEER, REGIONS, THIRD } from "./group";
import { type Options, World } from "./world";

jest.setTimeout(60_000);

/** The longest from the loss of a region to an open gate in a peer: lease, margin, looks and turns, and a reader that has just asked. */
const TAKEN_SECONDS = 60;
/** Enough that everything is known of everyone. */
const WARM_UP_SECONDS = 300;

function expectNothingLost(world: World): void {
  expect(world.outcome.lost).toEqual([]);
  expect(world.violations).toEqual([]);
}

test("a lost region's home is processed by a peer within a minute, and given back within two looks after the order", async () => {
  const world = new World();
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    world.lose(HOME);
    expect(await world.opens(PEER)).toBeLessThanOrEqual(TAKEN_SECONDS);
    expect(await world.until(() => world.moving(PEER).length > 0)).toBeLessThanOrEqual(10);
    world.restore(HOME);
    await world.pass(180);
    // It came back with messages, and asked nobody before it stopped: they are marked for the owner.
    world.order(HOME, HOME);
    expect(await world.opens(HOME)).toBeLessThanOrEqual(60);
    await world.settle();
  });
  expectNothingLost(world);
  expect(world.outcome.twice).toEqual([]);
});

test("a live home is evacuated by order: its owner stops first, and nothing is done twice", async () => {
  const world = new World({ ledgerLagSeconds: 2 });
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    world.order(HOME, PEER);
    expect(await world.opens(PEER)).toBeLessThanOrEqual(60);
    await world.pass(120);
    world.order(HOME, HOME);
    expect(await world.opens(HOME)).toBeLessThanOrEqual(60);
    await world.settle();
  });
  expectNothingLost(world);
  expect(world.outcome.twice).toEqual([]);
});

describe("a home is owned by a living region, though", () => {
  test("it was evacuated to a region that is then lost (three regions)", async () => {
    const world = new World({ regions: REGIONS });
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.order(HOME, PEER);
      await world.opens(PEER);
      await world.pass(60);
      world.lose(PEER);
      // The home itself gets it back.
      expect(await world.until(() => world.open(HOME).length > 0)).toBeLessThanOrEqual(TAKEN_SECONDS);
      await world.pass(600);
      expect(world.open(HOME)).toHaveLength(1);
    });
    expect(world.violations).toEqual([]);
  });

  test("its owner, which took another's home before, is lost while that other is back", async () => {
    const world = new World({ regions: REGIONS });
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.lose(PEER);
      await world.opens(HOME, PEER);
      world.restore(PEER);
      await world.pass(180);
      world.lose(HOME);
      expect(await world.until(() => world.open(PEER).length > 0)).toBeLessThanOrEqual(TAKEN_SECONDS);
      expect(await world.until(() => world.open(HOME).length > 0)).toBeLessThanOrEqual(TAKEN_SECONDS);
    });
    expect(world.violations).toEqual([]);
  });
});

test.each([
  ["with a ledger", {}],
  ["without one", { queue: { rescue: "watermark" } }],
] as readonly [string, Options][])(
  "a region with a closed gate gets no other's home: one that is ordered there first gives back what it has, %s",
  async (_, options) => {
    const world = new World(options);
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.order(HOME, PEER);
      await world.opens(PEER);
      world.order(PEER, HOME);
      let closedSeconds = 0;
      for (let seconds = 0; seconds < 900; seconds++) {
        await world.pass(1);
        const owners = world.regions.flatMap((home) => world.open(home));
        closedSeconds = owners.every((owner) => world.isOpen(owner, owner)) ? 0 : closedSeconds + 1;
        // Both homes change hands at once, and either may be the first.
        expect(closedSeconds).toBeLessThanOrEqual(30);
      }
      for (const home of world.regions) expect(world.open(home)).toHaveLength(1);
      // What was marked for the peer at that moment waits for it there.
      world.order(PEER, PEER);
      await world.opens(PEER, PEER);
      await world.settle();
    });
    expectNothingLost(world);
  },
);

test("two orders for two homes within one look both hold", async () => {
  const world = new World({ regions: REGIONS });
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    world.order(HOME, THIRD);
    world.order(PEER, THIRD);
    await Promise.all([world.opens(THIRD, HOME, 90), world.opens(THIRD, PEER, 90)]);
  });
  expect(world.violations).toEqual([]);
});

test("what was marked for an owner that is lost is processed by the region that owns that owner's home next", async () => {
  const world = new World({ regions: REGIONS });
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    world.order(HOME, PEER);
    await world.opens(PEER);
    await world.pass(60);
    // Copies reach the third region, and not the owner before it is lost.
    world.heldBack.add(`${HOME}>${PEER}`);
    await world.pass(30);
    world.producesIn = undefined;
    await world.pass(5);
    const stranded = world.outcome.lost.length;
    expect(stranded).toBeGreaterThan(20);
    world.lose(PEER);
    const seconds = await world.until(() => world.outcome.lost.length === 0, 300);
    // Taken, and a minute until the standby queue is asked.
    expect(seconds).toBeLessThanOrEqual(TAKEN_SECONDS + 75);
  });
  expectNothingLost(world);
});

test.each<[string, Options["queue"]]>([
  ["with a ledger", {}],
  ["without one", { rescue: "watermark" }],
])(
  "what was marked for a region that is lost, and whose home goes to the messages' own, is processed by a third one, %s",
  async (_, queue) => {
    const world = new World({ regions: REGIONS, queue: queue!, traffic: 2, speed: 1 });
    await world.play(async () => {
      await world.warmUp(60);
      world.order(HOME, PEER);
      await world.opens(PEER);
      await world.pass(120);
      world.order(HOME, HOME);
      await world.opens(HOME);
      world.producesIn = undefined;
      await world.pass(30);
      expect(world.outcome.lost.length).toBeGreaterThan(50);
      world.lose(PEER);
      await world.opens(HOME, PEER, TAKEN_SECONDS);
      // The home's outbox first, and a minute until the standby queue is asked.
      await world.pass(180 + 75);
      const marked = world.site(THIRD).pipeline.work.length + world.outcome.lost.length;
      await world.until(() => world.outcome.lost.length === 0, marked + 60);
    });
    expectNothingLost(world);
    if (queue?.rescue === undefined) expect(world.outcome.twice).toEqual([]);
  },
);

test.each([HOME, PEER])(
  "a table that can be read, and takes no writes: the home of its region, %s, is processed by the other one",
  async (region) => {
    const world = new World({ queue: { rescue: "watermark" } });
    await world.play(async () => {
      await world.warmUp(60);
      world.fault = (call) =>
        call.service === "tables" && call.region === region && call.name === "write" ? "refused" : undefined;
      await world.until(() => world.open(region).length === 0, 60);
      // The delay, lease and margin.
      expect(await world.until(() => world.open(region).length > 0)).toBeLessThanOrEqual(60 + TAKEN_SECONDS);
      await world.pass(300);
      expect(world.open(region)).toHaveLength(1);
    });
    expect(world.violations).toEqual([]);
  },
);

test("a region that was removed from the group is waited for by nobody", async () => {
  const world = new World({ regions: [HOME, PEER] });
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    // Something of it stands in every table for ever.
    for (const site of [world.home, world.peer]) {
      const claim = site.table.leases.items.claims[PEER]!;
      const gone = { ...claim, id: "gone", epoch: { ...claim.epoch, region: THIRD } };
      site.table.leases.write({ kind: "claim", table: site.name, home: THIRD, claim: gone }, 0);
    }
    world.lose(HOME);
    expect(await world.opens(PEER)).toBeLessThanOrEqual(TAKEN_SECONDS);
    world.restore(HOME);
    await world.pass(120);
    world.order(HOME, HOME);
    expect(await world.opens(HOME)).toBeLessThanOrEqual(60);
  });
});

test("Parameter Store that fails everywhere changes nothing about who processes", async () => {
  const world = new World();
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    world.fault = ({ service }) => (service === "ssm" ? "hangs" : undefined);
    await world.pass(1_200);
    expect(world.open(HOME)).toEqual([HOME]);
    world.lose(HOME);
    expect(await world.opens(PEER)).toBeLessThanOrEqual(TAKEN_SECONDS);
  });
  expect(world.violations).toEqual([]);
});

test.each([
  ["behind", -90],
  ["ahead", 90],
])(
  "wall clocks of the taking region that are %s by 90 s: nobody begins early or late",
  async (_, seconds) => {
    const world = new World({ aheadSeconds: { [PEER]: seconds } });
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.lose(HOME);
      const took = await world.opens(PEER);
      expect(took).toBeGreaterThan(30);
      expect(took).toBeLessThanOrEqual(TAKEN_SECONDS);
      await world.until(() => world.moving(PEER).length > 0, 15);
    });
    expect(world.violations).toEqual([]);
  },
);

test.each<[number, Options]>([
  [-90, { queue: { rescue: "watermark" } }],
  [90, { queue: { rescue: "watermark" } }],
  [90, { queue: { work: "orders.fifo" } }],
])("nor the work in flight at home is counted by them: %d s, %j", async (seconds, options) => {
  const world = new World({ ...options, aheadSeconds: { [PEER]: seconds } });
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    world.lose(HOME);
    await world.opens(PEER);
    const took = await world.until(() => world.moving(PEER).length > 0, 60);
    expect(took).toBeGreaterThanOrEqual(20);
    expect(took).toBeLessThanOrEqual(30);
  });
  expect(world.violations).toEqual([]);
});

test("never two owners, when the home alone hears of the order to take it back", async () => {
  const world = new World();
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    world.order(HOME, PEER);
    await world.opens(PEER);
    world.cut(HOME, PEER);
    const number = Math.floor(world.now / 1_000);
    const order = { number, id: "heard-by-one", to: HOME };
    world.home.table.leases.write({ kind: "order", table: HOME, home: HOME, order }, 0);
    await world.pass(1_200);
    expect(world.open(HOME)).toHaveLength(1);
  });
  expect(world.violations).toEqual([]);
});

test.each<[string, Options]>([
  ["with a ledger", {}],
  ["without one", { queue: { rescue: "watermark" } }],
])(
  "DynamoDB of the home's region is down, and SQS is not: a peer processes, without an order, %s",
  async (_, options) => {
    const world = new World(options);
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.home.hasDatabase = false;
      expect(await world.opens(PEER)).toBeLessThanOrEqual(120);
      const inFlight = options.queue === undefined ? 0 : 20;
      expect(await world.until(() => world.moving(PEER).length > 0, 60)).toBeLessThanOrEqual(inFlight + 15);
      const before = world.processed.size;
      await world.pass(120);
      expect(world.processed.size).toBeGreaterThan(before + 100);
      world.home.hasDatabase = true;
      await world.pass(120);
      world.order(HOME, HOME);
      await world.opens(HOME);
      await world.settle();
    });
    expectNothingLost(world);
  },
);

test("functions that queues trigger stand still in the home: it gives itself up after the delay, and is read from afar", async () => {
  const world = new World();
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    world.home.hasPollers = false;
    // The delay counts from the last canary that was heard; then lease and margin.
    expect(await world.opens(PEER)).toBeLessThanOrEqual(60 + 15 + TAKEN_SECONDS);
    await world.until(() => world.moving(PEER).some(({ task }) => task.fromAfar === true), 90);
    await world.pass(30);
    expect(world.outcome.lost.length).toBeLessThan(10);
    expect(world.open(HOME)).toEqual([PEER]);
  });
  expect(world.violations).toEqual([]);
});

test("runs that begin up to a minute late, for an hour: no home moves, and no gate closes", async () => {
  const world = new World({ seed: 7, traffic: 0 });
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    for (let minute = 0; minute < 60; minute++) {
      await world.pass(60);
      expect([world.open(HOME), world.open(PEER)]).toEqual([[HOME], [PEER]]);
    }
  });
  expect(world.violations).toEqual([]);
  for (const region of [HOME, PEER])
    expect(world.site(region).table.leases.items.claims[HOME]!.epoch.number).toBe(1);
});

describe("drainers run", () => {
  test("only where there is something to drain", async () => {
    const world = new World();
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.producesIn = undefined;
      await world.pass(180);
      const before = world.invocations.length;
      await world.pass(600);
      expect(world.invocations).toHaveLength(before);
      world.put(HOME);
      await world.until(() => world.invocations.length > before, 75);
      await world.pass(180);
      const { length } = world.invocations;
      expect(length).toBeLessThanOrEqual(before + 4);
    });
  });

  test("all the time for a home that is owned here, since every second counts", async () => {
    const world = new World();
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.lose(HOME);
      await world.opens(PEER);
      await world.until(() => world.moving(PEER).length > 0);
      await world.pass(600);
      const until = world.moving(PEER).map(({ task }) => task.until);
      const begins = world.moving(PEER).map(({ at }) => at);
      for (let index = 1; index < begins.length; index++)
        expect(begins[index]! - until[index - 1]!).toBeLessThanOrEqual(6_000);
      expect(world.moving(PEER).every(({ task }) => task.stay)).toBe(true);
    });
  });
});
