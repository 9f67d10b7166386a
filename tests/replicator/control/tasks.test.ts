import { DRAIN_TASK_SECONDS, HEARTBEAT_FRESH_SECONDS } from "../../../core/limits";
import { initialRoles, type Role, type Roles } from "../../../ownership/roles";
import {
  type HomeWatermark,
  initialStates,
  PHASES,
  type Phase,
  type States,
} from "../../../ownership/states";
import type { ControlledQueue } from "../../../replicator/control/settings";
import { errandsOf } from "../../../replicator/control/tasks";
import type { DrainTask } from "../../../replicator/drain/task";
import { controlledQueue, HOME, NOW, PEER, REGIONS, THIRD } from "./group";

interface Given {
  readonly phase?: Phase;
  readonly role?: Partial<Role>;
  readonly queue?: Partial<ControlledQueue>;
  readonly watermark?: HomeWatermark;
  readonly heardSecondsAgo?: number;
  /** @default in phase owner */
  readonly moves?: boolean;
}

/** The task that a peer gives its drainer of the home. */
function taskOf({
  phase = "standing-by",
  role = {},
  queue = {},
  watermark,
  heardSecondsAgo = 0,
  moves = phase === "owner",
}: Given): DrainTask {
  const initial = initialRoles(REGIONS);
  const roles: Roles = {
    ...initial,
    homes: { ...initial.homes, [HOME]: { owner: HOME, epoch: 1, at: 0, from: [], ...role } },
  };
  const own = initialStates(PEER, REGIONS);
  const states: States = {
    ...own,
    homes: { ...own.homes, [HOME]: { phase, epoch: 1, since: 0 } },
    heard: { [HOME]: { at: NOW - heardSecondsAgo * 1_000, fit: true } },
    ...(watermark === undefined ? {} : { watermarks: { [HOME]: watermark } }),
  };
  const queues = [controlledQueue(queue)];
  const [errand, ...others] = errandsOf({
    region: PEER,
    regions: REGIONS,
    queues,
    roles,
    states,
    moves: moves ? [HOME] : [],
    now: NOW,
  });
  expect(others).toEqual([]);
  return errand!.task;
}

const owned = { owner: PEER, from: [HOME] };

test("goes to the drainer of each home and queue, and ends before the next run; before the first order nothing is marked", () => {
  const queues = [
    controlledQueue({}, HOME, THIRD),
    controlledQueue({ queue: "mails" }, THIRD),
    controlledQueue({ queue: "none", drainers: {} }),
  ];
  const input = { region: PEER, regions: REGIONS, roles: initialRoles(REGIONS), moves: [], now: NOW };
  const errands = errandsOf({ ...input, queues, states: initialStates(PEER, REGIONS) });
  const until = NOW + DRAIN_TASK_SECONDS * 1_000;
  const task = { v: 1, action: "prune", until, marked: false };
  expect(errands).toEqual([
    { queue: "orders", functionName: `orders-drainer-${HOME}`, task: { ...task, home: HOME } },
    { queue: "orders", functionName: `orders-drainer-${THIRD}`, task: { ...task, home: THIRD } },
    { queue: "mails", functionName: `mails-drainer-${THIRD}`, task: { ...task, home: THIRD } },
  ]);
});

test("there is none for the own home", () => {
  const input = { region: HOME, regions: REGIONS, roles: initialRoles(REGIONS), moves: [], now: NOW };
  expect(errandsOf({ ...input, queues: [controlledQueue()], states: initialStates(HOME, REGIONS) })).toEqual(
    [],
  );
});

test("an owner that the record does not admit moves nothing but what is marked for it", () => {
  expect(taskOf({ phase: "owner", role: owned, moves: false })).toMatchObject({
    action: "prune",
    marked: true,
  });
  expect(taskOf({ phase: "owner", role: owned })).toMatchObject({ action: "move", marked: true });
});

const OWNERS = [HOME, PEER, THIRD];
const everywhere = PHASES.flatMap((phase) => OWNERS.map((owner) => [phase, owner] as const));

test.each(everywhere)(
  "%s, owned by %s: moves in phase owner only, and what is marked for here always",
  (phase, owner) => {
    for (const queue of [{}, { rescue: "watermark" }] as const) {
      expect(taskOf({ phase, role: { owner }, queue })).toMatchObject({
        action: phase === "owner" ? "move" : "prune",
        marked: true,
      });
    }
  },
);

describe("with a ledger", () => {
  const watermark = { queues: { orders: 5 }, frozen: 1, completeUntil: 9, spans: [[1, 2]] } as const;

  test.each(everywhere)("%s, owned by %s: nothing is told apart by time", (phase, owner) => {
    const task = taskOf({ phase, role: { owner }, watermark });
    for (const field of ["processedBefore", "takenInBefore", "answersFor"])
      expect(task).not.toHaveProperty(field);
  });

  test("but by what the operator says, while that holds", () => {
    expect(taskOf({ phase: "owner", role: { ...owned, since: 7 } }).processedBefore).toBe(7);
    expect(taskOf({ role: { owner: THIRD, since: 7 } })).not.toHaveProperty("processedBefore");
  });
});

describe("by watermark", () => {
  const queue = { rescue: "watermark", marginSeconds: 120 } as const;
  const followed = { queues: { orders: NOW } };
  const frozen = { ...followed, frozen: 1 };
  const fenced = { ...frozen, completeUntil: NOW + 9 };
  const own = [{ from: NOW, until: NOW + 9 }];
  const earlier = { spans: [[1, 2]] } as const;

  test.each<[string, Given, Partial<DrainTask>]>([
    ["knows nothing of a home that has told nothing", {}, {}],
    ["prunes what the home had processed", { watermark: followed }, { processedBefore: NOW }],
    ["not what a third region processes", { watermark: followed, role: { owner: THIRD } }, {}],
    [
      "nor while it is to be the owner itself",
      { watermark: followed, role: owned, phase: "taking-over" },
      {},
    ],
    [
      "moves everything when nothing is known",
      { watermark: { queues: {}, frozen: 1 }, role: owned, phase: "owner" },
      {},
    ],
    [
      "moves from the frozen watermark on",
      { watermark: frozen, role: owned, phase: "owner" },
      { processedBefore: NOW },
    ],
    [
      "to the moment at which the home was fenced, when that is known",
      { watermark: fenced, role: owned, phase: "owner" },
      { processedBefore: NOW, takenInBefore: NOW + 9, answersFor: own },
    ],
    [
      "goes on with that when it is owner no more",
      { watermark: fenced, phase: "handing-back" },
      { processedBefore: NOW, answersFor: own },
    ],
    ["and later", { watermark: fenced }, { processedBefore: NOW, answersFor: own }],
    [
      "unless a third region takes the home over",
      { watermark: fenced, role: { owner: THIRD } },
      { processedBefore: NOW },
    ],
    [
      "and with what comes late from takeovers before",
      { watermark: { ...followed, ...earlier } },
      { processedBefore: NOW, answersFor: [{ from: 1, until: 2 }] },
    ],
    [
      "whoever owns the home",
      { watermark: { ...fenced, ...earlier }, role: { owner: THIRD } },
      { processedBefore: NOW, answersFor: [{ from: 1, until: 2 }] },
    ],
  ])("%s", (_, given, expected) => {
    const { processedBefore, takenInBefore, answersFor } = taskOf({ queue, ...given });
    expect({ processedBefore, takenInBefore, answersFor }).toEqual({
      processedBefore: undefined,
      takenInBefore: undefined,
      answersFor: undefined,
      ...expected,
    });
  });
});

describe("by hand", () => {
  const queue = { rescue: "manual" } as const;

  test.each(PHASES)("moves nothing as %s without a moment", (phase) => {
    const task = taskOf({ queue, phase, role: owned, watermark: { queues: {}, frozen: 1 } });
    expect(task).toMatchObject({ action: "prune", marked: true });
    expect(task).not.toHaveProperty("processedBefore");
  });

  test("moves what was taken in from the operator's moment on", () => {
    const watermark = { queues: { orders: 7 }, frozen: 1, completeUntil: 9 };
    expect(taskOf({ queue, phase: "owner", role: { ...owned, since: 7 }, watermark })).toMatchObject({
      action: "move",
      processedBefore: 7,
    });
    expect(taskOf({ queue, watermark })).toMatchObject({
      action: "prune",
      answersFor: [{ from: 7, until: 9 }],
    });
  });
});

describe("from afar", () => {
  test.each([
    [HEARTBEAT_FRESH_SECONDS, false],
    [HEARTBEAT_FRESH_SECONDS + 1, true],
  ])("last heard %i seconds ago: %p", (heardSecondsAgo, fromAfar) => {
    expect(taskOf({ phase: "owner", role: owned, heardSecondsAgo }).fromAfar).toBe(fromAfar);
  });

  test("never while another region owns the home", () => {
    expect(taskOf({ heardSecondsAgo: 10_000 }).fromAfar).toBeUndefined();
  });
});
