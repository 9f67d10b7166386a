import { DRAIN_TASK_SECONDS, LEASE_SECONDS, ROLE_CACHE_SECONDS } from "../core/limits";
import { automaticOrders, isSilent, watch } from "./automatic";
import { type Contact, contactIn, fencesItself } from "./contact";
import { isSameOrder, type Role, roleOf } from "./roles";
import type { Decision, Report, Rules, Situation } from "./situation";
import { type HomeState, type Phase, stateOf } from "./states";

/**
 * What one region does about every home: a pure function, which its controller calls every few seconds to a minute. For each home there
 * is a machine of four states, which survive in the region's parameter:
 *
 * | phase | becomes | when |
 * |---|---|---|
 * | `owner` | `handing-back` | the role names another region, or this region is cut off and fences itself |
 * | | `taking-over` | orders were missed in which another region may have been the owner |
 * | `handing-back` | `standing-by` | the own work on the home's messages has ended: `releasedAt` |
 * | | `taking-over` | the role names this region again |
 * | `standing-by` | `taking-over` | the role names this region |
 * | `taking-over` | `owner` | whoever may have processed has released the home, and what they did is known here |
 * | | `standing-by` | the role names another region; the own home by way of `handing-back`, because its replicator has begun |
 *
 * Two regions never process a home at the same time because an owner begins only after each region that may have processed says, of
 * the same order, that it stands by; and a region that stands by does not begin again under an order that names another. There are
 * exceptions by order, `lost` and `force`, and by time: the own home waits for `handBackTimeoutSeconds` at most.
 */
export function decide(rules: Rules, situation: Situation): Decision {
  const { states } = situation;
  const contact = contactIn(situation);
  const signals = watch(rules, situation, contact);
  const roles = automaticOrders(rules, situation, contact, signals);
  const steps = rules.regions.map((home) => {
    const step = new Step(rules, { ...situation, roles }, contact, home);
    return { home, state: step.next(), mayReclaim: step.mayReclaim };
  });
  const { isolatedSince: _isolated, signals: _signals, ...kept } = states;
  return {
    roles,
    states: {
      ...kept,
      region: rules.region,
      checkedAt: contact.checkedAt,
      homes: Object.fromEntries(steps.map(({ home, state }) => [home, state])),
      heard: contact.heard,
      ...(signals === undefined ? {} : { signals }),
      ...(contact.isolatedSince === undefined ? {} : { isolatedSince: contact.isolatedSince }),
    },
    mayReclaim: steps.some(({ mayReclaim }) => mayReclaim),
  };
}

const ROLE_CACHE_MS = ROLE_CACHE_SECONDS * 1_000;
/** A task that was given just before the drainers were stopped ends no later. */
const DRAIN_TASK_MS = DRAIN_TASK_SECONDS * 1_000;
const A_PEER = "a peer to be reached or heard";

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
    private readonly contact: Contact,
    private readonly home: string,
  ) {
    this.role = roleOf(situation.roles, home);
    this.state = stateOf(situation.states, home);
    this.isOwn = home === rules.region;
  }

  next(): HomeState {
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
    if (!this.isNamed() || fencesItself(this.rules, this.contact, this.situation.now))
      return this.begin("handing-back");
    return this.isContinued() ? this.remain() : this.begin("taking-over");
  }

  private handingBack(): HomeState {
    if (this.isNamed() && !this.isAlone()) return this.begin("taking-over");
    const waitsFor = this.isOwn ? this.workInFlight() : this.movedMessages();
    return waitsFor === undefined ? this.begin("standing-by") : this.remain(waitsFor);
  }

  private standingBy(): HomeState {
    if (!this.isNamed()) return this.remain();
    return this.isAlone() ? this.remain(A_PEER) : this.begin("taking-over");
  }

  private takingOver(): HomeState {
    if (!this.isNamed()) return this.begin(this.isOwn ? "handing-back" : "standing-by");
    // Another order for the same owner: whoever has to release the home has to say so of this one.
    if (this.role.epoch !== this.state.epoch) return this.begin("taking-over");
    if (this.role.force) return this.begin("owner");
    if (this.isAlone()) return this.remain(A_PEER);
    if (this.waited() < ROLE_CACHE_MS) return this.remain("the roles to be read everywhere");
    if (this.isOwn && this.isTimedOut()) return this.begin("owner");
    const waitsFor = [
      ...this.lease(),
      ...this.beforeThis().flatMap((region) => this.releaseOf(region) ?? []),
    ];
    const { unreclaimed = [] } = this.situation;
    this.mayReclaim = this.isOwn && waitsFor.length === 0 && unreclaimed.length > 0;
    if (this.mayReclaim) waitsFor.push(`what was rescued to be taken off ${unreclaimed.join(", ")}`);
    return waitsFor.length === 0 ? this.begin("owner") : this.remain(waitsFor.join("; "));
  }

  /** Whether the role names this region. */
  private isNamed(): boolean {
    return this.role.owner === this.rules.region;
  }

  private isAlone(): boolean {
    return this.rules.onIsolation === "fence" && this.contact.isolatedSince !== undefined;
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

  /** Regions that may have processed the home's messages before this one. */
  private beforeThis(): readonly string[] {
    const regions = new Set([this.home, ...this.role.from]);
    return [...regions].filter((region) => region !== this.rules.region && !this.role.lost?.includes(region));
  }

  /** What is missing until a region has released the home. */
  private releaseOf(region: string): string | undefined {
    const peer = this.situation.peers[region];
    const released = (peer?.reports ?? []).flatMap((report) => this.releasedIn(report) ?? []);
    if (released.length === 0) {
      return isSilent(this.rules, this.situation, this.contact, region, this.state)
        ? undefined
        : `${region} to release it`;
    }
    const releasedAt = Math.max(...released.map((state) => state.releasedAt ?? 0));
    const isSeen = !this.rules.hasLedger || releasedAt <= (peer?.ledgerSeenUntil ?? 0);
    return isSeen ? undefined : `the ledger entries of ${region}`;
  }

  /** The state of a region that has released the home by the order that this region follows. */
  private releasedIn({ roles, homes }: Report): HomeState | undefined {
    const state = homes[this.home];
    const isReleased = state?.phase === "standing-by" && state.epoch >= this.role.epoch;
    return isReleased && isSameOrder(roleOf(roles, this.home), this.role) ? state : undefined;
  }

  private begin(phase: Phase): HomeState {
    const { now } = this.situation;
    const { releasedAt } = this.state;
    const common = { phase, epoch: this.role.epoch, since: now };
    if (phase === "standing-by" && this.state.phase === "handing-back") return { ...common, releasedAt: now };
    const keeps = phase === "standing-by" || phase === "taking-over";
    return { ...common, ...(keeps && releasedAt !== undefined ? { releasedAt } : {}) };
  }

  private remain(waitsFor?: string): HomeState {
    const { waitsFor: _before, ...state } = this.state;
    return { ...state, epoch: this.role.epoch, ...(waitsFor === undefined ? {} : { waitsFor }) };
  }
}
