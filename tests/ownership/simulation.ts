import {
  CONTROLLER_PERIOD_SECONDS,
  DRAIN_TASK_SECONDS,
  HEARTBEATS_PER_RUN,
  LEASE_SECONDS,
  ROLE_CACHE_SECONDS,
} from "../../core/limits";
import { decide } from "../../ownership/decide";
import { HEARTBEAT_VERSION, type Heartbeat } from "../../ownership/heartbeat";
import { recordNames } from "../../ownership/records";
import { initialRoles, mergeRoles, type Order, ordered, type Roles, roleOf } from "../../ownership/roles";
import type { Health, Peer, Records, Rules } from "../../ownership/situation";
import { type HomeState, initialStates, type States, stateOf } from "../../ownership/states";
import { recordCacheSeconds } from "../../ownership/times";
import { gateIsOpen } from "../../ownership/view";
import { signalOf } from "../../replicator/control/signals";
import { RECORD, Route53, TTL_SECONDS } from "./route53";

/** Seconds from one look at everything to the next: also the pause between the passes of a controller that is busy. */
export const TICK_SECONDS = 5;
/** A worker of a controller passes for this long while there is something to wait for, then the next run does. */
const BUSY_SECONDS = 50;
/** Longest time that consumers need for what the drainers have moved. */
export const PROCESSING_SECONDS = 120;

export interface Options {
  readonly regions: readonly string[];
  /** Whatever happens by chance follows from it. */
  readonly seed: number;
  /** Seconds by which the clock of each region is wrong. @default none is */
  readonly skewSeconds?: readonly number[];
  readonly rules?: Partial<Omit<Rules, "region" | "regions">>;
  /** There are records: ownership moves by order, and by health and heartbeats as well. @default none, by order only */
  readonly records?: "manual" | "automatic";
  /** Seconds by which Route 53 sees metrics late. @default 60 */
  readonly metricLagSeconds?: number;
  readonly spreadSeconds?: readonly number[];
  /** Share of calls to other regions, and of heartbeats, that are lost. @default 0 */
  readonly loss?: number;
  /** Seconds until what is written into the ledger is seen in other regions. @default 1 */
  readonly ledgerLagSeconds?: number;
}

/** What the rest of the world sees and does to one region. */
export interface SimulatedRegion {
  readonly name: string;
  readonly skewMs: number;
  /** Second of the minute in which the controller runs. */
  readonly phase: number;
  alive: boolean;
  controllerRuns: boolean;
  /** Neither regions nor the record are reached, and nobody reaches it. */
  cutOff: boolean;
  fit: boolean;
  /** The parameters: they survive the region. */
  roles: Roles;
  states: States;
  /** Heartbeats that wait in the outbox for a peer, and those in the standby queue of a peer's heartbeats. */
  readonly outbox: { readonly peer: string; readonly from: number; readonly heartbeat: Heartbeat }[];
  readonly standby: Heartbeat[];
  /** Heartbeats in the memory of the worker: the newest by region. */
  memory: Map<string, Heartbeat>;
  /** Everything that was written here before `at`, by the region's clock, is seen by the peers from `seenFrom` on. */
  readonly ledger: { readonly at: number; readonly seenFrom: number }[];
  busyUntil: number;
  /** What the reader of a gate remembers, of roles and of the record, and when the gate was last open. */
  reader: Roles | undefined;
  record: string | undefined;
  /** When CloudWatch last took that it does not own a home. */
  disowned: Record<string, number>;
  gateOpenAt: number;
  /** By home: until when drainers move its messages, and until when consumers process what was moved. */
  readonly movingUntil: Map<string, number>;
  readonly processingUntil: Map<string, number>;
  /** What it went by when nobody who knew more could be asked, and until when it may still process by that. */
  ignorance: { readonly roles: Roles; readonly until: number } | undefined;
}

/**
 * Regions of a failover group with everything that bears on ownership: controllers, their parameters, heartbeats that travel by outbox
 * and standby queues, the consumer gate with its cache and lease, drainers with their tasks, the ledger's lag, the operator. Only the
 * decision is the project's own. Time goes in ticks; whatever is cached or under way lasts as long as it may at the worst.
 */
export class Simulation {
  now = 1_700_000_000_000;
  readonly regions: ReadonlyMap<string, SimulatedRegion>;
  /** Every moment at which two regions processed a home's messages that should not have. */
  readonly violations: string[] = [];
  readonly route53: Route53;
  /** By home, since when two regions have processed its messages, and when they last did; and the longest such time in seconds. */
  private readonly overlaps = new Map<string, { readonly from: number; readonly last: number }>();
  longestOverlap = 0;
  private readonly names: readonly string[];
  private readonly rules: Omit<Rules, "region">;
  private readonly cuts = new Set<string>();
  private readonly saidToBeLost: {
    readonly home: string;
    readonly region: string;
    readonly epoch: number;
  }[] = [];
  private readonly everyRoles = new Map<string, Roles>();
  /** Homes that began after their time-out, while another may still process. */
  private readonly timedOut = new Set<string>();
  private readonly random: () => number;
  loss: number;

  constructor(private readonly options: Options) {
    const { regions, seed, skewSeconds = [], rules, loss = 0 } = options;
    this.names = regions;
    this.random = randomOf(seed);
    const { metricLagSeconds, spreadSeconds } = options;
    this.route53 = new Route53({
      regions,
      ...(rules?.takeoverOrder && { takeoverOrder: rules.takeoverOrder }),
      ...(metricLagSeconds !== undefined && { metricLagSeconds }),
      ...(spreadSeconds && { spreadSeconds }),
    });
    this.loss = loss;
    this.rules = {
      regions,
      hasLedger: true,
      onIsolation: "continue",
      takeoverDelaySeconds: 300,
      takeoverOrder: Object.fromEntries(regions.map((home) => [home, regions.filter((one) => one !== home)])),
      failback: "manual",
      failbackAfterSeconds: 900,
      inFlightSeconds: 65,
      handBackTimeoutSeconds: 900,
      ...rules,
    };
    const roles = initialRoles(regions);
    this.regions = new Map(
      regions.map((name, index) => [
        name,
        {
          name,
          skewMs: (skewSeconds[index] ?? 0) * 1_000,
          phase: Math.floor(this.random() * (CONTROLLER_PERIOD_SECONDS / TICK_SECONDS)) * TICK_SECONDS,
          alive: true,
          controllerRuns: true,
          cutOff: false,
          fit: true,
          roles,
          states: initialStates(name, regions),
          outbox: [],
          standby: [],
          memory: new Map(),
          ledger: [],
          busyUntil: 0,
          reader: undefined,
          record: undefined,
          disowned: {},
          gateOpenAt: Number.NEGATIVE_INFINITY,
          movingUntil: new Map(),
          processingUntil: new Map(),
          ignorance: undefined,
        },
      ]),
    );
  }

  region(name: string): SimulatedRegion {
    return this.regions.get(name)!;
  }

  run(seconds: number): void {
    for (let passed = 0; passed < seconds; passed += TICK_SECONDS) this.tick();
  }

  die(name: string): void {
    const region = this.region(name);
    region.alive = false;
    region.memory = new Map();
    region.reader = undefined;
    region.record = undefined;
    region.disowned = {};
    region.gateOpenAt = Number.NEGATIVE_INFINITY;
    region.movingUntil.clear();
    region.processingUntil.clear();
  }

  revive(name: string): void {
    this.region(name).alive = true;
  }

  startWorker(name: string): void {
    Object.assign(this.region(name), { memory: new Map(), disowned: {} });
  }

  cut(one: string, other: string): void {
    this.cuts.add(linkOf(one, other));
  }

  heal(one: string, other: string): void {
    this.cuts.delete(linkOf(one, other));
  }

  healAll(): void {
    this.cuts.clear();
    this.loss = 0;
    const { flooded, unresolving, unmeasured } = this.route53;
    for (const faults of [flooded, unresolving, unmeasured]) faults.clear();
    for (const region of this.regions.values()) {
      if (!region.alive) this.revive(region.name);
      Object.assign(region, { controllerRuns: true, cutOff: false, fit: true });
    }
  }

  connected(one: SimulatedRegion, other: SimulatedRegion): boolean {
    return (
      one.alive && other.alive && !one.cutOff && !other.cutOff && !this.cuts.has(linkOf(one.name, other.name))
    );
  }

  /** Whether an operator may say that a region is lost: it is, and so long that it will ask before it does anything. */
  isLost(name: string): boolean {
    const { alive, states, skewMs } = this.region(name);
    return !alive && this.now + skewMs - states.checkedAt > LEASE_SECONDS * 1_000;
  }

  /** Gives an order as the command does, in the regions that the operator reaches. @returns whether there was anything to order */
  order(order: Omit<Order, "at" | "settled">, reached: readonly string[] = this.names): boolean {
    const regions = reached
      .map((name) => this.region(name))
      .filter((region) => region.alive && !region.cutOff);
    const [first, ...others] = regions.map(({ roles }) => roles);
    if (first === undefined) return false;
    const roles = mergeRoles(first, ...others);
    const role = roleOf(roles, order.home);
    if (role.owner === order.owner && !order.force && (order.lost ?? []).length === 0) return false;
    const owner = regions.find(({ name }) => name === role.owner);
    const state = owner && stateOf(owner.states, order.home);
    const settled = state?.phase === "owner" && state.epoch === role.epoch;
    const next = ordered(roles, { ...order, at: this.now, settled });
    for (const region of order.lost ?? []) {
      this.saidToBeLost.push({ home: order.home, region, epoch: role.epoch + 1 });
    }
    for (const region of regions) {
      region.roles = next;
      region.busyUntil = Math.max(region.busyUntil, this.now + 1);
    }
    return true;
  }

  /** Regions that may be processing messages of a home at this moment. */
  active(home: string): readonly string[] {
    return [...this.regions.values()]
      .filter((region) => this.processes(region, home))
      .map(({ name }) => name);
  }

  /** The regions in a phase about a home. */
  inPhase(home: string, phase: HomeState["phase"]): readonly string[] {
    return [...this.regions.values()]
      .filter(({ states }) => stateOf(states, home).phase === phase)
      .map(({ name }) => name);
  }

  /** Roles on which all regions agree. Throws when they do not. */
  agreed(): Roles {
    const [first, ...others] = [...this.regions.values()].map(({ roles }) => roles);
    for (const other of others) {
      for (const home of this.names) {
        if (roleOf(other, home).owner !== roleOf(first!, home).owner)
          throw new Error(`two opinions on ${home}`);
      }
    }
    return first!;
  }

  private tick(): void {
    this.now += TICK_SECONDS * 1_000;
    const regions = [...this.regions.values()];
    this.route53.tick(this.now, (name) => {
      const { alive, cutOff, fit } = this.region(name);
      return alive && !cutOff && fit;
    });
    for (const region of regions) if (region.alive) this.forward(region);
    for (const region of regions) {
      if (!region.alive || !region.controllerRuns) continue;
      const isRun = (this.now / 1_000) % CONTROLLER_PERIOD_SECONDS === region.phase;
      if (isRun) region.busyUntil = this.now + BUSY_SECONDS * 1_000;
      if (isRun || (this.isBusy(region) && this.now < region.busyUntil)) this.pass(region, isRun);
    }
    for (const region of regions) this.look(region);
    for (const home of this.names) this.check(home);
  }

  /** Forwarders take heartbeats that are due to the peers' standby queues. */
  private forward(region: SimulatedRegion): void {
    const left = region.outbox.filter(({ peer, from, heartbeat }) => {
      if (this.now < from || !this.connected(region, this.region(peer))) return true;
      if (this.random() >= this.loss) this.region(peer).standby.push(heartbeat);
      return false;
    });
    region.outbox.splice(0, region.outbox.length, ...left);
  }

  /** One pass of a region's controller. */
  private pass(region: SimulatedRegion, isRun: boolean): void {
    const now = this.now + region.skewMs;
    for (const heartbeat of region.standby.splice(0)) {
      if (heartbeat.at >= (region.memory.get(heartbeat.region)?.at ?? 0))
        region.memory.set(heartbeat.region, heartbeat);
    }
    const peers = Object.fromEntries(
      this.names
        .filter((name) => name !== region.name)
        .map((name) => [name, this.peer(region, this.region(name), now)]),
    );
    const known = Object.values(peers).flatMap(({ reports }) => reports.map(({ roles }) => roles));
    const { records: routing } = this.options;
    const records = routing && this.records(region);
    region.roles = this.merged(region.roles, known);
    const before = region.states;
    const decision = decide(
      { ...this.rules, region: region.name },
      {
        now,
        roles: region.roles,
        states: before,
        peers,
        unprocessed: Object.fromEntries(
          this.names.map((home) => [home, this.isUnprocessed(region, home) ? ["orders"] : []]),
        ),
        disowned: region.disowned,
        ...(records && { records }),
        ...(routing === "automatic" && { automatic: { fit: region.fit, health: this.healthSeenBy(region) } }),
      },
    );
    region.roles = decision.roles;
    region.states = decision.states;
    this.noteTimeOut(region, before, now);
    this.drain(region, decision.moves);
    if (records && (isRun || JSON.stringify(before.homes) !== JSON.stringify(region.states.homes))) {
      this.publish(region, now);
    }
    region.ledger.push({ at: now, seenFrom: this.now + (this.options.ledgerLagSeconds ?? 1) * 1_000 });
    if (isRun || changed(before, region.states)) this.beat(region, now, isRun ? HEARTBEATS_PER_RUN : 1);
  }

  /** What a region gets by DNS, if anything. */
  private resolved(region: SimulatedRegion, name: string): string | undefined {
    if (region.cutOff) return undefined;
    try {
      return this.route53.text(region.name, name, this.now);
    } catch {
      return undefined;
    }
  }

  private records(region: SimulatedRegion): Records {
    const owners = this.names.flatMap((home) => {
      const owner = this.resolved(region, recordNames(RECORD).owner(home));
      return owner === undefined ? [] : [[home, owner] as const];
    });
    return { owners: Object.fromEntries(owners), resolves: owners.length > 0, ttlSeconds: TTL_SECONDS };
  }

  private healthSeenBy(region: SimulatedRegion): Readonly<Record<string, Health>> {
    return Object.fromEntries(
      this.names.flatMap((name) => {
        const health = this.resolved(region, recordNames(RECORD).health(name)) as Health | undefined;
        return health === undefined ? [] : [[name, health]];
      }),
    );
  }

  /** Gives metrics to CloudWatch. */
  private publish(region: SimulatedRegion, now: number): void {
    const { owned, claims } = signalOf(region.name, this.names, region.states, true, now);
    const peers = this.names.filter((name) => name !== region.name);
    const values = Object.fromEntries(peers.map((home) => [home, owned.includes(home)]));
    try {
      if (!region.cutOff) this.route53.put(region.name, values, claims, this.now);
    } catch {
      return;
    }
    for (const home of peers) {
      if (values[home]) delete region.disowned[home];
      else region.disowned[home] = now;
    }
  }

  private peer(region: SimulatedRegion, peer: SimulatedRegion, now: number): Peer {
    const heartbeat = region.memory.get(peer.name);
    const reached = this.connected(region, peer) && this.random() >= this.loss;
    const seen = peer.ledger.findLast(({ seenFrom }) => seenFrom <= this.now);
    return {
      reports: [
        ...(heartbeat === undefined ? [] : [{ roles: heartbeat.roles, homes: heartbeat.homes }]),
        ...(reached ? [{ roles: peer.roles, homes: peer.states.homes }] : []),
      ],
      reached,
      ...(reached ? { checkedAt: peer.states.checkedAt } : {}),
      ...(heartbeat === undefined ? {} : { heard: { at: Math.min(heartbeat.at, now), fit: heartbeat.fit } }),
      ...(seen === undefined ? {} : { ledgerSeenUntil: seen.at }),
    };
  }

  /** The own home began although somebody had not released it: the time-out that the operator chose. */
  private noteTimeOut(region: SimulatedRegion, before: States, now: number): void {
    const [was, is] = [stateOf(before, region.name), stateOf(region.states, region.name)];
    const waited = now - was.since >= this.rules.handBackTimeoutSeconds * 1_000;
    if (was.phase === "taking-over" && is.phase === "owner" && waited) this.timedOut.add(region.name);
  }

  private drain(region: SimulatedRegion, homes: readonly string[]): void {
    for (const home of homes) {
      const until = this.now + DRAIN_TASK_SECONDS * 1_000;
      region.movingUntil.set(home, until);
      // Some messages are processed as soon as they are moved.
      const processing = Math.max(0, Math.floor((2 * this.random() - 1) * PROCESSING_SECONDS));
      region.processingUntil.set(home, until + processing * 1_000);
    }
  }

  private beat(region: SimulatedRegion, now: number, count: number): void {
    for (let index = 0; index < count; index += 1) {
      const delay = (index * CONTROLLER_PERIOD_SECONDS * 1_000) / count;
      const heartbeat: Heartbeat = {
        v: HEARTBEAT_VERSION,
        region: region.name,
        at: now + delay,
        fit: region.fit,
        roles: region.roles,
        homes: region.states.homes,
      };
      for (const peer of this.names) {
        const underWay = Math.floor(this.random() * 10) * 1_000;
        if (peer !== region.name) region.outbox.push({ peer, from: this.now + delay + underWay, heartbeat });
      }
    }
  }

  /** A region that is busy looks again soon, as long as something is to change. */
  private isBusy({ roles, states, name }: SimulatedRegion): boolean {
    return this.names.some((home) => {
      const { phase, epoch } = stateOf(states, home);
      const role = roleOf(roles, home);
      return (
        phase === "taking-over" ||
        phase === "handing-back" ||
        epoch !== role.epoch ||
        (phase === "owner") !== (role.owner === name)
      );
    });
  }

  /** The consumer gate reads the parameters, and the peers' when the own may be old. */
  private look(region: SimulatedRegion): void {
    if (!region.alive) return;
    const now = this.now + region.skewMs;
    const isOld = now - region.states.checkedAt > LEASE_SECONDS * 1_000;
    const connected = [...this.regions.values()].filter(
      (peer) => peer !== region && this.connected(region, peer),
    );
    const asked = isOld ? connected.filter(() => this.random() >= this.loss) : [];
    const known = [
      ...asked.map(({ roles }) => roles),
      ...(region.reader === undefined ? [] : [region.reader]),
    ];
    region.reader = this.merged(region.roles, known);
    if (this.options.records !== undefined) {
      region.record = this.resolved(region, recordNames(RECORD).owner(region.name)) ?? region.record;
    }
    const { reader: roles, states, record } = region;
    if (gateIsOpen({ roles, states, ...(record !== undefined && { record }) }, region.name))
      region.gateOpenAt = this.now;
    const couldLearn = (isOld ? asked : connected).some((peer) => this.knowsMore(peer, region));
    if (!couldLearn && [...this.regions.values()].some((peer) => this.knowsMore(peer, region))) {
      const ending = 2 * CONTROLLER_PERIOD_SECONDS + this.rules.inFlightSeconds + ROLE_CACHE_SECONDS;
      region.ignorance = { roles: region.reader, until: this.now + ending * 1_000 };
    }
  }

  /** As {@link mergeRoles}, but equal roles are one object, and nothing is done when all are: most of the time. */
  private merged(roles: Roles, known: readonly Roles[]): Roles {
    const others = new Set(known);
    others.delete(roles);
    if (others.size === 0) return roles;
    const merged = mergeRoles(roles, ...others);
    const json = JSON.stringify(merged);
    const same = this.everyRoles.get(json);
    if (same === undefined) this.everyRoles.set(json, merged);
    return same ?? merged;
  }

  /** Whether a region has a later order than another one's readers. */
  private knowsMore(one: SimulatedRegion, { reader, roles }: SimulatedRegion): boolean {
    return this.names.some((home) => roleOf(one.roles, home).epoch > roleOf(reader ?? roles, home).epoch);
  }

  private processes(region: SimulatedRegion, home: string): boolean {
    if (!region.alive) return false;
    const cacheSeconds =
      this.options.records === undefined ? ROLE_CACHE_SECONDS : recordCacheSeconds(TTL_SECONDS);
    const isOpen = this.now <= region.gateOpenAt + (cacheSeconds + this.rules.inFlightSeconds) * 1_000;
    if (home === region.name) return isOpen;
    const isMoving = this.now <= (region.movingUntil.get(home) ?? 0);
    return isMoving || (isOpen && this.isUnprocessed(region, home));
  }

  /** Whether messages of a home that were moved here are not processed yet; those that are still to be moved are not seen. */
  private isUnprocessed({ processingUntil, movingUntil }: SimulatedRegion, home: string): boolean {
    const until = processingUntil.get(home) ?? 0;
    return this.now < until && until > (movingUntil.get(home) ?? 0);
  }

  private check(home: string): void {
    const active = this.active(home);
    if (this.inPhase(home, "owner").length + this.inPhase(home, "handing-back").length < 2) {
      this.timedOut.delete(home);
    }
    this.noteOverlap(home, active);
    if (active.length < 2) return;
    const others = active.filter((name) => !this.wasSaidToBeLost(this.region(name), home));
    if (others.length > 1 && !this.timedOut.has(home)) {
      this.violations.push(`${new Date(this.now).toISOString()} ${home}: ${active.join(" and ")}`);
    }
  }

  /** Of regions that can learn of anything at all. Drainers pause between two tasks. */
  private noteOverlap(home: string, active: readonly string[]): void {
    const learning = active.filter((name) => {
      const { controllerRuns, cutOff } = this.region(name);
      return controllerRuns || !(cutOff || this.route53.unresolving.has(name));
    });
    if (learning.length < 2) return;
    const before = this.overlaps.get(home);
    const isSame = before !== undefined && this.now - before.last <= 2 * CONTROLLER_PERIOD_SECONDS * 1_000;
    const from = isSame ? before.from : this.now;
    this.overlaps.set(home, { from, last: this.now });
    this.longestOverlap = Math.max(this.longestOverlap, (this.now - from) / 1_000);
  }

  /** Whether a region was said to be lost and came back where nobody could tell it: what the operator answers for. */
  private wasSaidToBeLost({ name, ignorance }: SimulatedRegion, home: string): boolean {
    if (ignorance === undefined || this.now > ignorance.until) return false;
    const { epoch } = roleOf(ignorance.roles, home);
    return this.saidToBeLost.some(
      (order) => order.home === home && order.region === name && order.epoch > epoch,
    );
  }
}

function changed(before: States, after: States): boolean {
  return Object.keys(after.homes).some((home) => stateOf(before, home).phase !== stateOf(after, home).phase);
}

function linkOf(one: string, other: string): string {
  return [one, other].sort().join();
}

/** Numbers from 0 to below 1, the same for every seed: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}
