import { LEASE_SECONDS } from "../../core/limits";
import { decide } from "../../ownership/decide";
import { initialRoles, ordered, type Role, type Roles } from "../../ownership/roles";
import type { Automatic, Peer, Rules, Situation } from "../../ownership/situation";
import { type HomeState, initialStates, type States } from "../../ownership/states";
import { recordLagSeconds, recordSettledSeconds } from "../../ownership/times";

const [OWN, HOME, THIRD] = ["us-west-2", "us-east-1", "eu-west-1"] as const;
const REGIONS = [HOME, OWN, THIRD];
const NOW = 1_700_000_000_000;
const SECOND = 1_000;

const RULES: Rules = {
  region: OWN,
  regions: REGIONS,
  hasLedger: false,
  onIsolation: "continue",
  takeoverDelaySeconds: 300,
  takeoverOrder: { [HOME]: [OWN, THIRD], [OWN]: [HOME, THIRD], [THIRD]: [HOME, OWN] },
  failback: "manual",
  failbackAfterSeconds: 900,
  inFlightSeconds: 65,
  handBackTimeoutSeconds: 900,
};

const HEARD: Peer = { reports: [], reached: true };

/** Roles with one order about a home. */
function rolesWith(home: string, role: Partial<Role>): Roles {
  const initial = initialRoles(REGIONS);
  return {
    ...initial,
    homes: { ...initial.homes, [home]: { owner: OWN, epoch: 1, at: NOW, from: [home], ...role } },
  };
}

function statesWith(home: string, state: Partial<HomeState>, more: Partial<States> = {}): States {
  const initial = initialStates(OWN, REGIONS);
  return {
    ...initial,
    checkedAt: NOW - 60 * SECOND,
    ...more,
    homes: {
      ...initial.homes,
      [home]: { phase: "standing-by", epoch: 1, since: NOW - 60 * SECOND, ...state },
    },
  };
}

function decided(home: string, situation: Partial<Situation>, rules: Partial<Rules> = {}): HomeState {
  return decision(situation, rules).states.homes[home]!;
}

function decision(situation: Partial<Situation>, rules: Partial<Rules> = {}) {
  return decide(
    { ...RULES, ...rules },
    {
      now: NOW,
      roles: initialRoles(REGIONS),
      states: initialStates(OWN, REGIONS),
      peers: { [HOME]: HEARD },
      ...situation,
    },
  );
}

/** A peer that says it stands by for a home under the roles given. */
function released(roles: Roles, home: string, state: Partial<HomeState> = {}): Peer {
  return {
    reached: true,
    reports: [{ roles, homes: { [home]: { phase: "standing-by", epoch: 1, since: NOW, ...state } } }],
  };
}

describe("an owner", () => {
  const owner = { phase: "owner", epoch: 1 } as const;

  test.each([
    ["stays with the order", { epoch: 1 }, "owner", 1],
    ["stays when the next order names it again", { epoch: 2 }, "owner", 2],
    ["asks again when another was named in between", { epoch: 3 }, "taking-over", 3],
    ["asks again when another may have begun", { epoch: 2, from: [THIRD] }, "taking-over", 2],
    ["stops when another is named", { epoch: 2, owner: THIRD }, "handing-back", 2],
  ] as const)("%s", (_, role, phase, epoch) => {
    expect(decided(HOME, { roles: rolesWith(HOME, role), states: statesWith(HOME, owner) })).toMatchObject({
      phase,
      epoch,
    });
  });
});

describe("handing back a peer's home", () => {
  const roles = rolesWith(HOME, { owner: HOME, epoch: 2 });
  const handingBack = (seconds: number) =>
    statesWith(HOME, { phase: "handing-back", epoch: 2, since: NOW - seconds * SECOND });
  const unprocessed = { [HOME]: ["orders", "mails"] };

  test.each([
    [49, {}, "the drainers to end"],
    [50, unprocessed, "what was moved to orders, mails to be processed"],
    [899, unprocessed, "what was moved to orders, mails to be processed"],
  ])("waits after %i seconds with %j", (seconds, open, waitsFor) => {
    expect(decided(HOME, { roles, states: handingBack(seconds), unprocessed: open })).toMatchObject({
      phase: "handing-back",
      since: NOW - seconds * SECOND,
      waitsFor,
    });
  });

  test.each([
    ["when everything is moved and processed", 50, {}],
    ["when it has waited for long enough", 900, unprocessed],
  ])("ends %s", (_, seconds, open) => {
    expect(decided(HOME, { roles, states: handingBack(seconds), unprocessed: open })).toEqual({
      phase: "standing-by",
      epoch: 2,
      since: NOW,
      releasedAt: NOW,
    });
  });

  test("is broken off when this region is named again", () => {
    const again = rolesWith(HOME, { epoch: 3, from: [HOME] });
    expect(decided(HOME, { roles: again, states: handingBack(10) })).toMatchObject({
      phase: "taking-over",
      epoch: 3,
    });
  });
});

describe("the own home", () => {
  const elsewhere = rolesWith(OWN, { owner: HOME, epoch: 1 });

  test.each([
    [74, "handing-back"],
    [75, "standing-by"],
  ])("waits %i seconds for cached roles and work in flight: %s", (seconds, phase) => {
    const states = statesWith(OWN, { phase: "handing-back", since: NOW - seconds * SECOND });
    expect(decided(OWN, { roles: elsewhere, states }).phase).toBe(phase);
  });

  test("ends its work when another is named before it has begun, because its replicator has", () => {
    const states = statesWith(OWN, { phase: "taking-over", epoch: 2, releasedAt: NOW - 500 * SECOND });
    expect(decided(OWN, { roles: rolesWith(OWN, { owner: THIRD, epoch: 3 }), states })).toEqual({
      phase: "handing-back",
      epoch: 3,
      since: NOW,
    });
  });

  test("may be reclaimed when all have released it, and begins when it is", () => {
    const roles = rolesWith(OWN, { owner: OWN, epoch: 2, from: [HOME] });
    const states = statesWith(OWN, { phase: "taking-over", epoch: 2, since: NOW - 20 * SECOND });
    const peers = { [HOME]: released(roles, OWN, { epoch: 2 }) };
    const unreclaimed = ["orders"];

    const early = decision({ roles, states, unreclaimed });
    expect(early.mayReclaim).toBe(false);
    expect(early.states.homes[OWN]?.waitsFor).toBe(`${HOME} to release it`);
    const ready = decision({ roles, states, peers, unreclaimed });
    expect(ready.mayReclaim).toBe(true);
    expect(ready.states.homes[OWN]?.waitsFor).toBe("what was rescued to be taken off orders");
    const done = decision({ roles, states, peers, unreclaimed: [] });
    expect(done.mayReclaim).toBe(false);
    expect(done.states.homes[OWN]).toEqual({ phase: "owner", epoch: 2, since: NOW });
  });

  test.each([
    [899, "taking-over"],
    [900, "owner"],
  ])("after %i seconds of waiting: %s", (seconds, phase) => {
    const roles = rolesWith(OWN, { owner: OWN, epoch: 2, from: [HOME] });
    const states = statesWith(OWN, { phase: "taking-over", epoch: 2, since: NOW - seconds * SECOND });
    expect(decided(OWN, { roles, states, unreclaimed: ["orders"] }).phase).toBe(phase);
  });
});

describe("taking over", () => {
  const roles = rolesWith(HOME, { from: [HOME] });
  const takingOver = (seconds = 20) =>
    statesWith(HOME, { phase: "taking-over", since: NOW - seconds * SECOND });

  test.each([
    ["the release by this order", released(roles, HOME), "owner"],
    ["no report", HEARD, "taking-over"],
    ["a report of an owner", released(roles, HOME, { phase: "owner" }), "taking-over"],
    ["a report of work in flight", released(roles, HOME, { phase: "handing-back" }), "taking-over"],
    ["a state of before the order", released(roles, HOME, { epoch: 0 }), "taking-over"],
    [
      "the release by another order of the same epoch",
      released(rolesWith(HOME, { owner: THIRD }), HOME),
      "taking-over",
    ],
    [
      "the release by an order of another time",
      released(rolesWith(HOME, { at: NOW - 1 }), HOME),
      "taking-over",
    ],
  ])("with %s: %s", (_, peer, phase) => {
    expect(decided(HOME, { roles, states: takingOver(), peers: { [HOME]: peer } }).phase).toBe(phase);
  });

  test("believes any of several reports, because a release is never taken back under the same order", () => {
    const [
      {
        reports: [good],
      },
      {
        reports: [bad],
      },
    ] = [released(roles, HOME), released(roles, HOME, { phase: "owner" })];
    for (const reports of [
      [good!, bad!],
      [bad!, good!],
    ]) {
      expect(
        decided(HOME, { roles, states: takingOver(), peers: { [HOME]: { reached: false, reports } } }).phase,
      ).toBe("owner");
    }
  });

  test("waits until roles that were written are read everywhere", () => {
    const peers = { [HOME]: released(roles, HOME) };
    expect(decided(HOME, { roles, states: takingOver(9), peers })).toMatchObject({
      phase: "taking-over",
      waitsFor: "the roles to be read everywhere",
    });
  });

  test("waits for every region that may have processed", () => {
    const both = rolesWith(HOME, { from: [HOME, THIRD] });
    const peers = { [HOME]: released(both, HOME) };
    expect(decided(HOME, { roles: both, states: takingOver(), peers }).waitsFor).toBe(
      `${THIRD} to release it`,
    );
  });

  test.each([
    [LEASE_SECONDS - 1, "taking-over"],
    [LEASE_SECONDS, "owner"],
  ])("%i seconds after a region was said to be lost: %s", (seconds, phase) => {
    const lost = rolesWith(HOME, { from: [HOME, THIRD], lost: [THIRD], at: NOW - seconds * SECOND });
    const state = decided(HOME, {
      roles: lost,
      states: takingOver(),
      peers: { [HOME]: released(lost, HOME) },
    });
    expect(state.phase).toBe(phase);
    if (phase !== "owner") expect(state.waitsFor).toBe(`the lease of ${THIRD} to end`);
  });

  test("never ends by time for a peer's home", () => {
    expect(decided(HOME, { roles, states: takingOver(100_000) })).toMatchObject({
      phase: "taking-over",
      waitsFor: `${HOME} to release it`,
    });
  });

  test.each([
    [undefined, NOW - 1, "owner"],
    [NOW, undefined, "taking-over"],
    [NOW, NOW - 1, "taking-over"],
    [NOW, NOW, "owner"],
  ])("with a ledger, released at %p and seen until %p: %s", (releasedAt, ledgerSeenUntil, phase) => {
    const peer = {
      ...released(roles, HOME, releasedAt === undefined ? {} : { releasedAt }),
      ...(ledgerSeenUntil === undefined ? {} : { ledgerSeenUntil }),
    };
    const state = decided(
      HOME,
      { roles, states: takingOver(), peers: { [HOME]: peer } },
      { hasLedger: true },
    );
    expect(state.phase).toBe(phase);
    if (phase !== "owner") expect(state.waitsFor).toBe(`the ledger entries of ${HOME}`);
  });

  test("begins anew with another order for the same owner", () => {
    const again = rolesWith(HOME, { epoch: 2, lost: [HOME] });
    expect(decided(HOME, { roles: again, states: takingOver(500) })).toMatchObject({
      phase: "taking-over",
      epoch: 2,
      since: NOW,
    });
  });

  test("after having owned ends with a hand-back when another is named", () => {
    const owner = statesWith(HOME, { phase: "owner", epoch: 1 });
    const again = decision({ roles: rolesWith(HOME, { epoch: 3 }), states: owner });
    expect(again.states.homes[HOME]).toMatchObject({ phase: "taking-over", unfinished: true });
    const other = rolesWith(HOME, { owner: THIRD, epoch: 4 });
    expect(decided(HOME, { roles: other, states: again.states }).phase).toBe("handing-back");
  });

  test("ends when another is named: it never processed, and an earlier release stays what it was", () => {
    const other = rolesWith(HOME, { owner: THIRD, epoch: 2 });
    expect(decided(HOME, { roles: other, states: takingOver() })).toEqual({
      phase: "standing-by",
      epoch: 2,
      since: NOW,
    });
    const before = statesWith(HOME, { phase: "taking-over", releasedAt: 5 });
    expect(decided(HOME, { roles: other, states: before }).releasedAt).toBe(5);
  });
});

describe("contact", () => {
  const AGO = (seconds: number) => NOW - seconds * SECOND;
  const heartbeat = (seconds: number): Peer => ({
    reports: [],
    reached: false,
    heard: { at: AGO(seconds), fit: true },
  });

  test.each([
    ["a peer is reached", 1_000, HEARD, true],
    ["a peer was heard lately", 1_000, heartbeat(90), true],
    ["nobody is, after a time in which nobody looked", LEASE_SECONDS + 1, heartbeat(91), false],
    ["nobody is, but the controller has been there all the time", LEASE_SECONDS, heartbeat(91), true],
  ])("renews the lease when %s", (_, lookedSecondsAgo, peer, renewed) => {
    const states = statesWith(HOME, { epoch: 0 }, { checkedAt: AGO(lookedSecondsAgo) });
    expect(decision({ states, peers: { [HOME]: peer } }).states.checkedAt).toBe(
      renewed ? NOW : AGO(lookedSecondsAgo),
    );
  });

  test.each([
    ["the last heartbeat", 120, 60, 120],
    ["the last run, which reached somebody", 500, 60, 60],
  ])("counts isolation from %s", (_, heardSecondsAgo, lookedSecondsAgo, since) => {
    const states = statesWith(HOME, { epoch: 0 }, { checkedAt: AGO(lookedSecondsAgo) });
    const alone = decision({ states, peers: { [HOME]: heartbeat(heardSecondsAgo) } });
    expect(alone.states.isolatedSince).toBe(AGO(since));
    const next = decision({ now: NOW + SECOND, states: alone.states, peers: {} });
    expect(next.states.isolatedSince).toBe(AGO(since));
    expect(decision({ states: next.states }).states.isolatedSince).toBeUndefined();
  });

  test("keeps the newest heartbeat of each region, whoever read it", () => {
    const states = statesWith(
      HOME,
      {},
      { heard: { [HOME]: { at: AGO(10), fit: true }, [THIRD]: { at: AGO(50), fit: true } } },
    );
    const peers = {
      [HOME]: heartbeat(20),
      [THIRD]: { ...heartbeat(30), heard: { at: AGO(30), fit: false } },
    };
    expect(decision({ states, peers }).states.heard).toEqual({
      [HOME]: { at: AGO(10), fit: true },
      [THIRD]: { at: AGO(30), fit: false },
    });
  });

  test("keeps its own heartbeat too, which is no company", () => {
    const states = statesWith(HOME, { epoch: 0 }, { checkedAt: AGO(60) });
    const heardSelf = { at: AGO(1), fit: true };
    const alone = decision({ states, peers: { [HOME]: heartbeat(120) }, heardSelf });
    expect(alone.states.heard?.[OWN]).toEqual(heardSelf);
    expect(alone.states.isolatedSince).toBe(AGO(120));
    const later = decision({ now: NOW + SECOND, states: alone.states, peers: {} });
    expect(later.states.heard?.[OWN]).toEqual(heardSelf);
    expect(later.states.isolatedSince).toBe(AGO(120));
  });

  test("passes on what it does not decide about", () => {
    const watermarks = { [HOME]: { queues: { orders: 5 } } };
    expect(decision({ states: statesWith(HOME, {}, { watermarks }) }).states.watermarks).toEqual(watermarks);
  });
});

describe("signals", () => {
  const AGO = (seconds: number) => NOW - seconds * SECOND;
  const automatic: Automatic = { fit: true, health: { [HOME]: "unhealthy" } };
  const dead = { unhealthySince: AGO(300), unfitSince: AGO(300) };
  const looked = (signals: States["signals"], checkedAt = AGO(60)) =>
    statesWith(HOME, { epoch: 0 }, { checkedAt, ...(signals === undefined ? {} : { signals }) });

  test("move a home that has been dead for the takeover delay", () => {
    const { roles, states } = decision({ automatic, states: looked({ [HOME]: dead }) });
    expect(roles).toEqual(ordered(initialRoles(REGIONS), { home: HOME, owner: OWN, at: NOW }));
    expect(states.homes[HOME]).toMatchObject({ phase: "taking-over", epoch: 1 });
  });

  test.each([
    ["one of them is younger", { ...dead, unfitSince: AGO(299) }, AGO(60)],
    ["nobody looked for a while in between", dead, AGO(LEASE_SECONDS + 1)],
  ])("do not when %s", (_, signals, checkedAt) => {
    expect(decision({ automatic, states: looked({ [HOME]: signals }, checkedAt) }).roles).toEqual(
      initialRoles(REGIONS),
    );
  });

  test("do not take a dead home from a living owner, whatever the order says", () => {
    const roles = rolesWith(HOME, { owner: THIRD });
    const states = looked({ [HOME]: dead });
    expect(decision({ automatic, roles, states }).roles).toEqual(roles);
    const health = { [HOME]: "unhealthy", [THIRD]: "unhealthy" } as const;
    const both = looked({ [HOME]: dead, [THIRD]: dead });
    expect(
      decision({ automatic: { ...automatic, health }, roles, states: both }).roles.homes[HOME],
    ).toMatchObject({
      owner: OWN,
      epoch: 2,
      from: [THIRD, HOME],
    });
  });

  test("leave a home to those before in the order, unless they are dead too", () => {
    const rules = { takeoverOrder: { ...RULES.takeoverOrder, [HOME]: [THIRD, OWN] } };
    expect(decision({ automatic, states: looked({ [HOME]: dead }) }, rules).roles.homes[HOME]?.epoch).toBe(0);
    const health = { [HOME]: "unhealthy", [THIRD]: "unhealthy" } as const;
    const both = looked({ [HOME]: dead, [THIRD]: dead });
    expect(
      decision({ automatic: { ...automatic, health }, states: both }, rules).roles.homes[HOME]?.owner,
    ).toBe(OWN);
  });

  test("are forgotten when they break, and not kept by order only", () => {
    const heard = { reports: [], reached: true, heard: { at: NOW, fit: true } };
    const broken = decision({ automatic, states: looked({ [HOME]: dead }), peers: { [HOME]: heard } });
    expect(broken.states.signals?.[HOME]).toEqual({ unhealthySince: AGO(300) });
    expect(decision({ states: looked({ [HOME]: dead }) }).states.signals).toBeUndefined();
  });
});

describe("the record", () => {
  const AGO = (seconds: number) => NOW - seconds * SECOND;
  const LAG = recordLagSeconds(10);
  const health = { [HOME]: "unhealthy", [THIRD]: "unhealthy" } as const;
  const automatic: Automatic = { fit: true, health };
  const records = (owners: Readonly<Record<string, string>> = {}) => ({
    owners,
    resolves: true,
    ttlSeconds: 10,
  });
  const recordedAs = (home: string, owner: string, seconds: number) => ({
    recorded: { [home]: { owner, since: AGO(seconds) } },
  });

  describe("of a home that is silent", () => {
    const roles = rolesWith(HOME, { at: AGO(2_000) });
    const settled = recordSettledSeconds(RULES, 10);
    const phaseWhen = (owner: string, seconds: number) =>
      decided(HOME, {
        roles,
        records: records(),
        automatic,
        peers: {},
        states: statesWith(
          HOME,
          { phase: "taking-over", since: AGO(2_000) },
          { ...recordedAs(HOME, owner, seconds), heard: { [HOME]: { at: AGO(3_000), fit: true } } },
        ),
      });

    test("has to name the new owner for as long as it takes the home to end its work", () => {
      expect(phaseWhen(OWN, settled - 1)).toMatchObject({
        phase: "taking-over",
        waitsFor: `${HOME} to release it`,
      });
      expect(phaseWhen(OWN, settled).phase).toBe("owner");
    });

    test("says nothing for the new owner while it names another", () => {
      expect(phaseWhen(THIRD, 5_000).waitsFor).toBe(`${HOME} to release it; the record to name it`);
    });
  });

  test("opens the own home when its owner is silent, though that can not say what it has rescued", () => {
    const roles = rolesWith(OWN, { owner: OWN, epoch: 2, from: [HOME], at: AGO(800) });
    const opens = (peers: Situation["peers"]) =>
      decision({
        roles,
        records: records(),
        automatic,
        peers,
        unreclaimed: ["mails"],
        states: statesWith(
          OWN,
          { phase: "taking-over", epoch: 2, since: AGO(800) },
          { ...recordedAs(OWN, OWN, 700), heard: { [HOME]: { at: AGO(3_000), fit: true } } },
        ),
      }).states.homes[OWN];
    expect(opens({})).toMatchObject({ phase: "owner" });
    expect(opens({ [HOME]: released(roles, OWN, { epoch: 2 }) })).toMatchObject({
      phase: "taking-over",
      waitsFor: "what was rescued to be taken off mails",
    });
  });

  test("takes a home from an owner by order only when it changed after that, and the other says nothing against it", () => {
    const roles = rolesWith(HOME, { at: AGO(300) });
    const movesWhen = (owner: string, seconds: number, peer?: Peer) =>
      decision({
        roles,
        records: records(),
        states: statesWith(HOME, { phase: "owner" }, recordedAs(HOME, owner, seconds)),
        peers: peer === undefined ? {} : { [owner]: peer },
      }).moves;
    expect(movesWhen(HOME, 301)).toEqual([HOME]);
    expect(movesWhen(HOME, 299)).toEqual([]);
    expect(movesWhen(THIRD, 299)).toEqual([]);
    expect(movesWhen(THIRD, 299, released(roles, HOME))).toEqual([HOME]);
    expect(movesWhen(OWN, 299)).toEqual([HOME]);
  });

  test.each([
    ["names this region", OWN, 10, {}, [HOME]],
    ["names the home", HOME, 1_000, {}, []],
    ["names the home, which stands by", HOME, 1_000, { [HOME]: true }, [HOME]],
    ["names the home, and force was ordered after that", HOME, 1_000, { force: true }, [HOME]],
    ["names the home since force was ordered", HOME, 10, { force: true }, []],
  ])("that %s, where homes are taken over by signals", (_, owner, seconds, given, expected) => {
    const { force, ...others } = given as Readonly<Record<string, boolean>>;
    const roles = rolesWith(HOME, { at: AGO(300), ...(force && { force: true as const }) });
    const peers = others[HOME] ? { [HOME]: released(roles, HOME) } : {};
    const states = statesWith(HOME, { phase: "owner" }, recordedAs(HOME, owner, seconds));
    expect(decision({ roles, records: records(), automatic, states, peers }).moves).toEqual(expected);
  });

  describe("of the own home", () => {
    const roles = rolesWith(OWN, { owner: OWN, epoch: 2, at: AGO(300), from: [HOME] });
    const owner = (seconds: number) =>
      statesWith(OWN, { phase: "owner", epoch: 2 }, recordedAs(OWN, HOME, seconds));
    const standsBy = released(roles, OWN, { epoch: 2 });

    test.each([
      ["before the last order: it lags", owner(301), {}, "owner"],
      ["since then: there is an order that is not known here", owner(299), {}, "handing-back"],
      ["which says of this order that it stands by", owner(299), { [HOME]: standsBy }, "owner"],
      [
        "which said so, and is not heard of any more",
        owner(299),
        { [HOME]: { ...standsBy, reached: false, heard: { at: AGO(121), fit: true } } },
        "handing-back",
      ],
    ])("names another region %s", (_, states, peers, phase) => {
      expect(decided(OWN, { roles, records: records(), states, peers }).phase).toBe(phase);
    });

    test("names it again: it begins when the region that had taken it says that it stands by", () => {
      const states = statesWith(
        OWN,
        { phase: "taking-over", epoch: 2, takenBy: THIRD },
        recordedAs(OWN, OWN, 60),
      );
      const said = { [HOME]: standsBy, [THIRD]: { ...standsBy, reached: false } };
      const waits = decided(OWN, { roles, records: records(), states, peers: said });
      expect(waits).toMatchObject({ phase: "taking-over", waitsFor: `${THIRD} to release it` });
      const peers = { [HOME]: standsBy, [THIRD]: standsBy };
      expect(decided(OWN, { roles, records: records(), states, peers }).phase).toBe("owner");
    });

    test.each([
      ["forced", { force: true as const }],
      ["with an owner that is lost", { lost: [HOME] }],
    ])("is claimed at once when it is taken back %s", (_, order) => {
      const back = rolesWith(OWN, { owner: OWN, epoch: 2, at: NOW, from: [HOME], ...order });
      const states = statesWith(OWN, { phase: "standing-by" }, recordedAs(OWN, HOME, 60));
      expect(decided(OWN, { roles: back, records: records(), states, peers: {} })).toMatchObject({
        phase: "taking-over",
        claims: true,
      });
      expect(decided(OWN, { roles: back, states, peers: {} }).claims).toBeUndefined();
    });

    test.each([
      ["has said nothing of its metric", undefined, true],
      ["has, and everybody does not see it yet", LAG - 1, true],
      ["has, and everybody sees it", LAG, undefined],
    ])("is claimed until each peer %s", (_, seconds, claims) => {
      const told = seconds === undefined ? {} : { disownedAt: AGO(seconds) };
      const peer = (region: string) =>
        released(roles, OWN, { epoch: 2, ...(region === HOME ? told : { disownedAt: 1 }) });
      const states = statesWith(OWN, { phase: "owner", epoch: 2, claims: true }, recordedAs(OWN, OWN, 60));
      const peers = { [HOME]: peer(HOME), [THIRD]: peer(THIRD) };
      expect(decided(OWN, { roles, records: records(), states, peers }).claims).toBe(claims);
    });
  });

  test("is noted from when it was first seen to say so, and kept while it gives no answer", () => {
    const states = statesWith(HOME, { epoch: 0 }, recordedAs(HOME, HOME, 60));
    expect(decision({ states, records: records({ [HOME]: HOME }) }).states.recorded).toEqual(states.recorded);
    expect(decision({ states, records: records() }).states.recorded).toEqual(states.recorded);
    const changed = decision({ states, records: records({ [HOME]: THIRD, [OWN]: OWN }) }).states.recorded;
    expect(changed).toEqual({ [HOME]: { owner: THIRD, since: NOW }, [OWN]: { owner: OWN, since: NOW } });
    expect(decision({ states }).states).not.toHaveProperty("recorded");
  });

  test("that CloudWatch follows is noted where the region stands by, and not before it does", () => {
    const disowned = { [HOME]: AGO(30) };
    const noted = (seconds: number) =>
      decided(HOME, {
        disowned,
        records: records(),
        states: statesWith(HOME, { epoch: 0, since: AGO(seconds) }),
      });
    expect(noted(31).disownedAt).toBe(AGO(30));
    expect(noted(29).disownedAt).toBeUndefined();
  });
});
