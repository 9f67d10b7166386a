import { HOME, PEER, REGIONS, THIRD } from "./group";
import type { Item } from "./pipeline";
import { type Options, SECOND, World } from "./world";

jest.setTimeout(60_000);

const WATERMARK: Options = { queue: { rescue: "watermark" } };
/**
 * How far the home's watermark may be behind: the default margin; the ages of the ingress queue that count are those of two minutes
 * before those of the work queue, which come up to two minutes after they were measured; and they are asked for once a minute.
 */
const UNCERTAIN_MS = (120 + 121 + 130 + 75) * SECOND;
const WARM_UP_SECONDS = 600;

/** Evacuates a live home under traffic, and hands it back. @returns when it was evacuated, and how long the hand-back took */
async function thereAndBack(world: World, between: () => Promise<void> = async () => {}) {
  let ordered = 0;
  let seconds = 0;
  await world.play(async () => {
    await world.warmUp(WARM_UP_SECONDS);
    ordered = world.now;
    world.order(HOME, PEER);
    await world.opens(PEER);
    await world.pass(180);
    await between();
    world.order(HOME, HOME);
    seconds = await world.opens(HOME);
    await world.settle();
  });
  return { ordered, seconds };
}

function expectNothingLost(world: World): void {
  expect(world.outcome.lost).toEqual([]);
  expect(world.violations).toEqual([]);
}

/** Of what was processed twice, what was not taken in within the time before a moment of which nobody knows whether it was. */
function outsideMargin(world: World, moment: number): readonly Item[] {
  return world.outcome.twice.filter(
    ({ sent }) => sent < moment - UNCERTAIN_MS || sent > moment + 20 * SECOND,
  );
}

describe("a live home is evacuated under traffic and handed back, by watermark", () => {
  test.each<[string, Options]>([
    ["as usual", {}],
    ["by slow consumers", { traffic: 2, speed: 3 }],
    ["in a group of three regions", { regions: REGIONS }],
    [
      "though counts are a minute old and empty queues have no age",
      { countsLateSeconds: 60, emptyHasNoAge: true },
    ],
    [
      "a queue with the name of what every object has",
      { queue: { rescue: "watermark", queue: "constructor" } },
    ],
    ["though clocks of the owner are ahead", { aheadSeconds: { [PEER]: 20 } }],
  ])("%s: twice only what was taken in just before the evacuation", async (_, options) => {
    const world = new World({ ...WATERMARK, ...options });
    const { ordered, seconds } = await thereAndBack(world);
    expectNothingLost(world);
    expect(outsideMargin(world, ordered)).toEqual([]);
    const [reclaim] = world.tasks(HOME, "reclaim");
    // What was taken off the home's work queue is exactly what the owner has rescued.
    const span = world.noted(PEER)!.spans![0]!;
    const { queue = "orders" } = options.queue ?? {};
    expect(reclaim!.rescued).toEqual({ from: span.queues[queue], until: span.until });
    // The last drain task, the ages of a whole minute after it, and the change itself. Slow consumers have to come to an end first.
    expect(seconds).toBeLessThanOrEqual(60 + 3 * 60 + 75 + (options.speed === undefined ? 0 : 300));
  });

  test("the rescue stands in the notes before anything is moved, and every copy is told apart by one moment", async () => {
    const world = new World(WATERMARK);
    let before: number | undefined;
    await thereAndBack(world, async () => {
      before = world.noted(PEER)!.rescue!.queues.orders;
    });
    const moving = world.moving(PEER);
    expect(new Set(moving.map(({ task }) => task.processedBefore))).toEqual(new Set([before]));
  });

  test("nothing is moved before the work in flight of the owner before has ended", async () => {
    const world = new World({ ...WATERMARK, settings: { inFlightSeconds: 60 } });
    let opened = 0;
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.lose(HOME);
      await world.opens(PEER);
      opened = world.now;
      await world.until(() => world.moving(PEER).length > 0);
    });
    expect(world.now - opened).toBeGreaterThan(50 * SECOND);
    expect(world.now - opened).toBeLessThanOrEqual(66 * SECOND);
  });

  test("the home gets nothing back before the owner has processed what it has moved, or the time is over", async () => {
    const slow = new World({ ...WATERMARK, traffic: 4, speed: 3, settings: { handBackTimeoutSeconds: 300 } });
    const { seconds } = await thereAndBack(slow);
    expect(seconds).toBeGreaterThan(290);
    expect(seconds).toBeLessThanOrEqual(300 + 75);
    // What was not processed is the home's again: nothing of it was taken off.
    expect(slow.tasks(HOME, "reclaim")).toEqual([]);
    await slow.time.run(slow.until(() => slow.outcome.lost.length === 0, 3_600));
    expectNothingLost(slow);
  });

  test("a home that cannot take off what was rescued opens when the time is over, however many runs of its controller that takes", async () => {
    const world = new World(WATERMARK);
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.order(HOME, PEER);
      await world.opens(PEER);
      await world.pass(180);
      world.fault = ({ caller, service }) =>
        caller === HOME && service === "lambda" ? "refused" : undefined;
      world.order(HOME, HOME);
      await world.until(() => world.home.table.leases.items.claims[HOME]!.epoch.region === HOME, 600);
      const seconds = await world.opens(HOME);
      expect(seconds).toBeGreaterThan(890);
      expect(seconds).toBeLessThanOrEqual(900 + 30);
    });
    expect(world.violations).toEqual([]);
  });

  test("an owner whose work queue is idle, and has no age, is waited for no longer than its counts need", async () => {
    const world = new World({ ...WATERMARK, emptyHasNoAge: true });
    const { seconds } = await thereAndBack(world, async () => {
      world.producesIn = undefined;
      await world.pass(30);
    });
    expectNothingLost(world);
    expect(seconds).toBeLessThanOrEqual(60 + 3 * 60 + 75);
  });

  test.each([60, 600])(
    "is known to be processed that takes in a message every %i s and has no ages",
    async (seconds) => {
      const world = new World({ ...WATERMARK, emptyHasNoAge: true, traffic: 1 / seconds });
      const behind: number[] = [];
      await world.play(async () => {
        await world.warmUp(WARM_UP_SECONDS);
        // Some runs of each controller.
        for (let minute = 0; minute < 45; minute += 1) {
          await world.pass(60);
          behind.push(world.now - world.noted(PEER)!.queues.orders!);
        }
        world.lose(HOME);
        await world.opens(PEER);
        await world.settle();
      });
      // A run that has just begun has read nothing yet, and the one before goes on for another forty seconds.
      expect(Math.max(...behind)).toBeLessThanOrEqual(UNCERTAIN_MS + 180 * SECOND);
      expect(world.violations).toEqual([]);
      expect(world.peer.pipeline.standbys[HOME]).toEqual([]);
      expect(world.items.length).toBeGreaterThan(50 * (60 / seconds));
      expect(world.outcome.twice.length).toBeLessThanOrEqual(
        Math.ceil(Math.max(...behind) / SECOND / seconds) + 1,
      );
      expect(world.outcome.lost.filter(({ home }) => home !== HOME)).toEqual([]);
    },
  );

  test("an order that is withdrawn before the home has gone leaves it with its owner, which goes on", async () => {
    const world = new World(WATERMARK);
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.order(HOME, PEER);
      await world.opens(PEER);
      await world.pass(120);
      world.order(HOME, HOME);
      await world.pass(30);
      expect(world.noted(PEER)!.rescue!.leaving).toBeDefined();
      world.order(HOME, PEER);
      await world.pass(60);
      expect(world.noted(PEER)!.rescue).not.toHaveProperty("leaving");
      expect(world.noted(PEER)!.rescue).not.toHaveProperty("handedBack");
      expect(world.open(HOME)).toEqual([PEER]);
      const { length } = world.moving(PEER);
      await world.until(() => world.moving(PEER).length > length, 60);
      await world.settle();
      world.order(HOME, HOME);
      await world.opens(HOME);
      await world.settle();
    });
    expectNothingLost(world);
  });

  test("a copy that arrives long after the hand-back is processed by the region that has rescued it", async () => {
    const world = new World(WATERMARK);
    let strandedSince = 0;
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      strandedSince = world.now;
      world.heldBack.add(`${HOME}>${PEER}`);
      await world.pass(60);
      world.order(HOME, PEER);
      await world.opens(PEER);
      await world.pass(120);
      world.order(HOME, HOME);
      await world.opens(HOME);
      await world.pass(300);
      world.heldBack.clear();
      await world.settle();
    });
    expectNothingLost(world);
    const late = world.items.filter(({ sent }) => sent > strandedSince && sent < strandedSince + 50 * SECOND);
    expect(late.flatMap(({ id }) => world.processed.get(id)!).some(({ region }) => region === PEER)).toBe(
      true,
    );
  });
});

describe("a lost home, by watermark,", () => {
  test("is processed by the peer while it is lost, and gets itself back with what was rescued taken off", async () => {
    const world = new World({ ...WATERMARK, speed: 3 });
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      // Messages on all of its queues.
      for (let count = 0; count < 120; count++) world.put(HOME);
      await world.pass(5);
      world.lose(HOME);
      await world.opens(PEER);
      // What has left the home is processed while it is lost; the rest is on its outbox and ingress queues.
      const reached = world.items.filter(({ sent }) => sent <= world.now - 45 * SECOND).length;
      await world.until(() => world.outcome.lost.length <= world.items.length - reached + 5, 300);
      world.restore(HOME);
      await world.pass(120);
      world.order(HOME, HOME);
      await world.opens(HOME);
      expect(world.tasks(HOME, "reclaim").length).toBeGreaterThan(0);
      await world.settle();
    });
    expectNothingLost(world);
  });

  test("that takes itself back from an owner which is lost processes everything itself, and waits for nobody", async () => {
    const world = new World({ ...WATERMARK, speed: 2 });
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.lose(HOME);
      await world.opens(PEER);
      await world.pass(60);
      world.restore(HOME);
      await world.pass(90);
      world.lose(PEER);
      expect(await world.opens(HOME)).toBeLessThanOrEqual(75);
      expect(world.tasks(HOME, "reclaim")).toEqual([]);
      world.restore(PEER);
      await world.pass(120);
      // The rescue ended with the lease: what was not handed back is the home's.
      expect(world.noted(PEER)!.rescue).toBeUndefined();
      expect(world.noted(PEER)!.spans ?? []).toEqual([]);
      // What was marked for the lost region, and had reached it, waits there for its gate.
      world.order(PEER, PEER);
      world.producesIn = undefined;
      await world.until(() => world.outcome.lost.length === 0, 3_600);
    });
    expectNothingLost(world);
  });

  test("whose owner lapses and takes it again goes on by the same moment", async () => {
    const world = new World(WATERMARK);
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.lose(HOME);
      await world.opens(PEER);
      await world.until(() => world.moving(PEER).length > 0);
      const { rescue } = world.noted(PEER)!;
      world.lose(PEER);
      await world.pass(300);
      world.restore(PEER);
      await world.opens(PEER);
      await world.pass(60);
      expect(world.noted(PEER)!.rescue).toEqual({ ...rescue, epoch: world.noted(PEER)!.rescue!.epoch });
      world.restore(HOME);
      await world.pass(120);
      world.order(HOME, HOME);
      await world.opens(HOME);
      expect(world.tasks(HOME, "reclaim")[0]!.rescued!.from).toBe(rescue!.queues.orders);
      await world.settle();
    });
    expectNothingLost(world);
  });

  test("is given on to a third region, and comes back from there", async () => {
    const world = new World({ ...WATERMARK, regions: REGIONS });
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      world.order(HOME, PEER);
      await world.opens(PEER);
      await world.pass(120);
      world.order(HOME, THIRD);
      expect(await world.opens(THIRD)).toBeLessThanOrEqual(75);
      await world.pass(120);
      world.order(HOME, HOME);
      await world.opens(HOME);
      await world.settle();
    });
    expectNothingLost(world);
    expect(world.noted(PEER)!.rescue).toBeUndefined();
  });
});

test("two runs at once, which split the canary's messages between them, keep one set of notes and know that the region is fit", async () => {
  const world = new World({ ...WATERMARK, isScheduled: false });
  await world.play(async () => {
    for (const region of world.regions) world.start(region);
    for (const region of world.regions) await world.opens(region, region);
    await world.pass(400);
    world.order(HOME, PEER);
    await world.opens(PEER);
    // A run has no successor before.
    await world.pass(220);
    const { rescue } = world.noted(PEER)!;
    for (const region of world.regions) world.start(region);
    await world.pass(10);
    const versions: number[] = [];
    for (let seconds = 10; seconds < 40; seconds++) {
      await world.pass(1);
      versions.push(world.notes(PEER)!.version);
      for (const { runs } of [world.home, world.peer]) {
        expect(runs.map(({ controller }) => controller.report().fit)).toEqual([true, true]);
      }
      expect(world.noted(PEER)!.rescue).toEqual(rescue);
    }
    expect(versions).toEqual([...versions].sort((one, other) => one - other));
    await world.until(() => world.peer.runs.length === 1, 60);
    world.order(HOME, HOME);
    await world.opens(HOME);
    expect(world.tasks(HOME, "reclaim")[0]!.rescued).toEqual({
      from: rescue!.queues.orders,
      until: rescue!.until,
    });
    await world.settle();
  });
  expectNothingLost(world);
});

describe("by hand", () => {
  test("from a moment on: twice only what was done from then on", async () => {
    const world = new World({ queue: { rescue: "manual" } });
    let since = 0;
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      since = Math.floor(world.now - 30 * SECOND);
      world.order(HOME, PEER, { since });
      await world.opens(PEER);
      await world.pass(180);
      world.order(HOME, HOME);
      await world.opens(HOME);
      await world.settle();
    });
    expectNothingLost(world);
    const sent = world.outcome.twice.map((item) => item.sent);
    expect(Math.min(...sent)).toBeGreaterThanOrEqual(since);
    expect(Math.max(...sent)).toBeLessThan(since + 60 * SECOND);
  });

  test("without a moment, the home does all itself that it has on its work queue", async () => {
    const world = new World({ queue: { rescue: "manual" }, speed: 1 });
    await thereAndBack(world);
    expectNothingLost(world);
    expect(world.outcome.twice).toEqual([]);
    // What was taken in while it was fenced is marked, and is the peer's all the same.
    expect(world.moving(PEER)).toEqual([]);
  });

  test("a moment deletes nothing of a queue with a ledger", async () => {
    const world = new World({ speed: 1, traffic: 1 });
    await world.play(async () => {
      await world.warmUp(WARM_UP_SECONDS);
      for (let count = 0; count < 60; count++) world.put(HOME);
      await world.pass(5);
      world.lose(HOME);
      world.order(HOME, PEER, { since: Math.floor(world.now) });
      await world.opens(PEER);
      await world.until(() => world.outcome.lost.length <= 3, 300);
    });
    for (const { task } of world.invocations) expect(task).not.toHaveProperty("processedBefore");
  });
});
