import { initialRoles, type Role, type Roles } from "../../../ownership/roles";
import { type HomeState, type HomeWatermark, initialStates, type Phase } from "../../../ownership/states";
import { nextWatermarks, processedOf, spansOf, type Word } from "../../../replicator/control/home-watermarks";
import type { ControlledQueue } from "../../../replicator/control/settings";
import { controlledQueue, HOME, heartbeatOf, NOW, PEER, REGIONS, THIRD } from "./group";

const WATERMARK_QUEUE = controlledQueue({ rescue: "watermark" });
const MARGIN = WATERMARK_QUEUE.marginSeconds * 1_000;

interface Given {
  readonly phase?: Phase;
  readonly epoch?: number;
  readonly role?: Partial<Role>;
  readonly before?: HomeWatermark;
  readonly told?: number;
  /** What the home says of itself. */
  readonly home?: Partial<HomeState>;
  /** What the third region says of the home. */
  readonly third?: Partial<HomeState>;
  /** `null`: they are not known. */
  readonly queues?: readonly ControlledQueue[] | null;
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
  const word = (region: string, state: Partial<HomeState> | undefined): Word =>
    heartbeatOf(region, {
      ...(told === undefined || region !== HOME ? {} : { queues: { orders: { processedBefore: told } } }),
      homes: state === undefined ? {} : { [HOME]: { phase: "standing-by", epoch, since: 0, ...state } },
    });
  return nextWatermarks({
    region: PEER,
    regions: REGIONS,
    roles,
    states: {
      ...own,
      homes: { ...own.homes, [HOME]: { phase, epoch, since: 0 } },
      ...(before === undefined ? {} : { watermarks: { [HOME]: before } }),
    },
    words: { [HOME]: [word(HOME, given.home)], [THIRD]: [word(THIRD, given.third)] },
    queues: queues ?? undefined,
  })[HOME];
}

describe("while another owns the home", () => {
  test.each<[string, Given, HomeWatermark | undefined]>([
    ["nothing is known at first", {}, undefined],
    ["follows what the home tells, the margin off", { told: NOW }, { queues: { orders: NOW - MARGIN } }],
    ["knows nothing as long as that is less than the margin", { told: MARGIN }, undefined],
    ["never goes back", { told: NOW, before: { queues: { orders: NOW } } }, { queues: { orders: NOW } }],
    [
      "nor when the margin grows",
      {
        told: NOW,
        before: { queues: { orders: NOW - MARGIN } },
        queues: [{ ...WATERMARK_QUEUE, marginSeconds: 3_600 }],
      },
      { queues: { orders: NOW - MARGIN } },
    ],
    ["stays when the home tells nothing", { before: { queues: { orders: 5 } } }, { queues: { orders: 5 } }],
    [
      "stays when the queues are not known",
      { told: NOW, before: { queues: { orders: 5, mails: 6 } }, queues: null },
      { queues: { orders: 5, mails: 6 } },
    ],
    ["forgets queues that are gone", { told: NOW, before: { queues: { mails: 6 } }, queues: [] }, undefined],
    ["keeps nothing of queues with a ledger", { told: NOW, queues: [controlledQueue()] }, undefined],
    ["nor of those by hand", { told: NOW, queues: [controlledQueue({ rescue: "manual" })] }, undefined],
  ])("%s", (_, given, kept) => {
    expect(keptOf(given)).toEqual(kept);
  });

  test("keeps nothing of the own home", () => {
    const states = { ...initialStates(HOME, REGIONS), watermarks: { [HOME]: { queues: { orders: 5 } } } };
    const input = { region: HOME, regions: REGIONS, roles: initialRoles(REGIONS), words: {} };
    expect(nextWatermarks({ ...input, states, queues: [WATERMARK_QUEUE] })).toEqual({});
  });
});

describe("from the takeover on", () => {
  const owner = { phase: "owner", role: { owner: PEER } } as const;
  const frozen: HomeWatermark = { queues: { orders: NOW - MARGIN }, frozen: 1 };

  test("stays as it was then", () => {
    expect(keptOf({ ...owner, told: NOW, before: { queues: { orders: NOW - 2 * MARGIN } } })).toEqual(frozen);
    expect(keptOf({ ...owner, told: NOW + 9_000_000, before: frozen })).toEqual(frozen);
    expect(keptOf({ phase: "handing-back", epoch: 2, told: NOW + 9_000_000, before: frozen })).toEqual(
      frozen,
    );
    expect(keptOf({ epoch: 2, told: NOW + 9_000_000, before: frozen })).toEqual(frozen);
  });

  test("begins with the phase, not with the order", () => {
    expect(keptOf({ ...owner, phase: "taking-over", told: NOW })).toEqual({ queues: frozen.queues });
  });

  test.each<[string, Given, HomeWatermark | undefined]>([
    [
      "is what the operator says, as it is, also by hand",
      {
        role: { owner: PEER, since: NOW },
        told: NOW,
        queues: [WATERMARK_QUEUE, controlledQueue({ queue: "mails", rescue: "manual" })],
      },
      { queues: { orders: NOW, mails: NOW }, frozen: 1 },
    ],
    [
      "and what the operator says later",
      { role: { owner: PEER, since: NOW }, epoch: 2, before: { queues: { orders: 5 }, frozen: 1 } },
      { queues: { orders: NOW }, frozen: 2 },
    ],
    [
      "but never less than what has counted as processed",
      { role: { owner: PEER, since: 7 }, before: frozen },
      frozen,
    ],
    [
      "is nothing by hand without a moment",
      { queues: [controlledQueue({ rescue: "manual" })] },
      { queues: {}, frozen: 1 },
    ],
    ["is nothing when nothing is known", {}, { queues: {}, frozen: 1 }],
    ["is of no use with a ledger", { told: NOW, queues: [controlledQueue()] }, undefined],
    [
      "nor where the home has no drainer",
      { told: NOW, queues: [controlledQueue({ rescue: "watermark" }, THIRD)] },
      { queues: { orders: NOW - MARGIN } },
    ],
    [
      "nor of a queue without copies",
      {
        role: { owner: PEER, since: NOW },
        queues: [WATERMARK_QUEUE, controlledQueue({ queue: "kept", rescue: "manual", drainers: {} })],
      },
      { queues: { orders: NOW }, frozen: 1 },
    ],
    [
      "nor before the queues are known",
      { queues: null, before: { queues: { orders: 5 } } },
      { queues: { orders: 5 } },
    ],
  ])("%s", (_, given, kept) => {
    expect(keptOf({ ...owner, ...given })).toEqual(kept);
  });

  test.each<[string, Partial<HomeState>, number | undefined]>([
    ["while it is ending its work, nothing", { phase: "handing-back", since: 3 }, undefined],
    ["when it has released itself, that moment", { phase: "standing-by", since: 4, releasedAt: 4 }, 4],
    ["also when it takes itself back", { phase: "taking-over", since: 9, releasedAt: 4 }, 4],
    ["when it takes itself back at once, that moment", { phase: "taking-over", since: 9 }, 9],
    ["by an earlier order, nothing", { phase: "standing-by", releasedAt: 4, epoch: 0 }, undefined],
  ])("learns until when the home took in what is its own: %s", (_, home, completeUntil) => {
    expect(keptOf({ ...owner, before: frozen, home })).toEqual({
      ...frozen,
      ...(completeUntil === undefined ? {} : { completeUntil }),
    });
  });

  test("learns of a later fence, and forgets none", () => {
    const before = { ...frozen, completeUntil: 5 };
    const home = { phase: "standing-by", epoch: 3 } as const;
    expect(keptOf({ ...owner, epoch: 3, before, home: { ...home, releasedAt: 8 } })?.completeUntil).toBe(8);
    expect(keptOf({ ...owner, epoch: 3, before, home: { ...home, releasedAt: 4 } })?.completeUntil).toBe(5);
    expect(keptOf({ ...owner, epoch: 3, before })).toEqual({ ...before, frozen: 3 });
  });

  test("does not take over what another region's takeover is about", () => {
    const home = { phase: "standing-by", epoch: 3, releasedAt: 8 } as const;
    const before = { ...frozen, completeUntil: 5 };
    const completeUntil = (role: Partial<Role>) => keptOf({ epoch: 3, before, home, role })?.completeUntil;
    expect(completeUntil({ from: [THIRD] })).toBe(5);
    expect(completeUntil({ from: [THIRD, PEER] })).toBe(8);
    expect(completeUntil({ owner: THIRD, from: [HOME] })).toBe(5);
  });
});

describe("after the hand-back", () => {
  const frozen: HomeWatermark = { queues: { orders: NOW - MARGIN, mails: 0 }, frozen: 1, completeUntil: NOW };
  const back = { epoch: 2, told: NOW + MARGIN + 1, before: frozen };

  test.each<[string, Partial<HomeState>]>([
    ["has not said so", { phase: "taking-over", epoch: 2 }],
    ["said so of an earlier order", { phase: "owner", epoch: 1 }],
  ])("stays as it was while the home %s", (_, home) => {
    expect(keptOf({ ...back, home })).toMatchObject({ queues: frozen.queues, frozen: 1 });
  });

  test("follows the home again when that processes, and remembers what is this region's own", () => {
    expect(keptOf({ ...back, home: { phase: "owner", epoch: 2 } })).toEqual({
      queues: { orders: NOW + 1 },
      spans: [[NOW - MARGIN, NOW]],
    });
  });

  test("has nothing to remember when the home never said that it was fenced", () => {
    const { completeUntil: _, ...before } = frozen;
    expect(keptOf({ ...back, before, home: { phase: "owner", epoch: 2 } })).toEqual({
      queues: { orders: NOW + 1 },
    });
  });

  test("remembers the last four times", () => {
    const spans = [1, 2, 3, 4].map((at) => [at, at + 1] as const);
    const kept = keptOf({ ...back, before: { ...frozen, spans }, home: { phase: "owner", epoch: 2 } });
    expect(kept?.spans).toEqual([...spans.slice(1), [NOW - MARGIN, NOW]]);
  });

  test("leaves it to a third region that has taken the home over, when that has begun", () => {
    const handed = { ...back, role: { owner: THIRD } };
    expect(keptOf({ ...handed, third: { phase: "taking-over", epoch: 2 } })).toMatchObject({ frozen: 1 });
    expect(keptOf({ ...handed, third: { phase: "owner", epoch: 2 } })).toEqual({
      queues: { orders: NOW + 1 },
    });
  });
});

describe("what is this region's to process", () => {
  const spans = [[1, 2]] as const;
  test.each<[string, HomeWatermark | undefined, readonly (readonly [number, number])[]]>([
    ["is nothing at first", undefined, []],
    ["is nothing of what it follows", { queues: { orders: 3 }, completeUntil: 9 }, []],
    ["is nothing before the fence is known", { queues: { orders: 3 }, frozen: 1 }, []],
    ["is nothing of a queue that nothing is known of", { queues: {}, frozen: 1, completeUntil: 9 }, []],
    ["is nothing when all was processed", { queues: { orders: 9 }, frozen: 1, completeUntil: 9 }, []],
    ["is from the watermark to the fence", { queues: { orders: 3 }, frozen: 1, completeUntil: 9 }, [[3, 9]]],
    [
      "is what it was before, too",
      { queues: { orders: 3 }, frozen: 1, completeUntil: 9, spans },
      [
        [1, 2],
        [3, 9],
      ],
    ],
    ["is only that after the hand-back", { queues: { orders: 3 }, spans }, [[1, 2]]],
  ])("%s", (_, kept, expected) => {
    expect(spansOf(kept, "orders")).toEqual(expected);
  });

  test("nothing counts as processed before anything is known", () => {
    expect(processedOf({ queues: { orders: 0 } }, "orders")).toBeUndefined();
    expect(processedOf(undefined, "orders")).toBeUndefined();
    expect(processedOf({ queues: { orders: 3 } }, "orders")).toBe(3);
  });
});
