import { DRAIN_TASK_SECONDS, HEARTBEAT_FRESH_SECONDS } from "../../../core/limits";
import { initialRoles, type Role, type Roles } from "../../../ownership/roles";
import { type HomeWatermark, initialStates, type Phase, type States } from "../../../ownership/states";
import type { ControlledQueue } from "../../../replicator/control/settings";
import { errandsOf } from "../../../replicator/control/tasks";
import { controlledQueue, HOME, NOW, PEER, REGIONS, THIRD } from "./group";

interface Given {
  readonly phase?: Phase;
  readonly role?: Partial<Role>;
  readonly queue?: Partial<ControlledQueue>;
  readonly watermark?: HomeWatermark;
  readonly heardSecondsAgo?: number;
}

/** The task that a peer gives its drainer of the home. */
function taskOf({ phase = "standing-by", role = {}, queue = {}, watermark, heardSecondsAgo = 0 }: Given) {
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
  const [errand, ...others] = errandsOf({ region: PEER, regions: REGIONS, queues, roles, states, now: NOW });
  expect(others).toEqual([]);
  return errand!;
}

const owned = { owner: PEER, from: [HOME] };

test("goes to the drainer of the home and queue, and ends before the next run", () => {
  expect(taskOf({})).toEqual({
    queue: "orders",
    functionName: "orders-drainer",
    task: { v: 1, home: HOME, action: "prune", until: NOW + DRAIN_TASK_SECONDS * 1_000, marked: true },
    isAwaited: false,
  });
});

test("there is none for the own home, nor for one without a drainer", () => {
  const input = { region: HOME, regions: REGIONS, roles: initialRoles(REGIONS), now: NOW };
  const queues = [controlledQueue()];
  expect(errandsOf({ ...input, queues, states: initialStates(HOME, REGIONS) })).toEqual([]);
});

describe("with a ledger", () => {
  test.each([
    ["standing-by", HOME, "prune", true],
    ["taking-over", PEER, "prune", true],
    ["owner", PEER, "move", true],
    ["handing-back", HOME, "prune", true],
    ["standing-by", THIRD, "prune", false],
  ] as const)("%s, owned by %s: %s, marked copies %p", (phase, owner, action, marked) => {
    expect(taskOf({ phase, role: { owner } }).task).toMatchObject({ action, marked });
  });

  test("nothing counts as processed by time but what the operator says", () => {
    const watermark = { queues: { orders: 5 } };
    expect(taskOf({ phase: "owner", role: owned, watermark }).task.processedBefore).toBeUndefined();
    expect(taskOf({ phase: "owner", role: { ...owned, since: 7 } }).task.processedBefore).toBe(7);
  });
});

describe("by watermark", () => {
  const queue = { rescue: "watermark", marginSeconds: 120 } as const;
  const watermark = { queues: { orders: NOW } };
  const frozen = { queues: { orders: NOW - 5 }, frozen: 1 };

  test("prunes what the home had processed, less the margin", () => {
    expect(taskOf({ queue, watermark }).task).toMatchObject({
      action: "prune",
      processedBefore: NOW - 120_000,
    });
  });

  test("knows nothing of a home that has told nothing, or that another region owns", () => {
    expect(taskOf({ queue }).task.processedBefore).toBeUndefined();
    expect(taskOf({ queue, watermark, role: { owner: THIRD } }).task.processedBefore).toBeUndefined();
  });

  test("moves by the frozen watermark to the end, and waits for the answer while it hands back", () => {
    expect(taskOf({ queue, watermark: frozen, phase: "owner", role: owned })).toMatchObject({
      task: { action: "move", processedBefore: NOW - 5 },
      isAwaited: false,
    });
    expect(taskOf({ queue, watermark: frozen, phase: "handing-back" })).toMatchObject({
      task: { action: "move", processedBefore: NOW - 5 },
      isAwaited: true,
    });
  });

  test("moves everything when the home never told anything", () => {
    const task = taskOf({
      queue,
      watermark: { queues: { orders: 0 }, frozen: 1 },
      phase: "owner",
      role: owned,
    }).task;
    expect(task).toMatchObject({ action: "move" });
    expect(task.processedBefore).toBeUndefined();
  });
});

describe("by hand", () => {
  const queue = { rescue: "manual" } as const;

  test.each(["owner", "handing-back"] as const)(
    "moves nothing as %s without a moment, and waits for no answer",
    (phase) => {
      expect(taskOf({ queue, phase, watermark: { queues: { orders: 0 }, frozen: 1 } })).toMatchObject({
        task: { action: "prune", marked: true },
        isAwaited: false,
      });
    },
  );

  test("moves what was taken in from the operator's moment on", () => {
    const watermark = { queues: { orders: 7 }, frozen: 1 };
    expect(taskOf({ queue, phase: "owner", role: { ...owned, since: 7 }, watermark }).task).toMatchObject({
      action: "move",
      processedBefore: 7,
    });
  });
});

describe("from afar", () => {
  test.each([
    [HEARTBEAT_FRESH_SECONDS, false],
    [HEARTBEAT_FRESH_SECONDS + 1, true],
  ])("last heard %i seconds ago: %p", (heardSecondsAgo, fromAfar) => {
    expect(taskOf({ phase: "owner", role: owned, heardSecondsAgo }).task.fromAfar).toBe(fromAfar);
  });

  test("never while another region owns the home", () => {
    expect(taskOf({ heardSecondsAgo: 10_000 }).task.fromAfar).toBeUndefined();
  });
});
