import {
  DRAIN_TASK_SECONDS,
  HEARTBEAT_FRESH_SECONDS,
  LEASE_SECONDS,
  ROLE_CACHE_SECONDS,
} from "../core/limits";
import { automaticOrders, isDeadTo, isSilent, watch } from "./automatic";
import { type Contact, contactIn, fencesItself } from "./contact";
import { recordedNow } from "./recorded";
import { isSameOrder, type Role, roleOf } from "./roles";
import type { Decision, Rules, Situation } from "./situation";
import { type HomeState, type Phase, type Recorded, type Signals, stateOf } from "./states";
import { recordLagSeconds } from "./times";

/**
 * What one region does about every home: a pure function, which its controller calls every few seconds to a minute. For each home there
 * is a machine of four states, which survive in the region's parameter:
 *
 * | phase | becomes | when |
 * |---|---|---|
 * | `owner` | `handing-back` | the role names another region, or this region is cut off and fences itself |
 * | | | the record names another region, by an order that is not known here: of the own home, or in a region that has come back |
 * | | `taking-over` | orders were missed in which another region may have been the owner |
 * | `handing-back` | `standing-by` | the own work on the home's messages has ended: `releasedAt` |
 * | | `taking-over` | the role names this region again |
 * | `standing-by` | `taking-over` | the role names this region |
 * | `taking-over` | `owner` | whoever may have processed has released the home, and what they did is known here |
 * | | `standing-by` | the role names another region; by way of `handing-back` for the own home, whose replicator has begun, and after having owned |
 *
 * Two regions never process a home at the same time because an owner begins only after each region that may have processed says, of
 * the same order, that it stands by; and a region that stands by does not begin again under an order that names another. There are
 * exceptions by order, `lost` and `force`, and by time: the own home waits for `handBackTimeoutSeconds` at most.
 *
 * With records, a region that says nothing may be passed over as well, and the record then stands for its word: there is one answer at a
 * time, everybody sees it, and whom it does not name processes nothing. So messages of a peer's home are moved while the record names
 * this region, or while the region that it names says, by the same order, that it stands by; and the own home begins when the record
 * names it.
 */
export function decide(rules: Rules, situation: Situation): Decision {
  const { states } = situation;
  const contact = contactIn(situation);
  const signals = watch(rules, situation, contact);
  const recorded = recordedNow(situation);
  const roles = automaticOrders(rules, situation, contact, signals, recorded);
  const steps = rules.regions.map((home) => {
    const step = new Step(
      rules,
      { ...situation, roles },
      { contact, signals, recorded: recorded?.[home] },
      home,
    );
    const state = step.next();
    return { home, state, moves: step.moves(state), mayReclaim: step.mayReclaim };
  });
  const { isolatedSince: _isolated, signals: _signals, recorded: _recorded, ...kept } = states;
  return {
    roles,
    states: {
      ...kept,
      region: rules.region,
      checkedAt: contact.checkedAt,
      homes: Object.fromEntries(steps.map(({ home, state }) => [home, state])),
      heard: contact.heard,
      ...(signals === undefined ? {} : { signals }),
      ...(recorded === undefined ? {} : { recorded }),
      ...(contact.isolatedSince === undefined ? {} : { isolatedSince: contact.isolatedSince }),
    },
    moves: steps.flatMap(({ home, moves }) => (moves ? [home] : [])),
    mayReclaim: steps.some(({ mayReclaim }) => mayReclaim),
  };
}

const ROLE_CACHE_MS = ROLE_CACHE_SECONDS * 1_000;
/** A task that was given just before the drainers were stopped ends no later. */
const DRAIN_TASK_MS = DRAIN_TASK_SECONDS * 1_000;
const A_PEER = "a peer to be reached or heard";
const THE_RECORD = "the record to name it";

/** What follows from the situation for all homes, and for this one. */
interface Known {
  readonly contact: Contact;
  readonly signals: Readonly<Record<string, Signals>> | undefined;
  readonly recorded: Recorded | undefined;
}

/** One step of the machine of one home. */
class Step {
  /** Whether the own home waits for nothing but to be reclaimed. */
  mayReclaim = false;
  private readonly role: Role;
  private readonly state: HomeState;
  private readonly isOwn: boolean;

  constructor(
    private readonly rules: Rules,
    private readonly situation: Situation,
    private readonly known: Known,
    private readonly home: string,
  ) {
    this.role = roleOf(situation.roles, home);
    this.state = stateOf(situation.states, home);
    this.isOwn = home === rules.region;
  }

  next(): HomeState {
    const next = this.moved();
    const { disowned = {} } = this.situation;
    const disownedAt = disowned[this.home] ?? 0;
    const isNews = next.phase === "standing-by" && next.disownedAt === undefined;
    return {
      ...next,
      ...(isNews && disownedAt > 0 && disownedAt >= next.since ? { disownedAt } : {}),
      ...(this.claims(next) ? { claims: true } : {}),
    };
  }

  /** Whether messages of the home, which is a peer's, may be moved in a state. */
  moves({ phase }: HomeState): boolean {
    return !this.isOwn && phase === "owner" && this.isAgreed();
  }

  private moved(): HomeState {
    switch (this.state.phase) {
      case "owner":
        return this.asOwner();
      case "handing-back":
        return this.handingBack();
      case "standing-by":
        return this.standingBy();
      case "taking-over":
        return this.takingOver();
    }
  }

  private asOwner(): HomeState {
    if (!this.isNamed() || fencesItself(this.rules, this.known.contact, this.situation.now))
      return this.begin("handing-back");
    if (!this.isContinued() || (!this.isOwn && this.hasReturned())) return this.begin("taking-over");
    return this.remain(this.isAgreed() ? undefined : THE_RECORD);
  }

  private handingBack(): HomeState {
    if (this.isNamed() && !this.isAlone()) return this.begin("taking-over");
    const waitsFor = this.isOwn ? this.workInFlight() : this.movedMessages();
    return waitsFor === undefined ? this.begin("standing-by") : this.remain(waitsFor);
  }

  private standingBy(): HomeState {
    if (!this.isNamed()) return this.remain(this.isTaken() ? THE_RECORD : undefined);
    return this.isAlone() ? this.remain(A_PEER) : this.begin("taking-over");
  }

  private takingOver(): HomeState {
    if (!this.isNamed()) {
      return this.begin(this.isOwn || this.state.unfinished ? "handing-back" : "standing-by");
    }
    // Another order for the same owner: whoever has to release the home has to say so of this one.
    if (this.role.epoch !== this.state.epoch || this.hasReturned()) return this.begin("taking-over");
    if (this.role.force) return this.begin("owner");
    if (this.isAlone()) return this.remain(A_PEER);
    if (this.waited() < ROLE_CACHE_MS) return this.remain("the roles to be read everywhere");
    const waitsFor = this.isOwn && this.isTimedOut() ? [] : this.releases();
    const { unreclaimed = [] } = this.situation;
    const isReady = waitsFor.length === 0 && !this.isTimedOut() && !this.hasPassedOver();
    this.mayReclaim = this.isOwn && isReady && unreclaimed.length > 0;
    if (this.mayReclaim) waitsFor.push(`what was rescued to be taken off ${unreclaimed.join(", ")}`);
    if (!this.isAgreed()) waitsFor.push(THE_RECORD);
    return waitsFor.length === 0 ? this.begin("owner") : this.remain(waitsFor.join("; "));
  }

  /** Whether the role names this region, and the record does not tell of a later order. */
  private isNamed(): boolean {
    return this.role.owner === this.rules.region && !this.isTaken();
  }

  /**
   * Whether the record names another region for the home, by an order that has not arrived here: it has begun to do so after the last that
   * did, and that region does not say itself that it stands by. Then the own home stops, and so does a region that has just come back;
   * whoever owned a peer's home all the time only pauses, because the record may show no more than a check that has failed.
   */
  private isTaken(): boolean {
    const { recorded } = this.known;
    const { epoch, takenBy } = this.state;
    const isAsked = takenBy !== undefined || this.hasReturned();
    return (
      (this.isOwn || (isAsked && epoch === this.role.epoch)) &&
      this.role.owner === this.rules.region &&
      recorded !== undefined &&
      this.contradicts(recorded)
    );
  }

  private contradicts({ owner, since }: Recorded): boolean {
    return owner !== this.rules.region && this.role.at < since && !this.standsBy(owner);
  }

  /** Whether the record admits that this region processes the home's messages. Without records the role is enough. */
  private isAgreed(): boolean {
    const { records, automatic } = this.situation;
    if (records === undefined) return true;
    const { recorded } = this.known;
    if (recorded === undefined) return this.isOwn || automatic === undefined || this.standsBy(this.home);
    if (recorded.owner === this.rules.region) return true;
    // Force is for when the record does not follow.
    if (this.role.force && this.role.at >= recorded.since) return true;
    if (this.isOwn) return false;
    return automatic === undefined ? !this.contradicts(recorded) : this.standsBy(recorded.owner);
  }

  /** Whether a region says, by the order that is known here, that it stands by, and has been heard of lately: it knows of no later order. */
  private standsBy(region: string): boolean {
    const { peers, now } = this.situation;
    const peer = peers[region];
    const heardAt = peer?.heard?.at ?? 0;
    const isFresh = peer?.reached === true || now - heardAt <= HEARTBEAT_FRESH_SECONDS * 1_000;
    return isFresh && this.releasesBy(region).length > 0;
  }

  /** Whether this region has not looked for so long that others may have taken it for dead, and goes by the record. */
  private hasReturned(): boolean {
    const { now, states, automatic, records } = this.situation;
    return automatic !== undefined && records !== undefined && now - states.checkedAt > LEASE_SECONDS * 1_000;
  }

  /**
   * Whether the own home has to be claimed: an owner before it may be unable to say that it is none any more, or CloudWatch to tell it. It
   * is until every peer says that it stands by, and everybody knows by CloudWatch.
   */
  private claims({ phase }: HomeState): boolean {
    const { records, now } = this.situation;
    const isBack = this.isOwn && this.role.epoch > 0 && (phase === "taking-over" || phase === "owner");
    if (!isBack || records === undefined) return false;
    const lagMs = recordLagSeconds(records.ttlSeconds) * 1_000;
    const isKnown = ({ disownedAt }: HomeState) => disownedAt !== undefined && now >= disownedAt + lagMs;
    const peers = this.rules.regions.filter((region) => region !== this.home);
    if (peers.every((peer) => this.releasesBy(peer).some(isKnown))) return false;
    if (this.state.claims && this.state.epoch === this.role.epoch) return true;
    const isLate = !this.isAgreed() && this.waited() > lagMs;
    return isLate || (this.state.phase !== "owner" && this.hasLostOwner());
  }

  /** Whether somebody who may own the home can not be waited for. */
  private hasLostOwner(): boolean {
    const { force, lost = [] } = this.role;
    const { signals } = this.known;
    const isDead = (region: string) =>
      signals !== undefined && isDeadTo(this.rules, signals, region, this.situation.now);
    const silent = this.beforeThis().filter((region) => this.releasesBy(region).length === 0);
    return (
      force === true || lost.length > 0 || silent.some(isDead) || (this.isTimedOut() && silent.length > 0)
    );
  }

  private isAlone(): boolean {
    return this.rules.onIsolation === "fence" && this.known.contact.isolatedSince !== undefined;
  }

  /** Whether nobody else can have been owner since this region became it: the very next order, or none, named it again. */
  private isContinued(): boolean {
    const { epoch, from } = this.role;
    if (epoch === this.state.epoch) return true;
    return epoch === this.state.epoch + 1 && from.every((region) => region === this.home);
  }

  private waited(): number {
    return this.situation.now - this.state.since;
  }

  private isTimedOut(): boolean {
    return this.waited() >= this.rules.handBackTimeoutSeconds * 1_000;
  }

  /** Functions and consumers read the role a cache time late, and then end what they have begun. */
  private workInFlight(): string | undefined {
    return this.waited() < ROLE_CACHE_MS + this.rules.inFlightSeconds * 1_000
      ? "work in flight to end"
      : undefined;
  }

  /** The last drain task has to end, and what was moved has to be processed. */
  private movedMessages(): string | undefined {
    if (this.waited() < DRAIN_TASK_MS) return "the drainers to end";
    const queues = this.situation.unprocessed?.[this.home] ?? [];
    if (this.isTimedOut() || queues.length === 0) return undefined;
    return `what was moved to ${queues.join(", ")} to be processed`;
  }

  /**
   * A region that is lost when the order is given has looked at its roles before that. Should it come back, it believes them until their
   * lease ends; from then on it asks its peers first, and follows the order.
   */
  private lease(): readonly string[] {
    const { at, from, lost = [] } = this.role;
    const mayReturn = lost.filter((region) => region === this.home || from.includes(region));
    if (mayReturn.length === 0 || this.situation.now >= at + LEASE_SECONDS * 1_000) return [];
    return [`the lease of ${mayReturn.join(", ")} to end`];
  }

  /** Whether a region that has said nothing was not waited for: it does not say either what it has processed. */
  private hasPassedOver(): boolean {
    return this.beforeThis().some((region) => this.releasesBy(region).length === 0);
  }

  private releases(): string[] {
    return [...this.lease(), ...this.beforeThis().flatMap((region) => this.releaseOf(region) ?? [])];
  }

  /** Regions that may have processed the home's messages before this one. */
  private beforeThis(): readonly string[] {
    const { takenBy = this.home } = this.state;
    const regions = new Set([this.home, ...this.role.from, takenBy]);
    return [...regions].filter((region) => region !== this.rules.region && !this.role.lost?.includes(region));
  }

  /** What is missing until a region has released the home. */
  private releaseOf(region: string): string | undefined {
    const peer = this.situation.peers[region];
    // What it said before it took the home says nothing of what it does now.
    const released = region !== this.state.takenBy || this.standsBy(region) ? this.releasesBy(region) : [];
    if (released.length === 0) {
      const { contact, recorded } = this.known;
      return isSilent(this.rules, this.situation, contact, region, this.state, recorded)
        ? undefined
        : `${region} to release it`;
    }
    const releasedAt = Math.max(...released.map((state) => state.releasedAt ?? 0));
    const isSeen = !this.rules.hasLedger || releasedAt <= (peer?.ledgerSeenUntil ?? 0);
    return isSeen ? undefined : `the ledger entries of ${region}`;
  }

  /** What a region said of the home after it had released it by the order that this region follows. */
  private releasesBy(region: string): readonly HomeState[] {
    return (this.situation.peers[region]?.reports ?? []).flatMap(({ roles, homes }) => {
      const state = homes[this.home];
      const isReleased = state?.phase === "standing-by" && state.epoch >= this.role.epoch;
      return isReleased && isSameOrder(roleOf(roles, this.home), this.role) ? [state] : [];
    });
  }

  private begin(phase: Phase): HomeState {
    const { now } = this.situation;
    const { releasedAt } = this.state;
    const common = { phase, epoch: this.role.epoch, since: now, ...this.taken(phase) };
    if (phase === "standing-by" && this.state.phase === "handing-back") return { ...common, releasedAt: now };
    const keeps = phase === "standing-by" || phase === "taking-over";
    if (phase === "taking-over" && !this.isOwn && this.hasMoved()) return { ...common, unfinished: true };
    return { ...common, ...(keeps && releasedAt !== undefined ? { releasedAt } : {}) };
  }

  private hasMoved(): boolean {
    const { phase, unfinished } = this.state;
    return phase === "owner" || phase === "handing-back" || unfinished === true;
  }

  private remain(waitsFor?: string): HomeState {
    const { waitsFor: _before, claims: _claims, takenBy: _taken, ...state } = this.state;
    return {
      ...state,
      ...this.taken(state.phase),
      epoch: this.role.epoch,
      ...(waitsFor === undefined ? {} : { waitsFor }),
    };
  }

  /** Remembered until an order explains it, or until the home is owned again. */
  private taken(phase: Phase): Pick<HomeState, "takenBy"> {
    if (phase === "owner") return {};
    if (this.isTaken()) return { takenBy: this.known.recorded!.owner };
    const { takenBy, epoch } = this.state;
    return takenBy === undefined || epoch !== this.role.epoch ? {} : { takenBy };
  }
}
