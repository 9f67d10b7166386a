import fc from "fast-check";
import { HEARTBEAT_FRESH_SECONDS } from "../../../core/limits";
import { OwnCanary } from "../../../replicator/health/canary";
import { isFresh } from "../../../replicator/health/sight";
import { HOME, heartbeatOf, NOW, PEER } from "../control/group";
import { MINUTE, refused, SECOND, World } from "./world";

const LIMIT_MS = 1_000;
const { at: _, ...HEARTBEAT } = heartbeatOf(HOME);

function setup(prepare: (world: World) => void = () => {}) {
  const world = new World();
  prepare(world);
  const failures: string[] = [];
  const onFailure = (part: string, code: string) => failures.push(`${part}: ${code}`);
  const canary = new OwnCanary(world.parts({ onFailure }));
  const hear = async () => {
    const begun = world.now();
    await world.time.run(canary.hear(HEARTBEAT, begun + LIMIT_MS));
    expect(world.now() - begun).toBeLessThanOrEqual(LIMIT_MS);
    return canary.heardAt;
  };
  return { world, canary, hear, failures };
}

test("sends a heartbeat and takes it when it arrives", async () => {
  const { world, hear } = setup();
  const heardAt = await hear();
  expect(world.sent).toEqual([{ ...HEARTBEAT, at: heardAt }]);
  expect(heardAt).toBeLessThan(NOW + 50);
  expect(world.now() - NOW).toBeLessThan(500);
});

test("takes one that is there, and leaves its own to the others and the queue alone for a while", async () => {
  const { world, hear } = setup((world) => world.send(heartbeatOf(HOME)));
  await world.pass(SECOND);
  expect(await hear()).toBe(NOW);
  expect(world.sent).toHaveLength(2);
  expect(world.count("ReceiveMessageCommand")).toBe(1);
  world.calls.length = 0;
  await world.pass(40 * SECOND);
  await hear();
  expect(world.calls).toEqual([]);
  await world.pass(10 * SECOND);
  await hear();
  expect(world.sent).toHaveLength(3);
});

test("an old heartbeat is not enough, and is taken away", async () => {
  const { world, hear } = setup((world) => world.send(heartbeatOf(HOME)));
  await world.pass(50 * SECOND);
  expect(await hear()).toBeGreaterThanOrEqual(NOW + 50 * SECOND);
  await world.pass(MINUTE);
  expect(world.count("DeleteMessageCommand")).toBe(2);
  expect(world.left()).toBe(0);
});

test("an older one that comes later changes nothing", async () => {
  const { world, hear } = setup();
  const heardAt = await hear();
  await world.pass(50 * SECOND);
  world.fault = ({ name }) => (name === "SendMessageBatchCommand" ? refused("TimeoutError") : undefined);
  world.late(heartbeatOf(HOME, { at: NOW - SECOND }));
  expect(await hear()).toBe(heardAt);
  expect(world.left()).toBe(0);
});

test("one that says that it is of later is of now", async () => {
  const world = new World();
  world.passageMs = 0;
  world.send(heartbeatOf(HOME));
  const canary = new OwnCanary(world.parts({}, -MINUTE));
  await world.time.run(canary.hear(HEARTBEAT, world.now() - MINUTE + LIMIT_MS));
  expect(canary.heardAt).toBeLessThanOrEqual(world.now() - MINUTE);
});

test("one that comes after time is up is taken by the next look", async () => {
  const { world, hear } = setup((world) => {
    world.passageMs = 3 * SECOND;
  });
  expect(await hear()).toBeUndefined();
  await world.pass(5 * SECOND);
  expect(await hear()).toBeLessThan(NOW + SECOND);
  expect(world.sent).toHaveLength(1);
});

test("one that was taken just before time was up counts for the next look", async () => {
  const { world, canary, hear } = setup((world) => {
    world.callMs = 600;
    world.send(heartbeatOf(HOME));
  });
  await world.pass(SECOND);
  expect(await hear()).toBeUndefined();
  await world.pass(SECOND);
  expect(canary.heardAt).toBe(NOW);
});

test("the longer none arrives, the fewer are sent, and as before when they arrive again", async () => {
  const { world, hear } = setup((world) => {
    world.hasPollers = false;
  });
  const lookFor = async (ms: number) => {
    const before = world.sent.length;
    for (const until = world.now() + ms; world.now() < until; ) {
      await hear();
      await world.pass(5 * SECOND);
    }
    return world.sent.length - before;
  };
  // After 0, 10, 30 and 70 seconds, and then every minute.
  expect(await lookFor(2 * MINUTE)).toBe(4);
  const perHour = await lookFor(60 * MINUTE);
  expect(perHour).toBeGreaterThanOrEqual(50);
  expect(perHour).toBeLessThanOrEqual(60);
  world.hasPollers = true;
  await lookFor(MINUTE);
  await world.pass(MINUTE);
  world.hasPollers = false;
  expect(await lookFor(2 * MINUTE)).toBe(4);
});

test.each([
  ["receiving", "ReceiveMessageCommand", "canary: TimeoutError"],
  ["sending", "SendMessageBatchCommand", "heartbeat: TimeoutError"],
])("names the error when %s fails, and nothing is heard", async (_, name, failure) => {
  const { hear, failures } = setup((world) => {
    world.fault = (call) => (call.name === name ? refused("TimeoutError") : undefined);
  });
  expect(await hear()).toBeUndefined();
  expect(failures).toContain(failure);
});

test("a message that is no heartbeat of the home is not heard", async () => {
  const { world, hear, failures } = setup((world) => {
    world.send(heartbeatOf(PEER));
    world.fault = ({ name }) => (name === "SendMessageBatchCommand" ? refused("TimeoutError") : undefined);
  });
  await world.pass(SECOND);
  expect(await hear()).toBeUndefined();
  expect(failures).toContain("canary: NoHeartbeat");
});

test("no worker that is asked now and then is starved, whoever is asked when", async () => {
  const worker = fc.integer({ min: 0, max: 4 });
  const asked = fc.array(fc.tuple(worker, fc.integer({ min: 1, max: 4_000 })), {
    minLength: 200,
    maxLength: 400,
    size: "max",
  });
  await fc.assert(
    fc.asyncProperty(asked, fc.integer({ min: 20, max: 3_000 }), async (requests, passageMs) => {
      const world = new World();
      world.passageMs = passageMs;
      const workers = Array.from({ length: 5 }, () => ({
        canary: new OwnCanary(world.parts()),
        lookedAt: [] as number[],
      }));
      for (const [index, afterMs] of requests) {
        await world.pass(afterMs);
        const { canary, lookedAt } = workers[index]!;
        // A worker keeps its verdict for so long.
        if (world.now() - (lookedAt.at(-1) ?? 0) < 5 * SECOND) continue;
        lookedAt.push(world.now());
        await world.time.run(canary.hear(HEARTBEAT, world.now() + LIMIT_MS));
        const looks = lookedAt.filter((at) => world.now() - at <= HEARTBEAT_FRESH_SECONDS * SECOND).length;
        const isHeard = isFresh(canary.heardAt, world.now());
        if (looks > 8 && !isHeard) throw new Error(`worker ${index} after ${world.now() - NOW} ms`);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
