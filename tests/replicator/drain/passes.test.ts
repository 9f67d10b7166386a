import { decodeOrigin, effectiveHome, ORIGIN_ATTRIBUTE } from "../../../messages/origin";
import { HOME, SENT } from "../records";
import { bodies, ELSEWHERE, HERE, heldBy, MARKED, numbered, OWNED, World } from "./world";

const ids = (count: number) => numbered(count).map(({ id }) => id);

describe("the pass of the own region", () => {
  test("lets nothing of a home go that it is not open for, whatever the task says", async () => {
    const world = new World();
    world.put(world.standby, { id: "unmarked" }, { id: "marked", owner: HERE }, { id: "done" });
    world.complete("done");
    world.pass.open.delete(HOME);
    const result = await world.run(OWNED);
    expect(result).toMatchObject({
      moved: 1,
      pruned: 1,
      drained: false,
      failed: [expect.stringMatching("unowned PassClosed")],
    });
    expect([bodies(world.work), heldBy(world.standby)]).toEqual([["marked"], ["unmarked"]]);
    world.pass.open.clear();
    world.put(world.standby, { id: "marked too", owner: HERE });
    await world.run(OWNED);
    expect(heldBy(world.standby)).toEqual(["unmarked", "marked too"]);
  });

  test("opens nothing that the task does not name", async () => {
    const world = new World();
    world.put(
      world.standby,
      { id: "unmarked" },
      { id: "marked", owner: HERE },
      { id: "other", owner: ELSEWHERE },
    );
    expect(await world.run({ moves: [] })).toMatchObject({ moved: 0, failures: 0 });
  });

  test("admits what it adopts while it is open for the own home, and the home's for the marked one", async () => {
    const adopting = { moves: [HERE, ELSEWHERE], adopts: [ELSEWHERE] };
    const world = new World();
    world.put(world.standby, { id: "marked", owner: ELSEWHERE }, { id: "unmarked" });
    world.pass.open.delete(ELSEWHERE);
    world.homePass.open.delete(ELSEWHERE);
    await world.run(adopting);
    expect(bodies(world.work)).toEqual([]);
    world.homePass.open.add(ELSEWHERE);
    world.pass.open.delete(HERE);
    world.sqs.nowMs += 120_000;
    await world.run(adopting);
    expect(bodies(world.work)).toEqual([]);
    world.pass.open.add(HERE);
    world.sqs.nowMs += 120_000;
    await world.run(adopting);
    const [moved] = world.work.held;
    const origin = decodeOrigin(moved?.entry.MessageAttributes?.[ORIGIN_ATTRIBUTE]?.StringValue);
    expect(origin && effectiveHome(origin)).toBe(HERE);
    expect(heldBy(world.standby)).toEqual(["unmarked"]);
  });

  test("is asked in every round: what comes after it has ended stays, and goes when it is open again", async () => {
    const world = new World();
    const begun = world.sqs.nowMs;
    world.put(world.standby, { id: "first" });
    world.sqs.onCall = () => {
      const seconds = (world.sqs.nowMs - begun) / 1_000;
      if (seconds > 10 && world.standby.log.length === 1) {
        world.pass.open.clear();
        world.put(world.standby, { id: "later" });
      }
    };
    await world.run({ ...OWNED, stay: true });
    expect([bodies(world.work), heldBy(world.standby)]).toEqual([["first"], ["later"]]);
    world.pass.open.add(HOME);
    world.sqs.nowMs += 120_000;
    await world.run(OWNED);
    expect(bodies(world.work)).toEqual(["first", "later"]);
  });

  test("is asked again after a wait: what was received while it was open is not sent after it has ended", async () => {
    const world = new World({ settings: { maxRate: 1 } });
    world.put(world.standby, ...numbered(10));
    const begun = world.sqs.nowMs;
    world.pass.onAsked = () => {
      if (world.sqs.nowMs - begun > 5_000) world.pass.open.clear();
    };
    const result = await world.run(OWNED);
    expect(world.sqs.nowMs - begun).toBeGreaterThan(9_000);
    expect(result).toMatchObject({ moved: 0, drained: false });
    expect(bodies(world.work)).toEqual([]);
    expect(heldBy(world.standby)).toEqual(ids(10));
  });

  test("is asked again for each message of a FIFO group, and keeps the order when it ends in between", async () => {
    const world = new World({ settings: { fifo: true } });
    world.put(world.standby, ...numbered(6));
    world.pass.onAsked = () => {
      if (world.work.log.length === 3) world.pass.open.clear();
    };
    await world.run(OWNED);
    expect(bodies(world.work)).toEqual(ids(3));
    expect(heldBy(world.standby)).toEqual(ids(6).slice(3));
    world.pass.onAsked = () => {};
    world.pass.open.add(HOME);
    world.sqs.nowMs += 60_000;
    await world.run(OWNED);
    expect(bodies(world.work)).toEqual(ids(6));
  });

  test("keeps marked messages of a FIFO group behind unmarked ones that wait for the pass of their home", async () => {
    const world = new World({ settings: { fifo: true } });
    world.put(world.standby, { id: "0" }, { id: "1", owner: HERE }, { id: "2", owner: HERE, group: "h" });
    world.pass.open.delete(HOME);
    await world.run(OWNED);
    expect(bodies(world.work)).toEqual(["2"]);
    world.pass.open.add(HOME);
    world.sqs.nowMs += 60_000;
    await world.run(OWNED);
    expect(bodies(world.work)).toEqual(["2", "0", "1"]);
  });

  test("is not asked for what is taken back: that comes before it opens", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(world.work, { id: "rescued", home: HERE });
    world.pass.open.clear();
    const rescued = { from: SENT, until: SENT + 1 };
    expect(await world.run({ action: "reclaim", home: HERE, moves: [], rescued })).toMatchObject({
      reclaimed: 1,
    });
  });
});

describe("what was marked for an owner that is lost", () => {
  const copies = [{ id: "0", owner: ELSEWHERE }, { id: "1" }, { id: "2", owner: HERE }];

  test.each([
    ["is moved by whoever owns that owner's home", [ELSEWHERE], ["0"]],
    ["is moved beside the home's own, by who owns both", [HOME, HERE, ELSEWHERE], ["0", "1", "2"]],
    ["is left by who owns the message's home alone", OWNED.moves, ["1", "2"]],
  ])("%s", async (_, moves, moved) => {
    const world = new World();
    world.put(world.standby, ...copies);
    await world.run({ moves });
    expect([...bodies(world.work)].sort()).toEqual(moved);
  });

  test("waits for the pass of the lost owner's home, that of the message's home is not enough", async () => {
    const world = new World();
    world.put(world.standby, ...copies);
    world.pass.open.delete(ELSEWHERE);
    await world.run({ moves: [HOME, HERE, ELSEWHERE] });
    expect(heldBy(world.standby)).toEqual(["0"]);
  });

  test("is never taken for processed by the home's watermark, and is moved however old", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(world.standby, ...copies.map((copy) => ({ ...copy, sent: SENT - 10 * 86_400_000 })));
    await world.run({ moves: [HERE, ELSEWHERE], processedBefore: SENT });
    expect([bodies(world.work), heldBy(world.standby)]).toEqual([["0", "2"], []]);
  });
});

describe("a copy of which the ledger does not say whether it is processed", () => {
  test("is overtaken by nothing of its FIFO group, marked or not", async () => {
    const world = new World({ settings: { fifo: true }, ledgerPlan: [true] });
    world.put(
      world.standby,
      { id: "0", group: "a" },
      { id: "1", group: "a", owner: HERE },
      { id: "2", group: "b", owner: HERE },
    );
    expect(await world.run(OWNED)).toMatchObject({ moved: 1, drained: false });
    expect(bodies(world.work)).toEqual(["2"]);
    world.sqs.nowMs += 60_000;
    await world.run(OWNED);
    expect(bodies(world.work)).toEqual(["2", "0", "1"]);
  });

  test("keeps nothing waiting on a standard queue", async () => {
    const world = new World({ ledgerPlan: [true] });
    world.put(world.standby, { id: "0" }, { id: "1", owner: HERE });
    await world.run(MARKED);
    expect(bodies(world.work)).toEqual(["1"]);
  });
});

describe("the watermark", () => {
  const HOUR_MS = 3_600_000;

  test("takes nothing for processed that waited on the ingress queue of a `sync` queue until after it", async () => {
    const { homeOutboxQueueUrl: _, ...settings } = new World({ settings: { rescue: "watermark" } }).settings;
    const world = new World({ settings });
    Object.assign(world, { settings });
    world.put(world.standby, { id: "copied before", sent: SENT - HOUR_MS });
    world.sqs.nowMs += 60_000;
    const processedBefore = world.sqs.nowMs;
    world.put(world.standby, { id: "waited", sent: SENT - HOUR_MS });
    expect(await world.run({ ...OWNED, processedBefore })).toMatchObject({ moved: 1, pruned: 1 });
    expect(bodies(world.work)).toEqual(["waited"]);
  });

  test("goes by the message's time where an outbox may hold the copy back while the message is processed", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.sqs.nowMs += 60_000;
    world.put(world.standby, { id: "waited in the outbox", sent: SENT - HOUR_MS });
    expect(await world.run({ ...OWNED, processedBefore: SENT })).toMatchObject({ moved: 0, pruned: 1 });
  });

  test("parts the home's messages to the millisecond: each is deleted at one of the two places, or at none", async () => {
    for (const watermark of [SENT, SENT + 1, SENT + 499, SENT + 500, SENT + 999, SENT + 1_000]) {
      const taken = numbered(12, (index) => ({
        id: `${watermark - 6 + index}`,
        sent: watermark - 6 + index,
      }));
      const peer = new World({ settings: { rescue: "watermark" } });
      peer.put(peer.standby, ...taken);
      await peer.run({ ...OWNED, processedBefore: watermark });
      const home = new World({ settings: { rescue: "watermark" } });
      home.put(home.work, ...taken.map((one) => ({ ...one, home: HERE })));
      const rescued = { from: watermark, until: watermark + 4 };
      await home.run({ action: "reclaim", home: HERE, moves: [], rescued });
      const all = new Set([...bodies(peer.work), ...heldBy(home.work)]);
      expect([...all].sort()).toEqual(taken.map(({ id }) => id));
      expect(bodies(peer.work).filter((id) => heldBy(home.work).includes(id))).toEqual(
        taken.slice(10).map(({ id }) => id),
      );
    }
  });
});
