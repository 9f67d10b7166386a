import type { Heartbeat } from "../../../ownership/heartbeat";
import { initialRoles, type Role, type Roles } from "../../../ownership/roles";
import { type HomeWatermark, initialStates, type Phase } from "../../../ownership/states";
import { nextWatermarks } from "../../../replicator/control/home-watermarks";
import type { ControlledQueue } from "../../../replicator/control/settings";
import { controlledQueue, HOME, heartbeatOf, NOW, PEER, REGIONS } from "./group";

const WATERMARK_QUEUE = controlledQueue({ rescue: "watermark" });
const MARGIN = WATERMARK_QUEUE.marginSeconds * 1_000;

interface Given {
  readonly phase?: Phase;
  readonly epoch?: number;
  readonly role?: Partial<Role>;
  readonly before?: HomeWatermark;
  readonly told?: number;
  readonly heartbeat?: Partial<Heartbeat>;
  readonly queues?: readonly ControlledQueue[];
  readonly completedUntil?: number;
}

/** What the peer keeps of the home. */
function keptOf(given: Given): HomeWatermark | undefined {
  const { phase = "standing-by", epoch = 1, role = {}, before, told, queues = [WATERMARK_QUEUE] } = given;
  const initial = initialRoles(REGIONS);
  const roles: Roles = {
    ...initial,
    homes: { ...initial.homes, [HOME]: { owner: HOME, epoch, at: 0, from: [], ...role } },
  };
  const own = initialStates(PEER, REGIONS);
  const heartbeat = heartbeatOf(HOME, {
    ...(told === undefined ? {} : { queues: { orders: { processedBefore: told, forwardedBefore: 0 } } }),
    ...given.heartbeat,
  });
  return nextWatermarks({
    region: PEER,
    regions: [HOME, PEER],
    roles,
    states: {
      ...own,
      homes: { ...own.homes, [HOME]: { phase, epoch, since: 0 } },
      ...(before === undefined ? {} : { watermarks: { [HOME]: before } }),
    },
    heard: { [HOME]: heartbeat },
    own: {},
    queues,
    completed: new Map(given.completedUntil === undefined ? [] : [[HOME, given.completedUntil]]),
  })[HOME];
}

test("follows what the home tells, and never goes back", () => {
  expect(keptOf({ told: NOW })).toEqual({ queues: { orders: NOW } });
  expect(keptOf({ told: NOW - 1, before: { queues: { orders: NOW } } })).toEqual({ queues: { orders: NOW } });
  expect(keptOf({})).toEqual({ queues: { orders: 0 } });
});

test("keeps nothing of queues with a ledger", () => {
  expect(keptOf({ told: NOW, queues: [controlledQueue()] })).toBeUndefined();
});

describe("from the takeover on", () => {
  const owner = { phase: "owner", role: { owner: PEER } } as const;

  test("stays as it was then, with the margin off", () => {
    const frozen = keptOf({ ...owner, told: NOW, before: { queues: { orders: NOW - 5 } } });
    expect(frozen).toEqual({ queues: { orders: NOW - MARGIN }, frozen: 1 });
    expect(keptOf({ ...owner, told: NOW + 9_000_000, before: frozen! })).toEqual(frozen);
    expect(keptOf({ phase: "handing-back", epoch: 2, told: NOW + 9_000_000, before: frozen! })).toEqual(
      frozen,
    );
  });

  test("is what the operator says, as it is, also by hand", () => {
    const queues = [WATERMARK_QUEUE, controlledQueue({ queue: "mails", rescue: "manual" })];
    const role = { owner: PEER, since: 7 };
    expect(keptOf({ phase: "owner", role, told: NOW, queues })).toEqual({
      queues: { orders: 7, mails: 7 },
      frozen: 1,
    });
  });

  test("is nothing by hand without a moment", () => {
    const queues = [controlledQueue({ rescue: "manual" })];
    expect(keptOf({ ...owner, queues })).toEqual({ queues: { orders: 0 }, frozen: 1 });
  });
});

describe("after the hand-back", () => {
  const frozen: HomeWatermark = { queues: { orders: NOW - MARGIN }, frozen: 1 };
  const complete: HomeWatermark = { ...frozen, completeUntil: NOW - 3 };

  test("says until when everything was moved, if it was, and goes on saying so", () => {
    expect(keptOf({ epoch: 2, before: frozen, completedUntil: NOW - 3 })).toEqual(complete);
    expect(keptOf({ epoch: 2, before: frozen })).toEqual(frozen);
    expect(keptOf({ epoch: 2, before: complete })).toEqual(complete);
  });

  test("is complete no more when this region is owner again before the home was", () => {
    expect(keptOf({ phase: "owner", epoch: 3, role: { owner: PEER }, before: complete, told: NOW })).toEqual({
      ...frozen,
      frozen: 3,
    });
  });

  test("follows the home again when it says that it processes, by the last order", () => {
    const homes = (epoch: number) => ({ [HOME]: { phase: "owner", epoch, since: 0 } }) as const;
    expect(keptOf({ epoch: 2, before: complete, told: NOW, heartbeat: { homes: homes(1) } })).toEqual(
      complete,
    );
    expect(keptOf({ epoch: 2, before: complete, told: NOW, heartbeat: { homes: homes(2) } })).toEqual({
      queues: { orders: NOW },
    });
  });
});

test("of the own home, keeps what the ages tell", () => {
  const states = initialStates(HOME, REGIONS);
  const input = {
    region: HOME,
    regions: [HOME],
    roles: initialRoles(REGIONS),
    heard: {},
    completed: new Map(),
  };
  const queues = [controlledQueue({ rescue: "watermark" }, PEER)];
  expect(nextWatermarks({ ...input, states, own: { orders: NOW }, queues })).toEqual({
    [HOME]: { queues: { orders: NOW } },
  });
});
