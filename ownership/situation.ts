import type { Roles } from "./roles";
import type { HomeState, LastHeard, States } from "./states";

/** Settings of the group, as one of its regions sees them. */
export interface Rules {
  readonly region: string;
  /** All regions of the group. */
  readonly regions: readonly string[];
  /** Whether there is a ledger, whose entries have to be seen here before their messages may be processed here. */
  readonly hasLedger: boolean;
  readonly onIsolation: "fence" | "continue";
  readonly takeoverDelaySeconds: number;
  /** Per home, the peers in the order in which they take it over. */
  readonly takeoverOrder: Readonly<Record<string, readonly string[]>>;
  readonly failback: "manual" | "automatic";
  readonly failbackAfterSeconds: number;
  /** Longest time that work goes on after a region's consumers and functions were told to stop. */
  readonly inFlightSeconds: number;
  /** Longest wait of a home that owns itself again, and of an owner that hands a home back. */
  readonly handBackTimeoutSeconds: number;
}

/** Everything that a decision depends on. Moments are epoch milliseconds by the clock of whoever noted them. */
export interface Situation {
  /** Not before `roles` were written in this region: its functions stop by the roles, a cache time after that. */
  readonly now: number;
  /** The own parameter, after everything that is known of the peers' roles was merged into it. */
  readonly roles: Roles;
  /** The own parameter. */
  readonly states: States;
  /** By region. A region that said nothing may be missing. */
  readonly peers: Readonly<Record<string, Peer>>;
  /** The newest of the region's own heartbeats that came back to it. @default none did, lately */
  readonly heardSelf?: LastHeard;
  /** By home that this region hands back: logical queues that hold what was moved and is not processed yet. @default none */
  readonly unprocessed?: Readonly<Record<string, readonly string[]>>;
  /** Logical queues of the own home that still hold what its last owner has rescued. @default none */
  readonly unreclaimed?: readonly string[];
  /** What the records of the group say. @default it has none */
  readonly records?: Records;
  /** By peer's home, when CloudWatch last took from this region that it does not own it. @default it never did */
  readonly disowned?: Readonly<Record<string, number>>;
  /** What the automatic decision needs, with `records`. @default ownership moves by order only */
  readonly automatic?: Automatic;
}

/** Answers of the records, just now. */
export interface Records {
  /** By home, the region that its owner record names; a home whose record gave no answer is missing. */
  readonly owners: Readonly<Record<string, string>>;
  /** Whether any record gave an answer: then this region is not cut off from everything. */
  readonly resolves: boolean;
  readonly ttlSeconds: number;
}

/** What is known of a peer. */
export interface Peer {
  /** What it said of itself, in heartbeats and in its parameters, in any order. */
  readonly reports: readonly Report[];
  /** Whether its parameters could be read just now. */
  readonly reached: boolean;
  /** When its controller said in its parameters that it was there. */
  readonly checkedAt?: number;
  /** The newest heartbeat of it that arrived here. */
  readonly heard?: LastHeard;
  /** Everything that the peer wrote into the ledger before this moment is visible here. */
  readonly ledgerSeenUntil?: number;
}

export interface Report {
  readonly roles: Roles;
  /** By home. */
  readonly homes: Readonly<Record<string, HomeState>>;
}

export type Health = "healthy" | "unhealthy";

export interface Automatic {
  /** Whether this region can do its work. */
  readonly fit: boolean;
  /** By region, what its health check says; a region of which nothing is known is missing. */
  readonly health: Readonly<Record<string, Health>>;
}

export interface Decision {
  /** Other than those of the situation only if this region gives an order itself. */
  readonly roles: Roles;
  readonly states: States;
  /** Peers' homes whose messages may be moved here. */
  readonly moves: readonly string[];
  /** The own home waits for nothing but the queues that are `unreclaimed`: now they may be reclaimed. */
  readonly mayReclaim: boolean;
}
