import { isTakenBack, type ReclaimInput, reclaimTasks } from "../../../replicator/control/reclaim";
import type { DrainerTask } from "../../../replicator/control/tasks";
import { controlledQueue, HOME, NOW, PEER } from "./group";
import { NOTHING_DONE } from "./pipeline";

const ORDERS = controlledQueue({ rescue: "watermark" }, PEER);
const RESCUED = { epoch: 2, until: NOW - 100, queues: { orders: NOW - 900 } };

function reclaim(over: Partial<ReclaimInput> = {}) {
  return reclaimTasks({
    region: HOME,
    queues: [ORDERS],
    rescued: RESCUED,
    isDone: () => false,
    now: NOW,
    endsAt: NOW + 900_000,
    ...over,
  });
}

test("takes off exactly what the last owner says is its own", () => {
  expect(reclaim()).toEqual([
    {
      queue: "orders",
      functionName: `orders-drainer-${PEER}`,
      task: {
        v: 2,
        home: HOME,
        action: "reclaim",
        until: NOW + 25_000,
        moves: [],
        rescued: { from: NOW - 900, until: NOW - 100 },
      },
    },
  ]);
});

test("ends with the task or the time of waiting, whichever is first, and does not begin for a few seconds", () => {
  const until = (ms: number) => reclaim({ endsAt: NOW + ms })?.[0]?.task.until;
  expect(until(90_000)).toBe(NOW + 25_000);
  expect(until(15_000)).toBe(NOW + 15_000);
  expect(reclaim({ endsAt: NOW + 14_999 })).toEqual([]);
});

test.each<[string, Partial<ReclaimInput>]>([
  ["the last owner keeps nothing of the queue", { rescued: { ...RESCUED, queues: { mails: 1 } } }],
  [
    "everything was processed before the fence",
    { rescued: { ...RESCUED, queues: { orders: RESCUED.until } } },
  ],
  ["it is done", { isDone: (queue) => queue === "orders" }],
  ["there is a ledger", { queues: [controlledQueue({}, PEER)] }],
  ["nobody has copies", { queues: [{ ...ORDERS, drainers: {} }] }],
  ["the group has no such queue", { queues: [] }],
])("nothing is left when %s", (_, over) => {
  expect(reclaim(over)).toBeUndefined();
});

test("moments of two queues are told apart", () => {
  const queues = [ORDERS, controlledQueue({ queue: "mails", rescue: "manual" }, PEER)];
  const rescued = { ...RESCUED, queues: { orders: 5, mails: 7 } };
  expect(reclaim({ queues, rescued })!.map(({ task }) => task.rescued!.from)).toEqual([5, 7]);
  expect(reclaim({ queues, rescued, isDone: (queue) => queue === "mails" })).toHaveLength(1);
});

test.each([
  ["all of the queue was seen", { drained: true, reclaimed: 3 }, 0, true],
  ["there was more at the end of the time", { reclaimed: 3 }, 45_000, false],
  ["something failed", { failures: 1 }, 45_000, false],
  ["nothing was found in all the time", {}, 45_000, true],
  ["nothing was found, and the drainer ended early", {}, 10_000, false],
])("a queue of which %s", (_, result, ms, expected) => {
  const [drainerTask] = reclaim() as [DrainerTask];
  expect(isTakenBack(drainerTask, { ...NOTHING_DONE, ...result }, NOW + ms)).toBe(expected);
});
