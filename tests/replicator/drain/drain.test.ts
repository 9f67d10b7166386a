import { ReceiveMessageCommand, type SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import { entryOf, messageOf } from "../../../messages/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, originOf } from "../../../messages/origin";
import type { Fault } from "../model-sqs";
import { HOME, SENT, sqsRecord, url } from "../records";
import { VirtualTime } from "../virtual-time";
import {
  bodies,
  ELSEWHERE,
  entryOfCopy,
  HERE,
  heldBy,
  MARKED,
  numbered,
  OWNED,
  TASK_MS,
  World,
} from "./world";

const DAY_MS = 86_400_000;
const ids = (count: number) => numbered(count).map(({ id }) => id);

describe("without owning the home", () => {
  test("deletes what is processed, leaves the rest in sight, and moves nothing", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(8));
    world.complete("m-1", "m-4");
    const result = await world.run(MARKED);
    expect(result).toMatchObject({ pruned: 2, moved: 0, drained: false, failures: 0 });
    expect(heldBy(world.standby)).toEqual(["m-0", "m-2", "m-3", "m-5", "m-6", "m-7"]);
    expect(world.work.log).toEqual([]);
  });

  test("is not drained when something processed could not be deleted", async () => {
    const one: Fault = { kind: "entries", entries: [undefined, { code: "InternalError", executed: false }] };
    const other: Fault = { kind: "entries", entries: [{ code: "InternalError", executed: false }] };
    const world = new World({ plan: [{ kind: "none" }, one, other] });
    world.put(world.standby, ...numbered(2));
    world.complete(...ids(2));
    expect(await world.run(MARKED)).toMatchObject({ pruned: 1, drained: false, failures: 1 });
    world.sqs.nowMs += 30_000;
    expect(await world.run(MARKED)).toMatchObject({ pruned: 1, drained: true });
  });

  test("costs one call when there is nothing", async () => {
    const world = new World();
    const result = await world.run(MARKED);
    expect([...world.sqs.requests.values()]).toEqual([1]);
    expect(world.ledger.calls).toBe(0);
    expect(result).toMatchObject({ pruned: 0, drained: true });
  });

  test("stops at the first batch that is not processed, and leaves it in sight", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(1_000));
    expect(await world.run(MARKED)).toMatchObject({ pruned: 0, left: 10 });
    // One receive, and one call that gives it back.
    expect(world.sqs.requests.get(world.standby.name)).toBe(2);
    expect(world.standby.inFlightMs(world.sqs.nowMs)).toEqual([]);
  });

  test("takes on receivers while full batches are processed", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(900));
    world.complete(...ids(600));
    let held = 0;
    let most = 0;
    world.sqs.onCall = (_, command) => {
      held = command instanceof ReceiveMessageCommand ? held + 10 : 0;
      most = Math.max(most, held);
    };
    expect(await world.run(MARKED)).toMatchObject({ pruned: 600, failures: 0 });
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThanOrEqual(240);
  });

  test.each([
    ["deletes", MARKED],
    ["moves", OWNED],
  ] as const)(
    "%s a thousand copies a second when calls take 20 ms",
    async (does, task) => {
      const time = new VirtualTime(SENT);
      const world = new World({ latency: { time, ms: 20 } });
      world.put(world.standby, ...numbered(10_000));
      if (does === "deletes") world.complete(...ids(10_000));
      const result = await time.run(world.run(task));
      expect(does === "deletes" ? result.pruned : result.moved).toBe(10_000);
      expect(time.now() - SENT).toBeLessThan(10_000);
    },
    30_000,
  );

  test("gets past copies that are never processed, which stay out of sight for two minutes at most", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(500));
    world.complete(...ids(500).slice(300));
    for (let minute = 0; minute < 40; minute += 1) {
      await world.run(MARKED);
      expect(Math.max(0, ...world.standby.inFlightMs(world.sqs.nowMs))).toBeLessThanOrEqual(120_000);
      world.sqs.nowMs += 60_000;
    }
    expect(heldBy(world.standby)).toEqual(ids(300));
    expect(world.work.log).toEqual([]);
    expect(world.sqs.violations).toEqual([]);
  });

  test("gets past copies at the head of a FIFO group that are never processed", async () => {
    const world = new World({ settings: { fifo: true } });
    world.put(world.standby, ...numbered(200));
    world.complete(...ids(200).slice(9));
    for (let minute = 0; minute < 3; minute += 1) {
      await world.run(MARKED);
      world.sqs.nowMs += 60_000;
    }
    expect(heldBy(world.standby)).toEqual(ids(9));
  });

  test.each([
    ["by ledger", { rescue: "ledger" }],
    ["by watermark", { rescue: "watermark" }],
  ] as const)(
    "deletes nothing for its age: a copy may have waited for days in an outbox, and its retention counts here, %s",
    async (_, settings) => {
      const world = new World({ settings });
      world.put(world.standby, { id: "old", sent: SENT - 13 * DAY_MS }, { id: "unmarked" });
      world.put(world.standby, { id: "without origin", hasOrigin: false });
      world.sqs.nowMs += 6 * DAY_MS;
      expect(await world.run(MARKED)).toMatchObject({ pruned: 0 });
      expect(heldBy(world.standby)).toEqual(["old", "unmarked", "without origin"]);
      world.sqs.nowMs += 60_000;
      expect(await world.run(OWNED)).toMatchObject({ moved: 3 });
      expect([...bodies(world.work)].sort()).toEqual(["old", "unmarked", "without origin"]);
    },
  );

  test("moves what is marked for this region, however old, and nothing that is marked for another", async () => {
    const world = new World();
    world.put(
      world.standby,
      { id: "mine", owner: HERE },
      { id: "old", owner: HERE, sent: SENT - 9 * DAY_MS },
      { id: "theirs", owner: ELSEWHERE },
      { id: "unmarked" },
      { id: "done", owner: HERE },
    );
    world.complete("done");
    expect(await world.run(MARKED)).toMatchObject({ moved: 2, pruned: 1 });
    expect(bodies(world.work)).toEqual(["mine", "old"]);
    expect(heldBy(world.standby)).toEqual(["theirs", "unmarked"]);
  });

  test("leaves marked copies while another region owns the home, and gets past them", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(300, (index) => (index < 200 ? { owner: HERE } : {})));
    world.complete(...ids(300).slice(200));
    expect(await world.run({ moves: [] })).toMatchObject({ moved: 0, pruned: 100 });
    expect(heldBy(world.standby)).toEqual(ids(200));
  });

  test("by watermark takes for processed what was taken in before it, and never what is marked", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(
      world.standby,
      { id: "before", sent: SENT - 1 },
      { id: "at", sent: SENT },
      { id: "marked", sent: SENT - 1, owner: HERE },
      { id: "marked for another", sent: SENT - 1, owner: ELSEWHERE },
    );
    await world.run({ ...MARKED, processedBefore: SENT });
    expect(heldBy(world.standby)).toEqual(["at", "marked for another"]);
    expect(bodies(world.work)).toEqual(["marked"]);
  });

  test("does nothing to unmarked copies while the ledger does not answer", async () => {
    const world = new World();
    world.put(world.standby, { id: "mine", owner: HERE }, ...numbered(30));
    world.put(world.standby, { id: "without", hasOrigin: false });
    world.complete(...ids(30));
    world.ledger.isAway = true;
    const result = await world.run(MARKED);
    expect(result).toMatchObject({ pruned: 0, moved: 1, failures: 1, drained: false });
    // After it has failed it is not asked again.
    expect(world.ledger.calls).toBe(1);
    expect(heldBy(world.standby)).toEqual([...ids(30), "without"]);
  });
});

describe("owning the home", () => {
  test("moves what is not processed, as one of its own, and deletes the rest", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(25));
    world.complete("m-3", "m-24");
    const result = await world.run();
    expect(result).toMatchObject({ pruned: 2, moved: 23, drained: true, failures: 0 });
    const expected = numbered(25).filter(({ id }) => id !== "m-3" && id !== "m-24");
    expect(world.work.log.map(({ entry }) => withoutId(entry))).toEqual(
      expected.map((copy) => withoutId(entryOfCopy({ ...copy, owner: HERE }))),
    );
    expect(heldBy(world.standby)).toEqual([]);
    expect(world.sqs.violations).toEqual([]);
  });

  test.each(["ledger", "watermark"] as const)(
    "moves one of the copies that have one origin, with rescue by %s, and deletes the others",
    async (rescue) => {
      const world = new World({ settings: { rescue } });
      const copies = numbered(40, (index) => ({ id: `m-${index % 3}` }));
      world.put(world.standby, ...copies);
      const result = await world.run();
      expect([...bodies(world.work)].sort()).toEqual(["m-0", "m-1", "m-2"]);
      expect(result).toMatchObject({ moved: 3, pruned: 37, drained: true, failures: 0 });
      expect(heldBy(world.standby)).toEqual([]);
    },
  );

  test("moves each copy without an origin: they may be different messages", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(world.standby, ...numbered(4, () => ({ id: "m", hasOrigin: false })));
    await world.run();
    expect(bodies(world.work)).toEqual(["m", "m", "m", "m"]);
  });

  test("deletes no copy whose message the work queue has not taken", async () => {
    const refusal: Fault = {
      kind: "entries",
      entries: [{ code: "InternalError", executed: false }],
    };
    const world = new World({ plan: [{ kind: "none" }, refusal] });
    world.put(world.standby, { id: "m" }, { id: "m" });
    await world.run();
    expect([...bodies(world.work), ...heldBy(world.standby)].sort()[0]).toBe("m");
    world.sqs.nowMs += 30_000;
    await world.run();
    expect(bodies(world.work)).toEqual(["m"]);
    expect(heldBy(world.standby)).toEqual([]);
  });

  test("keeps the order of FIFO groups, with ids made of the origin", async () => {
    const world = new World({ settings: { fifo: true } });
    const copies = numbered(60, (index) => ({ group: `g-${index % 3}` }));
    world.put(world.standby, ...copies);
    await world.run();
    for (const group of ["g-0", "g-1", "g-2"]) {
      const moved = world.work.log.filter(({ entry }) => entry.MessageGroupId === group);
      const sent = copies.filter((copy) => copy.group === group);
      expect(moved.map(({ entry }) => withoutId(entry))).toEqual(
        sent.map((copy) => withoutId(entryOfCopy({ ...copy, owner: HERE }, true))),
      );
    }
    expect(world.sqs.violations).toEqual([]);
  });

  test("moves a message again that was redriven at home, and not one that was discarded there", async () => {
    const world = new World();
    world.put(world.standby, { id: "redriven" }, { id: "discarded" });
    world.complete("discarded");
    await world.run();
    expect(bodies(world.work)).toEqual(["redriven"]);
    expect(heldBy(world.standby)).toEqual([]);
  });

  test.each([
    ["forward", ["without", "with"], []],
    ["dlq", ["with"], ["without"]],
  ] as const)(
    "with on_missing_identity %s takes a copy without identity there",
    async (onMissingIdentity, work, dlq) => {
      const world = new World({ settings: { onMissingIdentity } });
      world.put(world.standby, { id: "without", hasOrigin: false }, { id: "with" });
      expect(await world.run()).toMatchObject({ moved: work.length, deadLettered: dlq.length });
      expect(bodies(world.work)).toEqual(work);
      expect(bodies(world.dlq)).toEqual(dlq);
      expect(heldBy(world.standby)).toEqual([]);
    },
  );

  test("takes to the DLQ what the work queue refuses for the message's own fault", async () => {
    const world = new World({
      plan: [
        { kind: "none" },
        { kind: "entries", entries: [{ code: "InvalidMessageContents", executed: false }] },
      ],
    });
    world.put(world.standby, ...numbered(2));
    expect(await world.run()).toMatchObject({ moved: 1, deadLettered: 1 });
    expect([bodies(world.work), bodies(world.dlq)]).toEqual([["m-1"], ["m-0"]]);
  });

  test("leaves what the work queue does not take, and says that it is not drained", async () => {
    const throttled: Fault = { kind: "call", error: "RequestThrottled", executed: false };
    const world = new World({ plan: [{ kind: "none" }, throttled] });
    world.put(world.standby, ...numbered(4));
    expect(await world.run()).toMatchObject({ moved: 0, drained: false, failures: 4 });
    expect(heldBy(world.standby)).toEqual(ids(4));
    world.sqs.nowMs += 10_000;
    expect(await world.run()).toMatchObject({ moved: 4, drained: true });
  });

  test("is not drained while somebody else holds a copy", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(3));
    world.standby.receive(world.sqs.nowMs, 1, 30);
    expect(await world.run()).toMatchObject({ moved: 2, drained: false });
    world.sqs.nowMs += 30_000;
    expect(await world.run()).toMatchObject({ moved: 1, drained: true });
  });

  test("is drained when all that stays is marked for another region", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(40, (index) => (index % 2 === 0 ? { owner: ELSEWHERE } : {})));
    expect(await world.run()).toMatchObject({ moved: 20, left: 20, drained: true });
  });

  test.each([false, true])(
    "comes to be drained though copies for another region stay that came at different times, FIFO %p",
    async (fifo) => {
      const world = new World({ settings: { fifo } });
      for (let index = 0; index < 12; index += 1) {
        world.put(world.standby, { id: `m-${index}`, owner: ELSEWHERE, group: `${index}` });
        await world.run();
        world.sqs.nowMs += 7_000;
      }
      let drained = false;
      for (let run = 0; run < 30 && !drained; run += 1) {
        ({ drained } = await world.run());
        world.sqs.nowMs += 7_000;
      }
      expect(drained).toBe(true);
      expect(heldBy(world.standby)).toEqual(ids(12));
    },
  );

  test("moves only marked copies by hand when nobody said what is processed, also from behind others", async () => {
    const world = new World({ settings: { rescue: "manual" } });
    world.put(world.standby, ...numbered(60), { id: "marked", owner: HERE });
    expect(await world.run()).toMatchObject({ moved: 1 });
    expect(heldBy(world.standby)).toEqual(ids(60));
    world.sqs.nowMs += 120_000;
    await world.run({ processedBefore: SENT });
    expect(bodies(world.work)).toEqual(["marked", ...ids(60)]);
  });

  test.each([1, 7, 40, 500])("never moves more than %i messages a second", async (maxRate) => {
    const world = new World({ settings: { maxRate } });
    world.put(world.standby, ...numbered(1_200));
    const begun = world.sqs.nowMs;
    world.sqs.onTaken = () => {
      expect(world.work.log.length).toBeLessThanOrEqual(((world.sqs.nowMs - begun) / 1_000) * maxRate);
    };
    let moved = 0;
    for (let run = 0; run < 3; run += 1) {
      const result = await world.run();
      moved += result.moved;
      // No more is received in vain than each receiver's last batch.
      expect(result.left).toBeLessThanOrEqual(10 * Math.min(24, maxRate));
    }
    const seconds = (world.sqs.nowMs - begun) / 1_000;
    expect(moved).toBeGreaterThan(Math.min(1_199, 0.6 * maxRate * seconds));
    expect(new Set(bodies(world.work)).size).toBe(bodies(world.work).length);
  });

  test.each([200, 400, 1_400])(
    "ends before its time is up, with nothing in its hands, when calls take %i ms",
    async (ms) => {
      const time = new VirtualTime(SENT);
      const world = new World({ latency: { time, ms } });
      world.put(world.standby, ...numbered(20_000));
      await time.run(world.run());
      expect(time.now()).toBeGreaterThan(SENT + 0.7 * TASK_MS);
      expect(time.now()).toBeLessThan(SENT + TASK_MS);
      expect(world.standby.inFlightMs(time.now())).toEqual([]);
      expect(new Set(bodies(world.work)).size).toBe(world.work.log.length);
      expect(world.work.log.length + world.standby.held.length).toBe(20_000);
    },
    30_000,
  );

  test("does not begin what it has no time for", async () => {
    const world = new World();
    world.put(world.standby, ...numbered(3));
    await world.run({ until: world.sqs.nowMs + 1_000 });
    expect(world.sqs.requests.size).toBe(0);
  });

  test("that stays moves what comes later", async () => {
    const world = new World();
    world.put(world.standby, { id: "first" });
    const begun = world.sqs.nowMs;
    world.sqs.onCall = () => {
      if (world.sqs.nowMs - begun > 20_000 && world.standby.log.length === 1) {
        world.put(world.standby, { id: "later", owner: HERE });
      }
    };
    await world.run({ stay: true });
    expect(bodies(world.work)).toEqual(["first", "later"]);
    expect(world.sqs.nowMs).toBeLessThan(begun + TASK_MS);
  });

  test("stays for marked copies of a home that owns itself, too, when it is told so", async () => {
    const world = new World();
    const begun = world.sqs.nowMs;
    world.sqs.onCall = () => {
      if (world.sqs.nowMs - begun > 20_000 && world.standby.log.length === 0) {
        world.put(world.standby, { id: "later", owner: HERE });
      }
    };
    await world.run({ ...MARKED, stay: true });
    expect(bodies(world.work)).toEqual(["later"]);
  });

  test("asks a ledger again that did not answer once", async () => {
    const world = new World({ ledgerPlan: [true] });
    world.put(world.standby, ...numbered(2));
    expect(await world.run({ stay: true })).toMatchObject({ moved: 2, failures: 1 });
  });
});

describe("from afar", () => {
  const afar = { fromAfar: true };
  const produced = (id: string): SendMessageBatchRequestEntry => ({ Id: "", MessageBody: id });

  test("reads the home's outbox and ingress queue, and gives what was not taken in its origin, with the mark that the home's replicator would give it", async () => {
    const world = new World();
    world.put(world.standby, { id: "standby" });
    world.put(world.outbox, { id: "outbox" }, { id: "done" });
    world.complete("done");
    world.ingress.enqueue(produced("ingress"), world.sqs.nowMs);
    const result = await world.run(afar);
    expect(result).toMatchObject({ moved: 3, fromAfar: 2, pruned: 1, drained: true });
    expect(bodies(world.work)).toEqual(["standby", "outbox", "ingress"]);
    for (const queue of [world.standby, world.outbox, world.ingress]) expect(heldBy(queue)).toEqual([]);
    const record = sqsRecord({ messageId: world.ingress.log[0]!.messageId, body: "ingress" });
    expect(withoutId(world.work.log[2]!.entry)).toEqual(
      withoutId(
        entryOf(
          {
            ...messageOf(record),
            attributes: { [ORIGIN_ATTRIBUTE]: encodeOrigin(originOf(record, HOME, HERE)) },
          },
          "",
        ),
      ),
    );
    expect(world.sqs.violations).toEqual([]);
  });

  test("takes nothing for processed or expired that the home has not taken in", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.ingress.enqueue(produced("waited for days"), world.sqs.nowMs);
    world.sqs.nowMs += 6 * DAY_MS;
    await world.run({ ...afar, processedBefore: world.sqs.nowMs });
    expect(bodies(world.work)).toEqual(["waited for days"]);
  });

  test("calls the home in no other case", async () => {
    const world = new World();
    world.put(world.outbox, { id: "outbox" });
    await world.run();
    await world.run({ ...afar, ...MARKED });
    expect([...world.sqs.requests.keys()].every((queue) => queue.endsWith(`@${HERE}`))).toBe(true);
  });

  test("ends with the first call to the home that fails", async () => {
    const refused: Fault = { kind: "call", error: "TimeoutError", executed: false };
    // The standby queue is looked at twice before it is called empty.
    const world = new World({ plan: [{ kind: "none" }, { kind: "none" }, refused] });
    world.put(world.outbox, { id: "outbox" });
    world.ingress.enqueue(produced("ingress"), world.sqs.nowMs);
    expect(await world.run(afar)).toMatchObject({ moved: 0, fromAfar: 0, failures: 1, drained: true });
    expect(world.sqs.requests.get(world.outbox.name)).toBe(1);
    expect(world.sqs.requests.has(world.ingress.name)).toBe(false);
  });

  test("does not ask the home again in a run that stays", async () => {
    const refused: Fault = { kind: "call", error: "TimeoutError", executed: false };
    const world = new World({ plan: [{ kind: "none" }, { kind: "none" }, refused] });
    world.put(world.outbox, { id: "outbox" });
    const begun = world.sqs.nowMs;
    expect(await world.run({ ...afar, stay: true })).toMatchObject({ moved: 0, failures: 1 });
    expect(world.sqs.nowMs - begun).toBeGreaterThan(40_000);
    expect(world.sqs.requests.get(world.outbox.name)).toBe(1);
    expect(await world.run({ ...afar, stay: true })).toMatchObject({ fromAfar: 1 });
  });

  test("ends when the home does not delete what was moved, and moves it to nothing new later", async () => {
    const refused: Fault = { kind: "call", error: "TimeoutError", executed: false };
    const none: Fault = { kind: "none" };
    // Twice the standby queue; then receive, send, and two tries to delete.
    const world = new World({
      settings: { fifo: true },
      plan: [none, none, none, none, none, refused, refused],
    });
    world.put(world.outbox, { id: "m-0" });
    expect(await world.run(afar)).toMatchObject({ moved: 1, failures: 1 });
    expect(world.sqs.requests.has(world.ingress.name)).toBe(false);
    world.sqs.nowMs += 60_000;
    await world.run(afar);
    expect(bodies(world.work)).toEqual(["m-0"]);
    expect(heldBy(world.outbox)).toEqual([]);
  });

  test("does without the outbox where there is none", async () => {
    const { homeOutboxQueueUrl: _none, ...settings } = new World().settings;
    const world = new World({ settings: { ...settings } });
    Object.assign(world, { settings });
    world.ingress.enqueue(produced("ingress"), world.sqs.nowMs);
    expect(await world.run(afar)).toMatchObject({ moved: 1, fromAfar: 1 });
    expect(world.sqs.requests.has(world.outbox.name)).toBe(false);
  });

  test.each(["standby", "outbox"] as const)(
    "lets no message of a FIFO queue overtake one that somebody holds on the %s queue",
    async (earlier) => {
      const world = new World({ settings: { fifo: true } });
      world.put(world[earlier], { id: "m-0", group: "a" });
      world[earlier].receive(world.sqs.nowMs, 1, 30);
      world.ingress.enqueue(
        { ...produced("m-1"), MessageGroupId: "a", MessageDeduplicationId: "own" },
        world.sqs.nowMs,
      );
      await world.run({ ...afar, until: world.sqs.nowMs + 20_000 });
      expect(bodies(world.work)).toEqual([]);
      expect(heldBy(world.ingress)).toEqual(["m-1"]);
      world.sqs.nowMs += 60_000;
      await world.run(afar);
      expect(bodies(world.work)).toEqual(["m-0", "m-1"]);
    },
  );
});

test.each([true, false])(
  "from afar, what stays on an earlier queue for another region holds up nothing: FIFO %s",
  async (fifo) => {
    const world = new World({ settings: { fifo, rescue: "watermark" } });
    world.put(world.standby, { id: "theirs", owner: ELSEWHERE });
    world.put(world.outbox, { id: "m-0" });
    world.put(world.ingress, { id: "m-1", hasOrigin: false });
    await world.run({ fromAfar: true, stay: true });
    expect(bodies(world.work)).toEqual(["m-0", "m-1"]);
    expect(heldBy(world.standby)).toEqual(["theirs"]);
  },
);

test("from afar, what comes to an earlier FIFO queue in the meantime goes first, in the same run", async () => {
  const world = new World({ settings: { fifo: true } });
  const entry = { Id: "", MessageBody: "m-1", MessageGroupId: "a", MessageDeduplicationId: "own" };
  world.ingress.enqueue(entry, world.sqs.nowMs);
  world.sqs.onCall = (queue) => {
    if (queue === world.ingress.name && world.standby.log.length === 0) {
      world.put(world.standby, { id: "m-0", group: "a" });
    }
  };
  await world.run({ fromAfar: true });
  expect(bodies(world.work)).toEqual(["m-0", "m-1"]);
});

describe("reclaim", () => {
  const reclaim = { action: "reclaim", home: HERE, moves: [] } as const;
  const rescued = { from: SENT - 1_000, until: SENT + 10_000 };

  test("deletes from the own work queue what another region has rescued, and nothing else", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(
      world.work,
      { id: "rescued", home: HERE },
      { id: "processed there before", home: HERE, sent: rescued.from - 1 },
      { id: "of another home", home: HOME },
      { id: "marked", home: HERE, owner: ELSEWHERE },
      { id: "without origin", hasOrigin: false },
      { id: "rescued too", home: HERE, sent: rescued.from },
      { id: "the last that was rescued", home: HERE, sent: rescued.until - 1 },
      { id: "taken in later", home: HERE, sent: rescued.until },
    );
    world.pass.open.clear();
    const result = await world.run({ ...reclaim, rescued });
    expect(result).toMatchObject({ reclaimed: 3, drained: true, failures: 0, moved: 0, pruned: 0 });
    expect(heldBy(world.work)).toEqual([
      "processed there before",
      "of another home",
      "marked",
      "without origin",
      "taken in later",
    ]);
    expect(world.work.inFlightMs(world.sqs.nowMs)).toEqual([]);
  });

  test("receives each message once, gets past what stays, and makes it visible at its end", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(world.work, ...numbered(500, (index) => ({ home: index < 300 ? HOME : HERE })));
    const receives = new Map<string, number>();
    const original = world.work.receive.bind(world.work);
    world.work.receive = (...args) => {
      const records = original(...args);
      for (const { body } of records) receives.set(body, (receives.get(body) ?? 0) + 1);
      return records;
    };
    expect(await world.run({ ...reclaim, rescued })).toMatchObject({ reclaimed: 200, drained: true });
    expect(new Set(receives.values())).toEqual(new Set([1]));
    expect(heldBy(world.work)).toEqual(ids(300));
    expect(world.work.inFlightMs(world.sqs.nowMs)).toEqual([]);
  });

  test("finds what is behind other messages of a FIFO group", async () => {
    const world = new World({ settings: { rescue: "watermark", fifo: true } });
    world.put(world.work, ...numbered(50, (index) => ({ home: index < 5 ? HOME : HERE })));
    expect(await world.run({ ...reclaim, rescued })).toMatchObject({ reclaimed: 45, drained: true });
    expect(heldBy(world.work)).toEqual(ids(5));
    expect(world.work.inFlightMs(world.sqs.nowMs)).toEqual([]);
  });

  test("does not wait for what somebody holds: consumers hold messages for hours", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(world.work, ...numbered(3, () => ({ home: HERE })));
    world.work.receive(world.sqs.nowMs, 1, 900);
    const began = world.sqs.nowMs;
    expect(await world.run({ ...reclaim, rescued })).toMatchObject({ reclaimed: 2, drained: true });
    expect(world.sqs.nowMs).toBeLessThan(began + TASK_MS / 2);
  });

  test("looks again when something could not be deleted", async () => {
    const refused: Fault = { kind: "call", error: "TimeoutError", executed: false };
    const world = new World({
      settings: { rescue: "watermark" },
      plan: [{ kind: "none" }, refused, refused],
    });
    world.put(world.work, ...numbered(3, () => ({ home: HERE })));
    expect(await world.run({ ...reclaim, rescued })).toMatchObject({ reclaimed: 3, drained: true });
    expect(heldBy(world.work)).toEqual([]);
  });

  test("does not ask the home for anything", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    await world.run({ ...reclaim, rescued });
    expect([...world.sqs.requests.keys()]).toEqual([world.work.name]);
  });
});

function withoutId({ Id, ...entry }: SendMessageBatchRequestEntry) {
  return entry;
}

test("the model's queues are where the settings say", () => {
  const world = new World();
  expect(world.work.name).toBe(`orders@${HERE}`);
  expect(world.settings.homeIngressQueueUrl).toBe(url("orders-ingress"));
});
