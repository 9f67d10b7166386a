import type { HomeNow } from "../../../ownership/lease/settings";
import { standbysToAsk, type TaskInput, tasksFor } from "../../../replicator/control/tasks";
import { controlledQueue, HOME, homeOf, NOW, PEER, REGIONS, THIRD } from "./group";

const SECOND = 1_000;
const LEDGER = controlledQueue();
const WATERMARK = controlledQueue({ rescue: "watermark" });
const MANUAL = controlledQueue({ rescue: "manual" });
const FIFO = controlledQueue({ work: "orders.fifo" });

/** Taken so long ago that nothing of the owner before is under way. */
const TAKEN = 20 * SECOND;
const JUST_TAKEN = TAKEN - 1;
const OWN = homeOf(PEER, { held: true, open: true, takenAgoMs: NOW });
const OWNED = homeOf(PEER, { epoch: 2, held: true, open: true, takenAgoMs: TAKEN });
const RESCUE = { epoch: 2, until: NOW - 21 * SECOND, queues: { orders: 500 } };

function input(over: Partial<TaskInput> = {}, home: HomeNow = homeOf(HOME)): TaskInput {
  return {
    region: PEER,
    regions: [HOME, PEER],
    takeoverOrder: Object.fromEntries(REGIONS.map((of) => [of, REGIONS.filter((one) => one !== of)])),
    inFlightSeconds: 20,
    queues: [LEDGER],
    homes: { [HOME]: home, [PEER]: OWN },
    heldMs: { [HOME]: 10 * SECOND, [PEER]: NOW },
    notes: {},
    heard: { [HOME]: NOW },
    hasCopies: () => true,
    now: NOW,
    ...over,
  };
}

const tasks = (over?: Partial<TaskInput>, home?: HomeNow) =>
  tasksFor(input(over, home)).map(({ task }) => task);
const moves = (over?: Partial<TaskInput>, home?: HomeNow) => tasks(over, home)[0]?.moves;

test("each drainer of a peer's copies gets a task until its time is up", () => {
  const queues = [
    LEDGER,
    controlledQueue({ queue: "mails" }, HOME, THIRD),
    controlledQueue({ queue: "none" }, THIRD),
  ];
  expect(tasksFor(input({ queues }))).toEqual([
    {
      queue: "orders",
      functionName: `orders-drainer-${HOME}`,
      standby: `orders-standby-${HOME}`,
      task: { v: 2, home: HOME, action: "drain", until: NOW + 25 * SECOND, moves: [PEER] },
    },
    expect.objectContaining({ functionName: `mails-drainer-${HOME}` }),
  ]);
});

describe("a drainer is sent", () => {
  test("about a home that is not this region's only when there are copies", () => {
    expect(tasks({ hasCopies: () => false })).toEqual([]);
    expect(tasks({ hasCopies: (standby) => standby === `orders-standby-${HOME}` })).toHaveLength(1);
  });

  test("about a home that is this region's always, to stay", () => {
    expect(tasks({ hasCopies: () => false }, OWNED)).toMatchObject([{ stay: true, fromAfar: false }]);
  });

  test("about a home that goes away only when there are copies, and no longer to stay", () => {
    const leaving = { ...OWNED, next: HOME };
    expect(tasks({ hasCopies: () => false }, leaving)).toEqual([]);
    expect(tasks({}, leaving)).toMatchObject([{ moves: [PEER] }]);
    expect(tasks({}, leaving)[0]).not.toHaveProperty("stay");
  });

  test("so the standby queues of homes that are not kept are asked", () => {
    const queues = [LEDGER, controlledQueue({ queue: "none" }, THIRD)];
    expect(standbysToAsk(input({ queues }))).toEqual([`orders-standby-${HOME}`]);
    expect(standbysToAsk(input({ queues }, OWNED))).toEqual([]);
    expect(standbysToAsk(input({ queues }, { ...OWNED, next: HOME }))).toEqual([`orders-standby-${HOME}`]);
  });
});

test("the home's queues are read from here when its canary is silent", () => {
  const afar = (heard: Readonly<Record<string, number>>) => tasks({ heard }, OWNED)[0]!.fromAfar;
  expect([afar({ [HOME]: NOW - 45 * SECOND }), afar({ [HOME]: NOW - 45 * SECOND - 1 }), afar({})]).toEqual([
    false,
    true,
    true,
  ]);
  expect(tasks({ heard: {} })[0]).not.toHaveProperty("fromAfar");
});

describe("copies are moved of", () => {
  const noted = { notes: { [HOME]: { queues: {}, rescue: RESCUE } } };
  const ago = (takenAgoMs: number): HomeNow => ({ ...OWNED, takenAgoMs });

  test("the own region, while it owns itself and is to stay so", () => {
    const own = (now: HomeNow) => moves({ homes: { [HOME]: homeOf(HOME), [PEER]: now } });
    expect(own(OWN)).toEqual([PEER]);
    expect(own(homeOf(HOME))).toEqual([]);
    expect(own({ ...OWN, held: false })).toEqual([]);
    expect(own({ ...OWN, next: HOME })).toEqual([]);
  });

  test("a home that is this region's, by the ledger at once", () => {
    expect(moves({}, ago(JUST_TAKEN))).toEqual([HOME, PEER]);
    expect(moves({}, { ...OWNED, held: false })).toEqual([PEER]);
  });

  test.each([
    ["a queue by watermark", { queues: [WATERMARK], ...noted }],
    ["a queue by hand", { queues: [MANUAL], ...noted }],
  ])("%s when the work in flight of the owner before has ended", (_, over) => {
    expect(moves(over, ago(JUST_TAKEN))).toEqual([PEER]);
    expect(moves(over, ago(TAKEN))).toEqual([HOME, PEER]);
  });

  test("of a FIFO queue nothing before that, also of what is marked: it would overtake", () => {
    expect(moves({ queues: [FIFO] }, ago(JUST_TAKEN))).toEqual([]);
    expect(moves({ queues: [FIFO] }, ago(TAKEN))).toEqual([HOME, PEER]);
  });

  test("that work, too, when nobody says when it was taken, from when this run first saw that it holds the home", () => {
    const seen = (ms: number) =>
      moves({ queues: [FIFO], heldMs: { [HOME]: ms, [PEER]: NOW } }, homeOf(PEER, { held: true }));
    expect([seen(19 * SECOND), seen(20 * SECOND)]).toEqual([[], [HOME, PEER]]);
  });

  test("no clock of a table that is behind holds it up for long", () => {
    const seen = (ms: number) =>
      moves({ queues: [FIFO], heldMs: { [HOME]: ms, [PEER]: NOW } }, ago(-3_600 * SECOND));
    expect([seen(54 * SECOND), seen(55 * SECOND)]).toEqual([[], [HOME, PEER]]);
  });

  test.each<[string, Partial<TaskInput>]>([
    ["nothing is noted", { notes: {} }],
    [
      "what is noted is of another epoch",
      { notes: { [HOME]: { queues: {}, rescue: { ...RESCUE, epoch: 1 } } } },
    ],
    ["it is handed back", { notes: { [HOME]: { queues: {}, rescue: { ...RESCUE, handedBack: true } } } }],
  ])("none that is told apart by a moment while %s", (_, over) => {
    expect(moves({ queues: [WATERMARK], ...over }, OWNED)).toEqual([PEER]);
  });

  test("by watermark though none is known, and by hand not", () => {
    const notes = { [HOME]: { queues: {}, rescue: { ...RESCUE, queues: {} } } };
    expect(moves({ queues: [WATERMARK], notes }, OWNED)).toEqual([HOME, PEER]);
    expect(moves({ queues: [MANUAL], notes }, OWNED)).toEqual([PEER]);
  });

  test("what is marked for a region whose home is this region's, wherever it was taken in, needs no moment", () => {
    const queues = [controlledQueue({ rescue: "manual" }, HOME, THIRD)];
    const homes = { [HOME]: homeOf(HOME), [PEER]: OWN, [THIRD]: OWNED };
    const byHome = Object.fromEntries(
      tasks({ regions: REGIONS, queues, homes }).map((task) => [task.home, task.moves]),
    );
    // Of its own copies without a mark nothing is known.
    expect(byHome).toEqual({ [HOME]: [PEER, THIRD], [THIRD]: [PEER] });
    const early = tasks({ regions: REGIONS, queues, homes: { ...homes, [THIRD]: ago(JUST_TAKEN) } });
    expect(early.map((task) => task.moves)).toEqual([[PEER], [PEER]]);
  });
});

describe("what counts as processed", () => {
  const countedBefore = (over: Partial<TaskInput>, home?: HomeNow) => tasks(over, home)[0]!.processedBefore;
  const notes = { [HOME]: { queues: { orders: 700 }, rescue: RESCUE } };

  test("is what the home has told, while the home or this region owns it", () => {
    const told = { queues: [WATERMARK], notes: { [HOME]: { queues: { orders: 700 } } } };
    expect(countedBefore(told)).toBe(700);
    expect(countedBefore(told, OWNED)).toBe(700);
    expect(countedBefore(told, homeOf(THIRD))).toBeUndefined();
    expect(countedBefore(told, { held: false, open: false })).toBeUndefined();
    expect(countedBefore({ ...told, queues: [MANUAL] })).toBeUndefined();
  });

  test("is frozen while this region rescues it", () => {
    expect(countedBefore({ queues: [WATERMARK], notes }, OWNED)).toBe(500);
    expect(countedBefore({ queues: [MANUAL], notes }, OWNED)).toBe(500);
    const unknown = { [HOME]: { queues: { orders: 700 }, rescue: { ...RESCUE, queues: {} } } };
    expect(countedBefore({ queues: [WATERMARK], notes: unknown }, OWNED)).toBeUndefined();
  });

  test("is the ledger's affair alone where there is one, whatever the operator says", () => {
    expect(countedBefore({ notes }, { ...OWNED, since: 900 })).toBeUndefined();
  });
});

describe("this region answers for", () => {
  const span = { epoch: 1, until: 300, queues: { orders: 100, mails: 300 } };
  const answers = (over: Partial<TaskInput>, home?: HomeNow) => tasks(over, home)[0]!.answersFor;

  test("what it has rescued and handed back, whoever owns the home", () => {
    const queues = [WATERMARK];
    const kept = { queues: {}, spans: [span] };
    expect(answers({ queues, notes: { [HOME]: kept } })).toEqual([{ from: 100, until: 300 }]);
    expect(answers({ queues, notes: { [HOME]: kept } }, homeOf(THIRD))).toEqual([{ from: 100, until: 300 }]);
    const handing = { ...kept, rescue: { ...RESCUE, handedBack: true as const } };
    expect(answers({ queues, notes: { [HOME]: handing } }, OWNED)).toEqual([
      { from: 100, until: 300 },
      { from: 500, until: RESCUE.until },
    ]);
  });

  test("nothing of which it has rescued nothing, or that has a ledger", () => {
    const notes = { [HOME]: { queues: {}, rescue: RESCUE, spans: [span] } };
    expect(answers({ notes })).toBeUndefined();
    expect(
      answers({ notes, queues: [controlledQueue({ queue: "mails", rescue: "watermark" })] }),
    ).toBeUndefined();
    expect(
      answers({ notes: { [HOME]: { queues: {}, rescue: RESCUE } }, queues: [WATERMARK] }, OWNED),
    ).toBeUndefined();
  });
});

describe("what is marked for a region whose home the copies' own home owns", () => {
  /** Its outbox to the lost region has nothing left. */
  const LONG_AGO = 180 * SECOND;
  const LOST = homeOf(HOME, { takenAgoMs: LONG_AGO });
  const adopts = (homes: TaskInput["homes"], over: Partial<TaskInput> = {}) =>
    tasks({ regions: REGIONS, homes: { [HOME]: homeOf(HOME), [PEER]: OWN, ...homes }, ...over })[0]!;

  test("is for the first of the others that processes its own messages, of any queue", () => {
    for (const queue of [LEDGER, WATERMARK, MANUAL, FIFO])
      expect(adopts({ [THIRD]: LOST }, { queues: [queue] })).toMatchObject({
        moves: [PEER, THIRD],
        adopts: [THIRD],
      });
    const third = { region: THIRD, queues: [controlledQueue({}, HOME)] };
    const seenInThird = { [PEER]: LOST, [THIRD]: { ...OWN, owner: THIRD } };
    expect(adopts(seenInThird, third)).toMatchObject({ adopts: [PEER] });
  });

  test.each<[string, TaskInput["homes"]]>([
    ["the marked region processes its own messages", { [THIRD]: homeOf(THIRD, { takenAgoMs: LONG_AGO }) }],
    ["a region owns its home that has copies", { [THIRD]: homeOf("sa-east-1", { takenAgoMs: LONG_AGO }) }],
    ["its home has just been taken", { [THIRD]: homeOf(HOME, { takenAgoMs: LONG_AGO - 1 }) }],
    ["this region is losing its own home", { [THIRD]: LOST, [PEER]: { ...OWN, next: HOME } }],
    ["this region does not own its own home", { [THIRD]: LOST, [PEER]: homeOf(HOME) }],
  ])("is not this region's when %s", (_, homes) => {
    expect(adopts(homes)).not.toHaveProperty("adopts");
  });

  test("is another's that is first", () => {
    const other = "sa-east-1";
    const order = { takeoverOrder: { [HOME]: [other, PEER, THIRD] } };
    expect(adopts({ [THIRD]: LOST, [other]: homeOf(other) }, order)).not.toHaveProperty("adopts");
  });

  test("is for the owner of the first one's home where that one is lost as well", () => {
    const other = "sa-east-1";
    const homes = { [THIRD]: LOST, [other]: { ...OWNED, owner: PEER } };
    const order = { takeoverOrder: { [HOME]: [THIRD, other, PEER] } };
    expect(adopts(homes, order)).toMatchObject({ adopts: [THIRD] });
  });

  test("waits for the work in flight of the owner before", () => {
    expect(adopts({ [THIRD]: LOST }, { inFlightSeconds: 181 })).not.toHaveProperty("adopts");
  });
});
