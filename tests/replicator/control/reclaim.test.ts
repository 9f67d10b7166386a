import type { RegionParameters } from "../../../ownership/read-parameters";
import { initialRoles, type Role } from "../../../ownership/roles";
import { type HomeState, type HomeWatermark, initialStates } from "../../../ownership/states";
import { isTakenBack, type Reclaim, type ReclaimInput, reclaimOf } from "../../../replicator/control/reclaim";
import type { DrainTask } from "../../../replicator/drain/task";
import { controlledQueue, HOME, NOW, PEER, REGIONS, THIRD } from "./group";
import { NOTHING_DONE } from "./pipeline";

const FENCED = NOW - 1_000;
const FROM = NOW - 500_000;
const ORDERS = controlledQueue({ rescue: "watermark" }, PEER, THIRD);
const SAID: HomeWatermark = { queues: { orders: FROM }, frozen: 1, completeUntil: FENCED };

interface Given {
  readonly state?: Partial<HomeState>;
  readonly role?: Partial<Role>;
  /** What the peers keep of the home; `null`: they could not be read. */
  readonly peer?: HomeWatermark | null;
  readonly third?: HomeWatermark | null;
  readonly changes?: Partial<ReclaimInput>;
}

function reclaim({ state = {}, role = {}, peer = SAID, third, changes = {} }: Given): Reclaim {
  const roles = initialRoles(REGIONS);
  const own = initialStates(HOME, REGIONS);
  const parameters = (
    region: string,
    kept: HomeWatermark | null | undefined,
  ): Record<string, RegionParameters> => {
    if (kept === null) return {};
    const states = initialStates(region, REGIONS);
    return {
      [region]: { roles, states: kept === undefined ? states : { ...states, watermarks: { [HOME]: kept } } },
    };
  };
  return reclaimOf({
    region: HOME,
    roles: {
      ...roles,
      homes: { ...roles.homes, [HOME]: { owner: HOME, epoch: 2, at: 0, from: [PEER], ...role } },
    },
    states: {
      ...own,
      homes: {
        ...own.homes,
        [HOME]: { phase: "taking-over", epoch: 2, since: NOW - 100, releasedAt: FENCED, ...state },
      },
    },
    queues: [ORDERS],
    peers: { ...parameters(PEER, peer), ...parameters(THIRD, third) },
    isDone: () => false,
    now: NOW,
    endsAt: NOW + 40_000,
    ...changes,
  });
}

const NOTHING = { open: [], errands: [] };
const WAITS = { open: ["orders"], errands: [] };

test("takes off exactly what the last owner says is its own", () => {
  expect(reclaim({})).toEqual({
    open: ["orders"],
    errands: [
      {
        queue: "orders",
        functionName: `orders-drainer-${PEER}`,
        task: {
          v: 1,
          home: HOME,
          action: "reclaim",
          until: NOW + 40_000,
          marked: false,
          rescued: { from: FROM, putBefore: FENCED },
        },
      },
    ],
  });
});

test("ends with the task or the run, whichever is first, and does not begin for a few seconds", () => {
  const until = (ms: number) => reclaim({ changes: { endsAt: NOW + ms } }).errands[0]?.task.until;
  expect(until(90_000)).toBe(NOW + 50_000);
  expect(until(15_000)).toBe(NOW + 15_000);
  expect(reclaim({ changes: { endsAt: NOW + 14_999 } })).toEqual(WAITS);
});

test.each<[string, Given, Reclaim]>([
  ["the own home is not being taken back", { state: { phase: "standing-by" } }, NOTHING],
  ["nobody else was the owner", { role: { from: [] } }, NOTHING],
  ["the last owner is lost", { role: { from: [PEER], lost: [PEER] } }, NOTHING],
  ["the last owner never began", { peer: { queues: { orders: FROM } } }, NOTHING],
  ["the last owner keeps nothing of it", { peer: undefined as never, role: { from: [THIRD] } }, NOTHING],
  ["nothing is known of the queue", { peer: { ...SAID, queues: {} } }, NOTHING],
  [
    "nothing is known, and the last owner has not heard of the fence",
    { peer: { queues: {}, frozen: 1 } },
    NOTHING,
  ],
  ["everything was processed before the fence", { peer: { ...SAID, queues: { orders: FENCED } } }, NOTHING],
  ["it is done", { changes: { isDone: () => true } }, NOTHING],
  ["there is a ledger", { changes: { queues: [controlledQueue({}, PEER)] } }, NOTHING],
  ["nobody has copies", { changes: { queues: [{ ...ORDERS, drainers: {} }] } }, NOTHING],
  [
    "it has no copies",
    { changes: { queues: [controlledQueue({ rescue: "manual", marginSeconds: 0, drainers: {} })] } },
    NOTHING,
  ],
  ["the group has no such queue", { changes: { queues: [] } }, NOTHING],
])("takes off nothing when %s", (_, given, expected) => {
  // A region that was in the order, and has nothing to say.
  expect(reclaim({ third: { queues: {} }, ...given })).toEqual(expected);
});

test.each<[string, Given, Reclaim]>([
  [
    "the queues are not known",
    { changes: { queues: undefined } },
    { open: ["queues that could not be read"], errands: [] },
  ],
  ["the last owner cannot be read", { peer: null }, WAITS],
  [
    "another region that may have been the owner cannot be read",
    { role: { from: [PEER, THIRD] }, third: null },
    WAITS,
  ],
  ["the last owner has not heard of the fence", { peer: { queues: { orders: FROM }, frozen: 1 } }, WAITS],
  ["it has heard of an earlier one", { peer: { ...SAID, completeUntil: FENCED - 1 } }, WAITS],
])("waits when %s", (_, given, expected) => {
  expect(reclaim(given)).toEqual(expected);
});

test("a home that was never fenced is waited for until the owner has heard when it took itself back", () => {
  const state = { phase: "taking-over", since: NOW - 100, releasedAt: undefined as never } as const;
  expect(reclaim({ state })).toEqual(WAITS);
  const peer = { ...SAID, completeUntil: NOW - 100 };
  expect(reclaim({ state, peer }).errands[0]?.task.rescued).toEqual({ from: FROM, putBefore: NOW - 100 });
});

test("of two owners, the later one has the word", () => {
  const third = { queues: { orders: FROM + 7 }, frozen: 3, completeUntil: FENCED };
  const { errands } = reclaim({ role: { from: [THIRD, PEER] }, third });
  expect(errands[0]?.task.rescued).toEqual({ from: FROM + 7, putBefore: FENCED });
});

test("names only a few of many queues", () => {
  const queues = ["a", "b", "c", "d", "e"].map((queue) => ({ ...ORDERS, queue }));
  const peer = { ...SAID, queues: Object.fromEntries(queues.map(({ queue }) => [queue, FROM])) };
  const { open, errands } = reclaim({ peer, changes: { queues } });
  expect(open).toEqual(["a", "b", "c", "2 more"]);
  expect(errands).toHaveLength(5);
});

describe("a queue is taken back", () => {
  const errand = reclaim({}).errands[0]!;
  const { until } = errand.task as DrainTask;

  test.each([
    ["when the drainer has seen all of it", { drained: true, reclaimed: 9 }, NOW, true],
    ["not when it has found something and not come to the end", { reclaimed: 9 }, until, false],
    ["not when something failed", { failures: 1 }, until, false],
    ["when it found nothing in all the time that it had", {}, until - 10_000, true],
    ["not when it refused the task, and so was back at once", {}, until - 10_001, false],
  ])("%s", (_, result, now, expected) => {
    expect(isTakenBack(errand, { ...NOTHING_DONE, ...result }, now)).toBe(expected);
  });
});
