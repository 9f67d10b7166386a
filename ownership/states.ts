import {
  flag,
  listOf,
  mapOf,
  oneOf,
  optional,
  parsed,
  record,
  text,
  versioned,
  wholeNumber,
  yes,
} from "./checks";
import { encodeParameter } from "./encode";

/**
 * What one region does about each home, its own included. The region's controller alone writes it, as an SSM parameter of its
 * region; replicators, the consumer gate and the peers' controllers read it.
 */
export interface States {
  readonly v: typeof STATES_VERSION;
  readonly region: string;
  /**
   * When the controller last compared its roles with those of all peers that it could reach, in epoch milliseconds. Who finds it old
   * (`LEASE_SECONDS`) may look at a region that has just come back, and asks the peers for their roles itself.
   */
  readonly checkedAt: number;
  readonly homes: Readonly<Record<string, HomeState>>;
  /** By region, the newest heartbeat that arrived from it, so that a worker which has just started knows who is silent. */
  readonly heard?: Readonly<Record<string, LastHeard>>;
  /** By home, what is known of its queues without a ledger. */
  readonly watermarks?: Readonly<Record<string, HomeWatermark>>;
  /** Memory of the automatic decision, by region. */
  readonly signals?: Readonly<Record<string, Signals>>;
  /** By home, what its owner record said last. @default there are no records, or none has ever answered */
  readonly recorded?: Readonly<Record<string, Recorded>>;
  /** Since when this region neither reaches nor hears any peer, nor resolves a record, in epoch milliseconds. */
  readonly isolatedSince?: number;
}

export const STATES_VERSION = 1;

/**
 * | phase | of a peer's home | of the own home |
 * |---|---|---|
 * | `standing-by` | processes nothing of it but what is marked for this region | fenced: no replication to the work queue, gate closed |
 * | `taking-over` | waits until the others have released it | replication to the work queue runs, gate still closed |
 * | `owner` | the drainers move its messages to the own work queues | normal operation |
 * | `handing-back` | the drainers have been stopped, what they moved is still being processed | fenced, work in flight is ending |
 */
export type Phase = "standing-by" | "taking-over" | "owner" | "handing-back";
export const PHASES: readonly Phase[] = ["standing-by", "taking-over", "owner", "handing-back"];

export interface HomeState {
  readonly phase: Phase;
  /** Epoch of the role that the phase follows. */
  readonly epoch: number;
  /** When the phase began, in epoch milliseconds. */
  readonly since: number;
  /**
   * In `standing-by` after having owned: when the last work of this region on messages of the home had ended, in epoch milliseconds.
   * @default it never processed any in this epoch
   */
  readonly releasedAt?: number;
  /** What a phase waits for, in words for the operator. @default nothing */
  readonly waitsFor?: string;
  /** In `standing-by`, of a peer's home: when CloudWatch took that this region does not own it. @default it has not yet */
  readonly disownedAt?: number;
  /** Of the own home: it is claimed, because an owner before may not be able to say that it is none any more. @default it is not */
  readonly claims?: true;
  /** In `taking-over`, of a peer's home: this region was its owner just before, and what it moved may not be processed. @default it was not */
  readonly unfinished?: true;
  /** The region for which this one stopped, because the record named it, by an order that is not known here. */
  readonly takenBy?: string;
}

/** What the owner record of a home says, as one region sees it. */
export interface Recorded {
  readonly owner: string;
  /** When it was first seen to say so, in epoch milliseconds. */
  readonly since: number;
}

/** Since when each of the two signals that a takeover needs has been there without a break, in epoch milliseconds. */
export interface Signals {
  /** The home's health says that it is unhealthy. */
  readonly unhealthySince?: number;
  /** No fit canary copy of the home arrived: none at all, or copies that say `unfit`. */
  readonly unfitSince?: number;
  /** The opposite of both: it is healthy, and its canary copies arrive and say that it is fit. For the automatic hand-back. */
  readonly soundSince?: number;
}

export interface LastHeard {
  /** As the heartbeat says, in epoch milliseconds. */
  readonly at: number;
  readonly fit: boolean;
}

/** The time, in epoch milliseconds, in which a home took something in: from the first moment on, and before the second. */
export type Span = readonly [from: number, until: number];

/** What a region keeps of a peer's home whose queues have no ledger: a region that is lost tells no more, and workers come and go. */
export interface HomeWatermark {
  /**
   * By logical queue: what the home took in before this moment, in epoch milliseconds, counts as processed. The margin is off already, so
   * that there is one number, which only grows, whatever the margin was when it was noted.
   */
  readonly queues: Readonly<Record<string, number>>;
  /** Epoch of the last takeover: since the first that the home did not process after, `queues` stays as it is. @default it follows the home */
  readonly frozen?: number;
  /**
   * Of `frozen`, when the home was fenced, in epoch milliseconds: what it took in from `queues` on and before this moment, without a mark,
   * is this region's to process, whenever a copy arrives. @default that is not known yet
   */
  readonly completeUntil?: number;
  /** Of takeovers that are over: the same, as long as copies may still arrive. @default none */
  readonly spans?: readonly Span[];
}

/** States of a region in which nothing was ever ordered: it owns itself and nobody else. */
export function initialStates(region: string, regions: readonly string[]): States {
  return {
    v: STATES_VERSION,
    region,
    checkedAt: 0,
    homes: Object.fromEntries(regions.map((home) => [home, initialState(region, home)])),
  };
}

/** What a region does about a home. */
export function stateOf({ homes, region }: Pick<States, "homes" | "region">, home: string): HomeState {
  return homes[home] ?? initialState(region, home);
}

/** Reads what {@link encodeStates} wrote, here or in a later version. Throws an error that names the field which is missing or wrong. */
export function parseStates(json: string): States {
  const name = "states";
  const fields = versioned(parsed(json, name), name);
  return {
    ...fields,
    v: STATES_VERSION,
    region: text(fields.region, `${name}.region`),
    checkedAt: wholeNumber(fields.checkedAt, `${name}.checkedAt`),
    homes: mapOf(fields.homes, `${name}.homes`, homeStateIn),
    ...optional(fields, "heard", name, (value, path) => mapOf(value, path, lastHeardIn)),
    ...optional(fields, "watermarks", name, (value, path) => mapOf(value, path, homeWatermarkIn)),
    ...optional(fields, "signals", name, (value, path) => mapOf(value, path, signalsIn)),
    ...optional(fields, "recorded", name, (value, path) => mapOf(value, path, recordedIn)),
    ...optional(fields, "isolatedSince", name, wholeNumber),
  };
}

/** The value of the parameter. Throws when that is longer than a parameter may be. */
export function encodeStates(states: States): string {
  return encodeParameter(states, "states");
}

/** State of a home within a larger document. @param name where it stands, for errors */
export function homeStateIn(value: unknown, name: string): HomeState {
  const fields = record(value, name);
  return {
    ...fields,
    phase: oneOf(fields.phase, `${name}.phase`, PHASES),
    epoch: wholeNumber(fields.epoch, `${name}.epoch`),
    since: wholeNumber(fields.since, `${name}.since`),
    ...optional(fields, "releasedAt", name, wholeNumber),
    ...optional(fields, "waitsFor", name, text),
    ...optional(fields, "disownedAt", name, wholeNumber),
    ...optional(fields, "claims", name, yes),
    ...optional(fields, "unfinished", name, yes),
    ...optional(fields, "takenBy", name, text),
  };
}

function initialState(region: string, home: string): HomeState {
  return { phase: home === region ? "owner" : "standing-by", epoch: 0, since: 0 };
}

function lastHeardIn(value: unknown, name: string): LastHeard {
  const fields = record(value, name);
  return {
    ...fields,
    at: wholeNumber(fields.at, `${name}.at`),
    fit: flag(fields.fit, `${name}.fit`),
  };
}

function recordedIn(value: unknown, name: string): Recorded {
  const fields = record(value, name);
  return {
    ...fields,
    owner: text(fields.owner, `${name}.owner`),
    since: wholeNumber(fields.since, `${name}.since`),
  };
}

function homeWatermarkIn(value: unknown, name: string): HomeWatermark {
  const fields = record(value, name);
  return {
    ...fields,
    queues: mapOf(fields.queues, `${name}.queues`, wholeNumber),
    ...optional(fields, "frozen", name, wholeNumber),
    ...optional(fields, "completeUntil", name, wholeNumber),
    ...optional(fields, "spans", name, (value, path) => listOf(value, path, spanIn)),
  };
}

function spanIn(value: unknown, name: string): Span {
  const [from, until] = listOf(value, name, wholeNumber);
  return [wholeNumber(from, `${name}.0`), wholeNumber(until, `${name}.1`)];
}

function signalsIn(value: unknown, name: string): Signals {
  const fields = record(value, name);
  return {
    ...fields,
    ...optional(fields, "unhealthySince", name, wholeNumber),
    ...optional(fields, "unfitSince", name, wholeNumber),
    ...optional(fields, "soundSince", name, wholeNumber),
  };
}
