import { ELSEWHERE, heldBy, MARKED, numbered, World } from "./world";

const COPIES = 120_000;

/** The most messages that a drainer has ever held at one time. */
function watched(world: World): () => number {
  const { standby } = world;
  const held = new Set<string>();
  let most = 0;
  const [receive, remove, change] = [
    standby.receive.bind(standby),
    standby.deleteReceived.bind(standby),
    standby.changeVisibility.bind(standby),
  ];
  standby.receive = (...args) => {
    const records = receive(...args);
    for (const { receiptHandle } of records) held.add(receiptHandle);
    most = Math.max(most, held.size);
    return records;
  };
  standby.deleteReceived = (handle) => {
    held.delete(handle ?? "");
    remove(handle);
  };
  standby.changeVisibility = (handle, untilMs) => {
    held.delete(handle ?? "");
    change(handle, untilMs);
  };
  return () => most;
}

describe("a standby queue of 120,000 copies", () => {
  test("is moved, processed copies apart, with few messages in hand", async () => {
    const world = new World();
    const most = watched(world);
    numbered(COPIES).forEach((copy, index) => {
      world.put(world.standby, copy);
      if (index % 3 === 0) world.complete(copy.id);
    });
    let moved = 0;
    let pruned = 0;
    for (let minute = 0; !world.standby.isEmpty; minute += 1) {
      if (minute > 100) throw new Error("does not come to an end");
      const result = await world.run();
      moved += result.moved;
      pruned += result.pruned;
      expect(result.failures).toBe(0);
      world.sqs.nowMs += 10_000;
    }
    expect([moved, pruned]).toEqual([80_000, 40_000]);
    expect(new Set(world.work.log.map(({ entry }) => entry.MessageBody)).size).toBe(80_000);
    expect(most()).toBeLessThanOrEqual(240);
    expect(world.sqs.violations).toEqual([]);
  }, 60_000);

  test("is not put out of sight as a whole when all of it is for another region", async () => {
    const world = new World();
    for (const copy of numbered(COPIES / 2)) world.put(world.standby, { ...copy, owner: ELSEWHERE });
    const { left, drained } = await world.run({ until: world.sqs.nowMs + 600_000 });
    expect(left).toBeGreaterThanOrEqual(20_000);
    expect(drained).toBe(false);
    expect(world.standby.inFlightMs(world.sqs.nowMs).length).toBeLessThanOrEqual(20_240);
  }, 30_000);

  test("costs next to nothing while its home processes none of it", async () => {
    const world = new World();
    const most = watched(world);
    for (const copy of numbered(COPIES)) world.put(world.standby, copy);
    for (let minute = 0; minute < 10; minute += 1) {
      await world.run(MARKED);
      world.sqs.nowMs += 60_000;
    }
    expect(world.standby.held).toHaveLength(COPIES);
    expect(heldBy(world.work)).toEqual([]);
    expect(most()).toBeLessThanOrEqual(10);
    expect(world.sqs.requests.get(world.standby.name)).toBeLessThan(200);
  }, 30_000);
});
