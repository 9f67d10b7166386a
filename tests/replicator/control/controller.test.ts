import { HEARTBEATS_PER_RUN } from "../../../core/limits";
import { roleOf } from "../../../ownership/roles";
import { HOME, PEER } from "./group";
import { DRAINED, type Invocation, World } from "./world";

const MINUTE = 60_000;

describe("a run when nothing is to be done", () => {
  test("looks once, renews the lease, sends heartbeats for a minute, and has copies pruned", async () => {
    const world = new World();
    const begun = world.now;
    const report = await world.run(PEER);
    expect(report).toMatchObject({ looks: 1, fit: true });
    expect(world.states(PEER).checkedAt).toBe(begun);
    const moments = world.sent(PEER, HOME).map(({ at }) => (at - begun) / 1_000);
    expect(moments).toEqual([0, 15, 30, 45]);
    expect(moments).toHaveLength(HEARTBEATS_PER_RUN);
    expect(world.invocations).toEqual([
      {
        region: PEER,
        awaited: false,
        task: expect.objectContaining({ home: HOME, action: "prune", marked: true }),
      },
    ]);
    expect(world.failures).toEqual([]);
  });

  test("hears its peer and itself, and empties the queues that it hears by", async () => {
    const world = new World();
    await world.run(HOME);
    await world.run(PEER);
    world.now += MINUTE;
    const report = await world.run(PEER);
    // The newest of each became visible after 45 seconds.
    expect(report.canaryAgeMs).toEqual({ [HOME]: 15_000, [PEER]: 15_000 });
    expect(world.states(PEER).heard?.[HOME]).toMatchObject({ fit: true });
    expect(world.canary[PEER]?.[HOME]).toEqual([]);
  });

  test("tells how far the ledger is behind what the peer told", async () => {
    const world = new World();
    await world.run(HOME);
    await world.run(PEER);
    const { ledgerLagMs } = await world.run(PEER);
    expect(ledgerLagMs).toEqual({ [HOME]: 0 });
  });
});

describe("an order to evacuate a live home", () => {
  test("is carried out within a few minutes, by one region after the other", async () => {
    const world = new World();
    await world.run(PEER);
    world.order({ home: HOME, owner: PEER });
    await world.until(PEER, HOME, "owner", 5);
    expect(world.state(HOME, HOME).phase).toBe("standing-by");
    expect(world.tasks(PEER, "move").at(-1)).toMatchObject({
      awaited: false,
      task: { home: HOME, fromAfar: false },
    });
    expect(world.failures).toEqual([]);
  });

  test("that the home knows only by its peer reaches its own parameter before it is followed", async () => {
    const world = new World();
    world.order({ home: HOME, owner: PEER }, [PEER]);
    await world.run(HOME);
    expect(roleOf(world.roles(HOME), HOME).owner).toBe(PEER);
    expect(world.state(HOME, HOME)).toMatchObject({ phase: "handing-back", epoch: 1 });
  });

  test("makes a run look again every few seconds, but no longer than until the next", async () => {
    const world = new World();
    world.silent.add(`${PEER}>${HOME}`);
    world.order({ home: HOME, owner: PEER }, [PEER]);
    const begun = world.now;
    const { looks } = await world.run(PEER);
    expect(looks).toBeGreaterThan(5);
    expect(world.now - begun).toBeLessThan(MINUTE);
    expect(world.state(PEER, HOME)).toMatchObject({
      phase: "taking-over",
      waitsFor: `${HOME} to release it`,
    });
  });
});

describe("a part that fails", () => {
  test("a peer that does not answer is counted, and the run goes on", async () => {
    const world = new World();
    world.silent.add(HOME);
    await world.run(PEER);
    expect(world.failures).toEqual([[PEER, `parameters of ${HOME}`, "TimeoutError"]]);
    expect(world.sent(PEER, HOME)).toHaveLength(HEARTBEATS_PER_RUN);
  });

  test("a ledger that is unusable makes the region unfit, and it tells of no watermark", async () => {
    const world = new World();
    world.ledgerFails.add(HOME);
    expect(await world.run(HOME)).toMatchObject({ fit: false });
    const [heartbeat] = world.sent(HOME, PEER);
    expect(heartbeat).toMatchObject({ fit: false });
    expect(heartbeat).not.toHaveProperty("ledgerAt");
  });

  test("own parameters that cannot be read end the run: nothing is decided, and nothing is told", async () => {
    const world = new World();
    world.silent.add(PEER);
    await expect(world.run(PEER)).rejects.toThrow("no answer");
    expect(world.sent(PEER, HOME)).toEqual([]);
    expect(world.invocations).toEqual([]);
  });

  test("a message on the canary that is no heartbeat is dropped and counted", async () => {
    const world = new World();
    world.canary[PEER]![HOME] = [{ id: "x", visibleAt: 0, body: "{}" }];
    await world.run(PEER);
    expect(world.failures).toEqual([[PEER, `canary of ${HOME}`, "NoHeartbeat"]]);
    expect(world.canary[PEER]?.[HOME]).toEqual([]);
  });
});

describe("without a ledger", () => {
  /** The home was evacuated to the peer, which has owned it for some minutes. */
  async function evacuated(
    rescue: "watermark" | "manual" = "watermark",
    since?: number,
    prepare: (world: World) => void = () => {},
  ): Promise<World> {
    const world = new World({ rescue });
    prepare(world);
    for (let minute = 0; minute < 3; minute += 1) {
      await world.run(HOME);
      await world.run(PEER);
      world.now += MINUTE;
    }
    world.order({ home: HOME, owner: PEER, ...(since === undefined ? {} : { since }) });
    await world.until(PEER, HOME, "owner");
    world.now += 5 * MINUTE;
    await world.run(HOME);
    await world.run(PEER);
    return world;
  }

  test("the owner keeps what the home had processed when it took over", async () => {
    const world = await evacuated();
    const frozen = world.states(PEER).watermarks?.[HOME];
    expect(frozen).toMatchObject({ frozen: 1 });
    expect(frozen!.queues.orders).toBeGreaterThan(0);
    expect(world.tasks(PEER, "move").at(-1)?.task.processedBefore).toBe(frozen!.queues.orders);
    // A worker that knows nothing goes on with it.
    world.startWorker(PEER);
    await world.run(PEER);
    expect(world.tasks(PEER, "move").at(-1)?.task.processedBefore).toBe(frozen!.queues.orders);
  });

  test("what was rescued is taken off the home's work queue before its gate opens", async () => {
    const world = await evacuated();
    const fencedAt = world.state(HOME, HOME).releasedAt;
    const from = world.states(PEER).watermarks![HOME]!.queues.orders;
    world.order({ home: HOME, owner: HOME, settled: true });
    await world.until(HOME, HOME, "owner");
    const reclaims = world.tasks(HOME, "reclaim");
    expect(reclaims).not.toHaveLength(0);
    for (const { task, awaited } of reclaims) {
      expect(awaited).toBe(true);
      expect(task).toMatchObject({ home: HOME, marked: false, rescued: { from, putBefore: fencedAt } });
    }
  });

  test("the gate stays closed while something is left to be taken off", async () => {
    const world = await evacuated();
    world.order({ home: HOME, owner: HOME, settled: true });
    world.answer = ({ task }) => ({ ...DRAINED, drained: task.action !== "reclaim" });
    await world.until(PEER, HOME, "standing-by");
    for (let run = 0; run < 3; run += 1) await world.run(HOME);
    expect(world.state(HOME, HOME)).toMatchObject({
      phase: "taking-over",
      waitsFor: "what was rescued to be taken off orders",
    });
  });

  test("the owner is not done while copies from before the fence are on their way out of the home", async () => {
    const world = await evacuated("watermark", undefined, ({ oldestSince, now }) => {
      oldestSince[`${HOME} orders-outbox`] = now;
    });
    const fencedAt = world.state(HOME, HOME).releasedAt!;
    world.order({ home: HOME, owner: HOME, settled: true });
    const lastOf = (task: Invocation["task"]["action"]) =>
      world.tasks(PEER, task).filter(({ awaited }) => awaited).length;
    for (let run = 0; run < 4; run += 1) {
      await world.run(HOME);
      await world.run(PEER);
    }
    // Its drainer has found the standby queue empty several times.
    expect(lastOf("move")).toBeGreaterThan(1);
    expect(world.state(PEER, HOME)).toMatchObject({
      phase: "handing-back",
      waitsFor: "the copies of orders to be moved",
    });
    // The last copy has left the home; the queue is found empty once more after that.
    delete world.oldestSince[`${HOME} orders-outbox`];
    world.answer = () => ({ ...DRAINED, drained: false });
    world.now += 2 * MINUTE;
    await world.run(HOME);
    world.now += MINUTE;
    await world.run(PEER);
    expect(world.state(PEER, HOME).phase).toBe("handing-back");
    world.answer = () => DRAINED;
    await world.until(PEER, HOME, "standing-by", 3);
    expect(world.states(PEER).watermarks?.[HOME]?.completeUntil).toBe(fencedAt);
  });

  test("nothing is taken off when the owner gave up before everything was moved", async () => {
    const world = await evacuated();
    world.order({ home: HOME, owner: HOME, settled: true });
    world.answer = ({ task }) => ({ ...DRAINED, drained: task.action === "reclaim" });
    await world.until(HOME, HOME, "owner", 60);
    expect(world.states(PEER).watermarks?.[HOME]?.completeUntil).toBeUndefined();
    expect(world.tasks(HOME, "reclaim")).toEqual([]);
  });

  test("of a home that was fenced twice, only what was moved is taken off", async () => {
    const world = await evacuated();
    const first = world.state(HOME, HOME).releasedAt!;
    world.order({ home: HOME, owner: HOME, settled: true });
    world.answer = ({ task }) => ({ ...DRAINED, drained: task.action !== "reclaim" });
    await world.until(PEER, HOME, "standing-by");
    await world.run(HOME);
    // Its replicator puts messages on the work queue already, and then it is evacuated again, and that is taken back at once.
    world.order({ home: HOME, owner: PEER });
    await world.until(HOME, HOME, "standing-by", 5);
    const second = world.state(HOME, HOME).releasedAt!;
    expect(second).toBeGreaterThan(first);
    const before = world.tasks(HOME, "reclaim").length;
    world.setStates(PEER, {
      ...world.states(PEER),
      homes: { ...world.states(PEER).homes, [HOME]: { phase: "standing-by", epoch: 3, since: 0 } },
    });
    world.order({ home: HOME, owner: HOME });
    world.answer = () => DRAINED;
    await world.until(HOME, HOME, "owner");
    for (const { task } of world.tasks(HOME, "reclaim").slice(before)) {
      expect(task.rescued?.putBefore).toBe(first);
    }
  });

  test("by hand without a moment nothing was moved, so nothing is taken off, and nobody waits", async () => {
    const world = await evacuated("manual");
    expect(world.tasks(PEER, "move")).toEqual([]);
    world.order({ home: HOME, owner: HOME, settled: true });
    world.answer = () => ({ ...DRAINED, drained: false });
    await world.until(HOME, HOME, "owner", 6);
    expect(world.tasks(HOME, "reclaim")).toEqual([]);
  });

  test("by hand from a moment on, what was moved is taken off", async () => {
    const world = await evacuated("manual", 7);
    expect(world.tasks(PEER, "move").at(-1)?.task.processedBefore).toBe(7);
    const fencedAt = world.state(HOME, HOME).releasedAt;
    world.order({ home: HOME, owner: HOME, settled: true });
    await world.until(HOME, HOME, "owner");
    expect(world.tasks(HOME, "reclaim").at(-1)?.task.rescued).toEqual({ from: 7, putBefore: fencedAt });
  });
});

test("messages that were moved have to be processed before the home is handed back", async () => {
  const world = new World();
  world.order({ home: HOME, owner: PEER });
  await world.until(PEER, HOME, "owner");
  world.oldestSince[`${PEER} orders`] = world.now;
  world.order({ home: HOME, owner: HOME, settled: true });
  for (let run = 0; run < 4; run += 1) {
    await world.run(HOME);
    await world.run(PEER);
  }
  expect(world.state(PEER, HOME)).toMatchObject({
    phase: "handing-back",
    waitsFor: "what was moved to orders to be processed",
  });
  delete world.oldestSince[`${PEER} orders`];
  await world.until(HOME, HOME, "owner", 8);
});
