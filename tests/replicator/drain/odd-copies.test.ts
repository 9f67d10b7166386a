import { identifier, ledgerId } from "../../../ledger/key";
import { ORIGIN_ATTRIBUTE } from "../../../messages/origin";
import { piecesOf } from "../../../messages/pieces";
import { readPieces } from "../pieces";
import { HOME, SENT } from "../records";
import {
  bodies,
  ELSEWHERE,
  entryOfCopy,
  HERE,
  heldBy,
  ledgerIdOf,
  MARKED,
  numbered,
  OWNED,
  World,
} from "./world";

const DAY_MS = 86_400_000;

describe("a message whose contents break what looks for its identity", () => {
  const deep = "deep";
  /** As a parser does with JSON that is nested too deep; how deep that is depends on the machine. */
  const descend = (level: number): number => descend(level + 1) + 1;

  function worldWith(settings: ConstructorParameters<typeof World>[0] = {}): World {
    const world = new World(settings);
    world.ledgerIdOf = (message) => (message.body === deep ? String(descend(0)) : ledgerIdOf(message));
    return world;
  }

  test.each([false, true])("keeps none of its batch from going, FIFO %p, and is counted", async (fifo) => {
    const world = worldWith({ settings: { fifo } });
    const others = numbered(29, (index) => ({ group: `${index % 3}` }));
    world.put(
      world.standby,
      ...others.slice(0, 5),
      { id: "deep", body: deep, group: "0" },
      ...others.slice(5),
    );
    const result = await world.run(OWNED);
    expect(result).toMatchObject({ moved: 30, drained: true, failed: ["message IdentityUnreadable 1"] });
    expect(heldBy(world.standby)).toEqual([]);
  });

  test("has no identity: `on_missing_identity` says where it goes", async () => {
    const world = worldWith({ settings: { onMissingIdentity: "dlq" } });
    world.put(world.standby, { id: "deep", body: deep }, { id: "other" });
    expect(await world.run(OWNED)).toMatchObject({ moved: 1, deadLettered: 1 });
    expect(bodies(world.dlq)).toEqual([deep]);
  });

  test("stays while its home owns itself, and what is behind it is pruned", async () => {
    const world = worldWith();
    world.put(world.standby, { id: "other" }, { id: "deep", body: deep });
    world.complete("other");
    expect(await world.run(MARKED)).toMatchObject({ pruned: 1, moved: 0 });
    expect(heldBy(world.standby)).toEqual([deep]);
  });
});

describe("with a business key", () => {
  const identify = identifier({ queue: "orders", businessKey: "powertools_json(body).order" });
  const body = (open: string, close: string, depth: number) =>
    `{"order":${open.repeat(depth)}"o"${close.repeat(depth)}}`;

  test.each([
    ["lists", "[", "]"],
    ["objects", '{"order":', "}"],
  ])(
    "bodies nested in %s hold no copy on the queue, and each is known by its origin",
    async (_, open, close) => {
      for (const depth of [17, 2_600, 20_000]) {
        const world = new World();
        world.ledgerIdOf = (message) => identify(message)?.id;
        const copies = numbered(40, (index) => ({
          body: index % 3 === 0 ? body(open, close, depth) : '{"order":1}',
        }));
        world.put(world.standby, ...copies);
        world.ledger.completed.add(identify({ body: '{"order":1}', attributes: {} })!.id);
        world.ledger.completed.add(ledgerId("orders", `origin/${HOME}/m-0`));
        expect(await world.run(OWNED)).toMatchObject({ moved: 13, pruned: 27, drained: true, failures: 0 });
        expect(heldBy(world.standby)).toEqual([]);
      }
    },
  );
});

describe("an origin that nobody of the group has written", () => {
  test("with a field that can be read and not written keeps nothing of its batch from going", async () => {
    const world = new World();
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    for (const copy of [{ id: "0" }, { id: "1" }, { id: "2" }]) {
      const entry = entryOfCopy(copy);
      const { DataType, StringValue = "" } = entry.MessageAttributes![ORIGIN_ATTRIBUTE]!;
      const odd = copy.id === "1" ? `${StringValue.slice(0, -1)},"later":${deep}}` : StringValue;
      const MessageAttributes = { [ORIGIN_ATTRIBUTE]: { DataType, StringValue: odd } };
      world.standby.enqueue({ ...entry, MessageAttributes }, SENT);
    }
    expect(await world.run(OWNED)).toMatchObject({ moved: 3, drained: true });
    expect(bodies(world.work)).toEqual(["0", "1", "2"]);
  });

  test.each([false, true])(
    "for another home opens that home's gate nowhere: the copy stays, FIFO %p",
    async (fifo) => {
      const world = new World({ settings: { fifo } });
      world.put(
        world.standby,
        { id: "strange", home: ELSEWHERE },
        { id: "own", home: HERE },
        { id: "marked", home: ELSEWHERE, owner: HERE },
        { id: "behind" },
      );
      const result = await world.run({ moves: [...OWNED.moves, ELSEWHERE], processedBefore: SENT + DAY_MS });
      expect(result).toMatchObject({
        moved: 1,
        pruned: 0,
        drained: true,
        failed: [expect.stringMatching(/^message ForeignOrigin [36]$/)],
      });
      expect(bodies(world.work)).toEqual(["behind"]);
      expect(heldBy(world.standby)).toEqual(["strange", "own", "marked"]);
    },
  );

  test("for an owner that is no region stays, however much is owned here", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(world.standby, { id: "0", owner: "xx-none-1" }, { id: "1" });
    await world.run({ moves: [...OWNED.moves, ELSEWHERE], processedBefore: SENT });
    expect([bodies(world.work), heldBy(world.standby)]).toEqual([["1"], ["0"]]);
  });

  test.each([
    ["before any queue of the group can have had it", SENT - 40 * DAY_MS],
    ["after it arrived here", SENT + DAY_MS],
    ["before all time", -1],
  ])("with a time %s is judged by its arrival", async (_, sent) => {
    const world = new World({ settings: { rescue: "watermark" } });
    world.put(world.standby, { id: "0", sent });
    const answersFor = [{ from: sent - 1, until: sent + 1 }];
    // Were its time true, it would be processed before, or this region's to process.
    const early = { ...MARKED, answersFor, processedBefore: Math.min(SENT, sent + DAY_MS / 2) };
    expect(await world.run(early)).toMatchObject({ pruned: 0, moved: 0 });
    expect(heldBy(world.standby)).toEqual(["0"]);
    expect(await world.run({ ...MARKED, processedBefore: SENT + 1 })).toMatchObject({ pruned: 1 });
  });

  test("with a time four weeks old is believed: so long two queues may have held the message", async () => {
    const world = new World({ settings: { rescue: "watermark" } });
    const sent = SENT - 27 * DAY_MS;
    world.put(world.standby, { id: "0", sent });
    expect(await world.run({ ...MARKED, processedBefore: sent })).toMatchObject({ pruned: 0 });
    expect(await world.run({ ...MARKED, processedBefore: sent + 1 })).toMatchObject({ pruned: 1 });
  });
});

describe("read from afar, on the home's ingress queue", () => {
  test.each([true, false])(
    "a message that no queue takes is kept in pieces, and its group goes on, FIFO %p",
    async (fifo) => {
      const world = new World({ settings: { fifo } });
      const body = "z".repeat(500_000);
      world.put(world.ingress, { id: "0", body, hasOrigin: false }, { id: "1", hasOrigin: false });
      expect(await world.run({ fromAfar: true })).toMatchObject({ moved: 1, deadLettered: 1 });
      expect(bodies(world.work)).toEqual(["1"]);
      const kept = [...readPieces(world.dlq.log.map(({ entry }) => entry)).values()];
      expect(kept.map((told) => told.body)).toEqual([body]);
      expect(heldBy(world.ingress)).toEqual([]);
    },
  );

  test("a piece that somebody has redriven comes to no consumer", async () => {
    const world = new World();
    const [piece] = piecesOf({ body: "x", attributes: {} }, "id");
    world.ingress.enqueue({ Id: "", MessageBody: piece!.body, MessageAttributes: piece!.attributes }, SENT);
    expect(await world.run({ fromAfar: true })).toMatchObject({ moved: 0, deadLettered: 1 });
    expect([bodies(world.work), bodies(world.dlq)]).toEqual([[], [piece!.body]]);
  });
});
