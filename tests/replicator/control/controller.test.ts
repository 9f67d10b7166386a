import { HOME, homeOf, NOW, PEER } from "./group";
import { type Options, type Run, SECOND, type Service, World } from "./world";

jest.setTimeout(60_000);

/** Runs of both regions that own themselves, begun together. */
async function played(options: Options, story: (world: World, runs: readonly [Run, Run]) => Promise<void>) {
  const world = new World({ isScheduled: false, ...options });
  await world.play(async () => {
    const runs = [world.start(HOME), world.start(PEER)] as const;
    for (const region of world.regions) await world.opens(region, region);
    await story(world, runs);
  });
  return world;
}

const beatsOf = (world: World, region: string) => world.beats.filter((beat) => beat.region === region);

describe("a run", () => {
  test("sends a heartbeat every quarter of a minute, after it has written what the heartbeat tells of", async () => {
    await played({}, async (world) => {
      await world.pass(120);
      const before = beatsOf(world, PEER).length;
      await world.pass(150);
      const beats = beatsOf(world, PEER).slice(before);
      expect(beats.length).toBeGreaterThanOrEqual(9);
      expect(beats.length).toBeLessThanOrEqual(11);
      for (const { at, ledgerAt, fit } of beats) {
        expect(fit).toBe(true);
        expect(at - ledgerAt!).toBeGreaterThanOrEqual(0);
        expect(at - ledgerAt!).toBeLessThan(SECOND);
      }
    });
  });

  test("hears its peer and itself, and sees the peer's items in the ledger", async () => {
    await played({ ledgerLagSeconds: 20 }, async (world, [, { controller }]) => {
      await world.pass(120);
      const { canaryAgeMs, ledgerLagMs } = controller.report();
      for (const region of [HOME, PEER]) expect(canaryAgeMs[region]).toBeLessThan(35 * SECOND);
      // Told at once, and visible after a while.
      expect(ledgerLagMs[HOME]).toBeGreaterThan(0);
      expect(ledgerLagMs[HOME]).toBeLessThanOrEqual(40 * SECOND);
      expect(Object.keys(ledgerLagMs)).toEqual([HOME]);
    });
  });

  test("tells how far its home is processed only while it processes it", async () => {
    await played({ queue: { rescue: "watermark" } }, async (world) => {
      await world.pass(600);
      expect(beatsOf(world, HOME).at(-1)!.queues!.orders!.processedBefore).toBeGreaterThan(NOW);
      world.order(HOME, PEER);
      await world.opens(PEER);
      const fenced = beatsOf(world, HOME).length;
      await world.pass(60);
      const beats = beatsOf(world, HOME).slice(fenced);
      expect(beats.length).toBeGreaterThan(2);
      for (const beat of beats) expect(beat).not.toHaveProperty("queues");
    });
  });

  test("ends what it does with its leases", async () => {
    const world = await played({}, async (world, runs) => {
      // As long as Lambda allows, since nobody follows.
      await world.until(() => runs.every(({ isAlive }) => !isAlive), 1_000);
      const { length } = world.beats;
      await world.pass(120);
      expect(world.beats).toHaveLength(length);
    });
    expect(world.violations).toEqual([]);
  });
});

describe("whether the region is fit", () => {
  test("is not known at first, and within seconds", async () => {
    const world = new World({ isScheduled: false });
    await world.play(async () => {
      const { controller } = world.start(PEER);
      expect(controller.hooks.isFit()).toBeUndefined();
      expect(await world.until(() => controller.hooks.isFit() !== undefined)).toBeLessThanOrEqual(10);
      expect([controller.hooks.isFit(), controller.hooks.unfitMs()]).toEqual([true, undefined]);
    });
  });

  test("a later run takes from the notes, though no heartbeat is left for it", async () => {
    await played({}, async (world) => {
      // A run has no successor before.
      await world.pass(620);
      // From here on nothing arrives.
      world.peer.hasPollers = false;
      await world.pass(5);
      const later = world.start(PEER);
      expect(await world.until(() => later.controller.hooks.isFit() === true, 10)).toBeLessThanOrEqual(10);
    });
  });

  test("counts from the last canary that was heard", async () => {
    await played({}, async (world, [, { controller }]) => {
      await world.pass(120);
      const heard = world.now - controller.report().canaryAgeMs[PEER]!;
      world.peer.hasPollers = false;
      await world.until(() => controller.hooks.isFit() === false, 100);
      const last = Math.max(heard, world.now - controller.report().canaryAgeMs[PEER]!);
      expect(controller.hooks.unfitMs()).toBeGreaterThanOrEqual(45 * SECOND);
      expect(Math.abs(controller.hooks.unfitMs()! - (world.now - last))).toBeLessThanOrEqual(SECOND);
    });
  });

  test.each<[Service, string]>([
    ["sqs", "heartbeats and queues"],
    ["ledger", "the ledger"],
  ])("depends on %s: %s", async (service) => {
    await played({}, async (world, [, { controller }]) => {
      await world.pass(60);
      world.fault = (call) => (call.service === service && call.caller === PEER ? "refused" : undefined);
      await world.until(() => controller.hooks.isFit() === false, 30);
      expect(controller.hooks.unfitMs()).toBeLessThanOrEqual(30 * SECOND);
      world.fault = () => undefined;
      await world.until(() => controller.hooks.isFit() === true, 30);
    });
  });

  test.each<Service>(["ssm", "lambda", "cloudWatch"])(
    "does not depend on %s, and everything else goes on",
    async (service) => {
      await played({ queue: { rescue: "watermark" } }, async (world, [, { controller, failures }]) => {
        await world.pass(60);
        world.fault = (call) => (call.service === service && call.caller === PEER ? "hangs" : undefined);
        const before = beatsOf(world, PEER).length;
        await world.pass(660);
        expect(controller.hooks.isFit()).toBe(true);
        expect(beatsOf(world, PEER).length - before).toBeGreaterThan(35);
        expect(world.open(PEER)).toEqual([PEER]);
        expect(failures.length).toBeGreaterThan(0);
      });
    },
  );
});

describe("a home may go", () => {
  test("not before it is known what is noted of it", async () => {
    const world = new World({ isScheduled: false, queue: { rescue: "watermark" } });
    await world.play(async () => {
      const { controller } = world.start(PEER);
      expect(controller.hooks.mayLeave(HOME)).toBe(false);
      await world.opens(PEER, PEER);
      expect(controller.hooks.mayLeave(HOME)).toBe(true);
    });
  });

  test("at once with a ledger, and without one when it goes to another region than its own", async () => {
    await played({}, async (world, [, { controller }]) => {
      world.order(HOME, PEER);
      await world.opens(PEER);
      await world.pass(30);
      expect(controller.hooks.mayLeave(HOME)).toBe(true);
    });
    await played({ queue: { rescue: "watermark" } }, async (world, [, { controller }]) => {
      world.order(HOME, PEER);
      await world.opens(PEER);
      await world.pass(30);
      expect(controller.hooks.mayLeave(HOME)).toBe(false);
      const now = controller.report().homes;
      controller.hooks.onLook({ ...now, [HOME]: { ...now[HOME]!, next: "eu-west-1" } });
      expect(controller.hooks.mayLeave(HOME)).toBe(true);
      controller.hooks.onLook({ ...now, [HOME]: { ...now[HOME]!, next: HOME } });
      expect(controller.hooks.mayLeave(HOME)).toBe(false);
    });
  });
});

test("nothing that is told apart by a moment is moved while that moment cannot be noted", async () => {
  await played({ queue: { rescue: "watermark" } }, async (world, [, { controller }]) => {
    await world.pass(300);
    const { put } = world.peer.table;
    world.peer.table.put = () => {
      throw new Error("no");
    };
    world.lose(HOME);
    await world.opens(PEER);
    await world.pass(120);
    expect(controller.report().homes[HOME]).toMatchObject(homeOf(PEER, { epoch: 2, held: true, open: true }));
    expect(world.moving(PEER)).toEqual([]);
    world.peer.table.put = put;
    await world.until(() => world.moving(PEER).length > 0, 20);
  });
});

test("what Lambda did not take is sent at the next look", async () => {
  await played({}, async (world) => {
    world.producesIn = undefined;
    await world.pass(120);
    let refusals = 0;
    world.fault = ({ service }) => (service === "lambda" && refusals++ < 2 ? "refused" : undefined);
    world.put(HOME);
    await world.until(() => refusals > 0, 90);
    expect(await world.until(() => world.invocations.length > 0, 30)).toBeLessThanOrEqual(15);
  });
});
