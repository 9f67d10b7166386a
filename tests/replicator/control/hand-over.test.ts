import { DRAIN_TASK_SECONDS } from "../../../core/limits";
import { initialRoles, type Role } from "../../../ownership/roles";
import { type HomeState, initialStates, type States } from "../../../ownership/states";
import type { AgePoint } from "../../../replicator/control/ages";
import { agesWanted, few, isMoving, unprocessedOf } from "../../../replicator/control/hand-over";
import { controlledQueue, HOME, NOW, PEER, REGIONS, THIRD } from "./group";

const PLACE = { region: PEER, regions: REGIONS };
const BEGAN = NOW - 300_000;
const MOVED = BEGAN + DRAIN_TASK_SECONDS * 1_000;

function statesWith(home: string, state: Partial<HomeState>): States {
  const own = initialStates(PEER, REGIONS);
  return {
    ...own,
    homes: { ...own.homes, [home]: { phase: "standing-by", epoch: 0, since: BEGAN, ...state } },
  };
}

describe("a hand-over is under way", () => {
  const roles = initialRoles(REGIONS);
  const ordered = (role: Partial<Role>) => ({
    ...roles,
    homes: { ...roles.homes, [HOME]: { owner: HOME, epoch: 1, at: 0, from: [], ...role } },
  });

  test.each([
    ["not when every home owns itself", roles, {}, false],
    ["not when a home is owned here", ordered({ owner: PEER }), { phase: "owner", epoch: 1 }, false],
    ["not when it is owned elsewhere", ordered({ owner: THIRD }), { epoch: 1 }, false],
    ["from an order on", ordered({ owner: PEER }), {}, true],
    ["also one that concerns others", ordered({ owner: THIRD }), {}, true],
    ["while it is taken over", ordered({ owner: PEER }), { phase: "taking-over", epoch: 1 }, true],
    ["while it is handed back", ordered({}), { phase: "handing-back", epoch: 1 }, true],
    ["while the owner has not noticed another order", ordered({ owner: PEER }), { phase: "owner" }, true],
  ] as const)("%s", (_, given, state, expected) => {
    expect(isMoving(PLACE, given, statesWith(HOME, state))).toBe(expected);
  });

  test("when the own home is fenced without an order", () => {
    expect(isMoving(PLACE, roles, statesWith(PEER, { phase: "standing-by" }))).toBe(true);
  });
});

describe("ages that are wanted", () => {
  const queues = [
    controlledQueue({ rescue: "watermark" }),
    controlledQueue({ queue: "mails", work: "mails", ingress: "mails-ingress" }),
    controlledQueue({ queue: "bills", work: "bills", rescue: "manual" }, THIRD),
    controlledQueue({ queue: "kept", work: "kept", rescue: "manual", drainers: {} }),
  ];
  const always = [
    { queue: "orders-ingress", delays: true },
    { queue: "orders", delays: false },
  ];

  test("are those of queues without a ledger", () => {
    expect(agesWanted(PLACE, undefined, queues)).toEqual(always);
    expect(agesWanted(PLACE, statesWith(HOME, { phase: "owner" }), queues)).toEqual(always);
    expect(agesWanted(PLACE, statesWith(PEER, { phase: "handing-back" }), queues)).toEqual(always);
  });

  test("and of the work queue of every queue of which copies were moved, while they are handed back", () => {
    expect(agesWanted(PLACE, statesWith(HOME, { phase: "handing-back" }), queues)).toEqual([
      ...always,
      { queue: "mails", delays: false },
    ]);
  });
});

describe("what keeps a region from handing a home back", () => {
  const states = statesWith(HOME, { phase: "handing-back" });
  const queues = [
    controlledQueue(),
    controlledQueue({ queue: "bills" }, THIRD),
    controlledQueue({ queue: "kept", rescue: "manual", drainers: {} }),
  ];
  const point = (putSince: number): AgePoint => ({ at: putSince + 1_000, ageMs: 0 });

  test.each<
    [string, Parameters<typeof unprocessedOf>[2], Parameters<typeof unprocessedOf>[3], readonly string[]]
  >([
    ["nothing, when everything on the work queue came later", queues, { orders: [point(MOVED + 1)] }, []],
    ["what may have been moved last", queues, { orders: [point(MOVED)] }, ["orders"]],
    [
      "what was old at the last look",
      queues,
      { orders: [point(MOVED + 1), { at: NOW, ageMs: 250_000 }] },
      ["orders"],
    ],
    ["nothing, when the work queue has no data", queues, { orders: [] }, []],
    ["what is not known", queues, {}, ["orders"]],
    ["everything, when CloudWatch does not answer", queues, undefined, ["orders"]],
    ["everything, when the queues are not known", undefined, undefined, ["queues that could not be read"]],
  ])("%s", (_, given, ages, unprocessed) => {
    expect(unprocessedOf(PLACE, states, given, ages)).toEqual({ [HOME]: unprocessed });
  });

  test.each(["owner", "standing-by", "taking-over"] as const)("is nothing while it is %s", (phase) => {
    expect(unprocessedOf(PLACE, statesWith(HOME, { phase }), queues, undefined)).toEqual({});
  });

  test("nor is the own home meant", () => {
    expect(unprocessedOf(PLACE, statesWith(PEER, { phase: "handing-back" }), queues, undefined)).toEqual({});
  });
});

test.each([
  [[], []],
  [
    ["a", "b", "c", "d"],
    ["a", "b", "c", "d"],
  ],
  [
    ["a", "b", "c", "d", "e"],
    ["a", "b", "c", "2 more"],
  ],
])("of %j it names %j", (names, expected) => {
  expect(few(names)).toEqual(expected);
});
