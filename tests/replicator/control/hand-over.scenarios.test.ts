import { roleOf } from "../../../ownership/roles";
import { HOME, PEER, REGIONS, THIRD } from "./group";
import type { Item } from "./pipeline";
import { type Call, type Options, SECOND, World } from "./world";

const WATERMARK: Options = { queue: { rescue: "watermark" } };
/**
 * How far the home's watermark may be behind: the default margin; the ages of the ingress queue that count are those of two minutes
 * before those of the work queue, which come up to two minutes after they were measured; and a heartbeat tells of them for a minute.
 */
const UNCERTAIN_MS = (120 + 121 + 130 + 75) * SECOND;
/** Enough that everything is known of everyone. */
const WARM_UP_SECONDS = 600;

async function evacuate(world: World, owner: string = PEER, lost: readonly string[] = []): Promise<void> {
  await world.order({ home: HOME, owner, lost });
  await world.phase(owner, "owner");
}

async function failBack(world: World): Promise<void> {
  await world.order({ home: HOME, owner: HOME, settled: true });
  await world.phase(HOME, "owner");
}

/** Lets everything that is under way end. */
async function settle(world: World): Promise<void> {
  world.producesIn = undefined;
  await world.pass(600);
}

/** Evacuates a live home under traffic, and hands it back. @returns when it was evacuated */
async function thereAndBack(world: World, between: () => Promise<void> = async () => {}): Promise<number> {
  let ordered = 0;
  await world.play(async () => {
    await world.pass(WARM_UP_SECONDS);
    ordered = world.now;
    await evacuate(world);
    await world.pass(180);
    await between();
    await failBack(world);
    await settle(world);
  });
  return ordered;
}

function expectNothingLost(world: World): void {
  expect(world.outcome.lost).toEqual([]);
  expect(world.violations).toEqual([]);
  for (const { parameters } of REGIONS.flatMap((region) =>
    world.regions.includes(region) ? [world.site(region)] : [],
  )) {
    for (const value of parameters.values()) expect(value.length).toBeLessThanOrEqual(4_096);
  }
}

/** Of what was processed twice, what was not taken in within the time before a moment of which nobody knows whether it was. */
function outsideMargin(world: World, moment: number): readonly Item[] {
  return world.outcome.twice.filter(
    ({ sent }) => sent < moment - UNCERTAIN_MS || sent > moment + 20 * SECOND,
  );
}

describe("a live home is evacuated under traffic and handed back", () => {
  const each: readonly [string, Options][] = [
    ["as usual", {}],
    ["with a worker that knows nothing in every run", { coldStarts: true }],
    ["with three workers at once", { workers: 3 }],
    ["in a group of three regions", { regions: REGIONS }],
  ];

  test.each(each)(
    "with a ledger that lags by a minute, %s: nothing is lost or done twice",
    async (_, options) => {
      const world = new World({ ...options, ledgerLagSeconds: 60 });
      await thereAndBack(world);
      expectNothingLost(world);
      expect(world.outcome.twice).toEqual([]);
    },
  );

  test.each(each)(
    "by watermark, %s: twice only what was taken in just before the evacuation",
    async (_, options) => {
      const world = new World({ ...options, ...WATERMARK });
      const ordered = await thereAndBack(world);
      expectNothingLost(world);
      expect(outsideMargin(world, ordered)).toEqual([]);
      expect(world.tasks(HOME, "reclaim")).not.toEqual([]);
    },
  );

  test("by hand, from a moment on: twice only what was done from then on", async () => {
    const world = new World({ queue: { rescue: "manual" } });
    let since = 0;
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      since = world.now - 30 * SECOND;
      await world.order({ home: HOME, owner: PEER, since });
      await world.phase(PEER, "owner");
      await world.pass(180);
      await failBack(world);
      await settle(world);
    });
    expectNothingLost(world);
    const sent = world.outcome.twice.map((item) => item.sent);
    expect(Math.min(...sent)).toBeGreaterThanOrEqual(since);
    expect(Math.max(...sent)).toBeLessThan(since + 60 * SECOND);
  });

  test("by hand without a moment, the home does it all itself", async () => {
    const world = new World({ queue: { rescue: "manual" }, speed: 1 });
    await thereAndBack(world);
    expectNothingLost(world);
    expect(world.outcome.twice).toEqual([]);
    // What was taken in while it was fenced is marked, and is the peer's all the same.
    expect(world.tasks(PEER, "move")).toEqual([]);
  });
});

describe("a region is lost with messages on all of its queues", () => {
  async function lostAndFound(world: World): Promise<number> {
    let lost = 0;
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      // Its consumers, and its copies, have been standing still for some seconds.
      world.heldBack.add(`${HOME}>${PEER}`);
      await world.pass(5);
      lost = world.now;
      world.lose(HOME);
      world.heldBack.clear();
      await evacuate(world, PEER, [HOME]);
      await world.pass(900);
      world.restore(HOME);
      await world.phase(HOME, "standing-by");
      await world.pass(120);
      await failBack(world);
      await settle(world);
    });
    return lost;
  }

  test.each([
    ["as usual", {}],
    ["with a worker that knows nothing in every run", { coldStarts: true }],
  ] as const)("with a ledger, %s: nothing is lost or done twice", async (_, options) => {
    const world = new World(options);
    await lostAndFound(world);
    expectNothingLost(world);
    expect(world.outcome.twice).toEqual([]);
  });

  test.each([
    ["as usual", {}],
    ["with a worker that knows nothing in every run", { coldStarts: true }],
  ] as const)("by watermark, %s: twice only what was taken in just before", async (_, options) => {
    const world = new World({ ...WATERMARK, ...options });
    const lost = await lostAndFound(world);
    expectNothingLost(world);
    expect(outsideMargin(world, lost)).toEqual([]);
  });

  test("returns with its old roles, and follows the order before it processes anything", async () => {
    const world = new World();
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      world.lose(HOME);
      await evacuate(world, PEER, [HOME]);
      expect(roleOf(world.home.roles, HOME)).toMatchObject({ owner: HOME, epoch: 0 });
      const back = world.now;
      world.restore(HOME);
      await world.phase(HOME, "standing-by");
      await world.pass(60);
      expect(roleOf(world.home.roles, HOME)).toMatchObject({ owner: PEER, epoch: 1 });
      const processedThere = [...world.processed.values()].flat().filter(({ region }) => region === HOME);
      expect(processedThere.filter(({ at }) => at >= back)).toEqual([]);
      await settle(world);
    });
    expectNothingLost(world);
  });

  test("handed back before it has returned: nothing is lost, whatever was to be taken back", async () => {
    const world = new World(WATERMARK);
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      world.lose(HOME);
      await evacuate(world, PEER, [HOME]);
      await world.pass(300);
      await world.order({ home: HOME, owner: HOME, settled: true });
      await world.pass(120);
      world.restore(HOME);
      await world.phase(HOME, "owner");
      await settle(world);
    });
    expectNothingLost(world);
  });
});

describe("copies that are still under way when the home is handed back", () => {
  /** The home has unprocessed messages whose copies are stuck in it until long after the hand-back. */
  async function stuck(options: Options): Promise<{ readonly world: World; readonly ordered: number }> {
    const world = new World({ ...options, ...WATERMARK, speed: 1 });
    let ordered = 0;
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      world.heldBack.add(`${HOME}>${PEER}`);
      // A backlog on the home's work queue.
      for (let count = 0; count < 100; count += 1) world.put(HOME);
      await world.pass(10);
      ordered = world.now;
      await evacuate(world);
      await world.pass(60);
      await failBack(world);
      await world.pass(900);
      world.heldBack.clear();
      await settle(world);
    });
    return { world, ordered };
  }

  test.each([
    ["as usual", {}],
    ["with a worker that knows nothing in every run", { coldStarts: true }],
  ] as const)("are processed by the last owner when they arrive, %s", async (_, options) => {
    const { world, ordered } = await stuck(options);
    expectNothingLost(world);
    expect(outsideMargin(world, ordered)).toEqual([]);
    const late = (item: Item) => world.processed.get(item.id)!.some(({ at }) => at > ordered + 900 * SECOND);
    expect(world.items.filter((item) => item.sent < ordered && late(item)).length).toBeGreaterThan(20);
  });
});

describe("pollers of the home stand still while SQS answers", () => {
  test.each([
    ["with a ledger", {}],
    ["by watermark", WATERMARK],
  ] as const)("%s: its outbox and ingress queues are emptied from afar", async (_, options) => {
    const world = new World(options);
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      world.home.hasPollers = false;
      await world.pass(180);
      await evacuate(world);
      await world.pass(180);
      const { ingress, outboxes } = world.home.pipeline;
      // One that is on its way may be there.
      expect(ingress.length).toBeLessThan(15);
      expect(outboxes[PEER]).toEqual([]);
      world.home.hasPollers = true;
      await world.pass(120);
      await failBack(world);
      await settle(world);
    });
    expectNothingLost(world);
    expect(world.tasks(PEER, "move").some(({ fromAfar }) => fromAfar)).toBe(true);
  });
});

describe("a home goes from one peer to the next", () => {
  test("with a ledger: nothing is lost or done twice", async () => {
    const world = new World({ regions: REGIONS });
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      await evacuate(world);
      await world.pass(120);
      await evacuate(world, THIRD);
      await world.pass(120);
      await failBack(world);
      await settle(world);
    });
    expectNothingLost(world);
    expect(world.outcome.twice).toEqual([]);
  });

  test("by watermark, with a backlog that is marked for the first: nothing is lost", async () => {
    const world = new World({ regions: REGIONS, ...WATERMARK });
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      await evacuate(world);
      world.heldBack.add(`${HOME}>${PEER}`);
      await world.pass(120);
      await evacuate(world, THIRD);
      world.heldBack.clear();
      await settle(world);
      expectNothingLost(world);
      world.producesIn = HOME;
      await failBack(world);
      await settle(world);
    });
    expectNothingLost(world);
  });
});

describe("evacuated again before it was the owner again", () => {
  test("by watermark: nothing is lost, and twice only what was taken in just before the first time", async () => {
    const world = new World({ ...WATERMARK, speed: 1, traffic: 1 });
    let ordered = 0;
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      ordered = world.now;
      await evacuate(world);
      await world.pass(60);
      await world.order({ home: HOME, owner: HOME, settled: true });
      await world.phase(HOME, "taking-over");
      await world.pass(20);
      await evacuate(world);
      await world.pass(60);
      await failBack(world);
      await settle(world);
    });
    expectNothingLost(world);
    expect(outsideMargin(world, ordered)).toEqual([]);
  });
});

describe("one part fails all the time, from just before the evacuation until after the hand-back", () => {
  type Fault = (call: Call) => boolean;
  const at =
    (region: string, service: string, name?: string): Fault =>
    (call) =>
      call.caller === region && call.service === service && (name === undefined || call.name === name);
  const abroad: Fault = ({ service, caller, region }) => service === "ssm" && caller !== region;

  const faults: readonly [string, Fault][] = [
    ["the peers' parameters", abroad],
    ["CloudWatch in the home", at(HOME, "cloudWatch")],
    ["CloudWatch in the peer", at(PEER, "cloudWatch")],
    ["the canary in the home", at(HOME, "sqs")],
    ["the canary in the peer", at(PEER, "sqs")],
    ["sending heartbeats", at(HOME, "sqs", "SendMessageBatchCommand")],
    ["deleting heartbeats", at(PEER, "sqs", "DeleteMessageBatchCommand")],
    ["the list of queues in the home", at(HOME, "ssm", "GetParametersByPathCommand")],
    ["the list of queues in the peer", at(PEER, "ssm", "GetParametersByPathCommand")],
    ["drainers in the home", at(HOME, "lambda")],
  ];

  for (const how of ["refused", "hangs"] as const) {
    test.each(faults)(`%s (${how}), by watermark: nothing is lost`, async (_, isFaulty) => {
      const world = new World(WATERMARK);
      await world.play(async () => {
        await world.pass(WARM_UP_SECONDS);
        world.fault = (call) => (isFaulty(call) ? how : undefined);
        await evacuate(world);
        await world.pass(180);
        await failBack(world);
        world.fault = () => undefined;
        await settle(world);
      });
      expectNothingLost(world);
    });
  }

  test("the ledger of the home: it is waited for, and the hand-over goes on when it is back", async () => {
    const world = new World();
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      world.fault = (call) => (at(HOME, "ledger")(call) ? "hangs" : undefined);
      await world.order({ home: HOME, owner: PEER });
      await world.phase(HOME, "standing-by");
      await world.pass(300);
      expect(world.peer.state()).toMatchObject({
        phase: "taking-over",
        waitsFor: `the ledger entries of ${HOME}`,
      });
      world.fault = () => undefined;
      await world.phase(PEER, "owner");
      await settle(world);
    });
    expectNothingLost(world);
    expect(world.outcome.twice).toEqual([]);
  });

  test("the own parameters of the peer: nothing is decided there, and it goes on afterwards", async () => {
    const world = new World();
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      world.fault = (call) => (at(PEER, "ssm")(call) ? "hangs" : undefined);
      const beats = world.beats.length;
      await world.order({ home: HOME, owner: PEER });
      await world.pass(300);
      expect(world.peer.state()).toMatchObject({ phase: "standing-by", epoch: 0 });
      expect(world.beats.slice(beats).filter(({ region }) => region === PEER)).toEqual([]);
      world.fault = () => undefined;
      await world.phase(PEER, "owner");
      await settle(world);
    });
    expectNothingLost(world);
    expect(world.outcome.twice).toEqual([]);
  });

  test("drainers in the peer: they are asked again and again, and move everything in the end", async () => {
    const world = new World();
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      world.fault = (call) => (at(PEER, "lambda")(call) ? "refused" : undefined);
      await evacuate(world);
      await world.pass(300);
      expect(world.tasks(PEER, "move")).toEqual([]);
      world.fault = () => undefined;
      await settle(world);
    });
    expectNothingLost(world);
  });
});

describe("a peer that is away", () => {
  test("costs a run that has nothing to wait for a second or two, and changes nothing", async () => {
    const world = new World({ regions: REGIONS });
    await world.play(async () => {
      await world.pass(WARM_UP_SECONDS);
      const before = world.runs.length;
      world.lose(PEER);
      await world.pass(600);
      const runs = world.runs.slice(before).filter(({ region }) => region !== PEER);
      expect(runs).toHaveLength(20);
      for (const { ms, report } of runs) {
        expect(ms).toBeLessThan(2_000);
        expect(report?.looks).toBe(1);
      }
      expect(world.home.state()).toMatchObject({ phase: "owner", epoch: 0 });
    });
  });

  test("no run is still under way when Lambda would end it", async () => {
    const world = new World({ ...WATERMARK, ledgerLagSeconds: 60 });
    world.fault = ({ service }) => (service === "ssm" ? undefined : "hangs");
    await world.play(async () => {
      await world.order({ home: HOME, owner: PEER });
      await world.pass(600);
    });
    expect(Math.max(...world.runs.map(({ ms }) => ms))).toBeLessThan(100 * SECOND);
  });
});
