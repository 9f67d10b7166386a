import { flag, mapOf, optional, parsed, record, text, versioned, wholeNumber } from "./checks";
import { checkBounds } from "./heartbeat-bounds";
import { type Roles, rolesIn } from "./roles";
import { type HomeState, homeStateIn } from "./states";

/**
 * Body of a canary message: what a region tells itself and its peers, several times a minute. It goes through the canary's ingress
 * queue, replicator, outbox and forwarder like every other message, so that its arrival proves that they work.
 */
export interface Heartbeat {
  readonly v: typeof HEARTBEAT_VERSION;
  readonly region: string;
  /** When it becomes visible on the ingress queue, in epoch milliseconds: its delay is counted in. */
  readonly at: number;
  /** Whether the region can do its work: with a ledger, whether the ledger could be written and read there. */
  readonly fit: boolean;
  readonly roles: Roles;
  /** By home. */
  readonly homes: Readonly<Record<string, HomeState>>;
  /** Time stamp of the watermark items that the region wrote into the ledger before it sent this, in epoch milliseconds. */
  readonly ledgerAt?: number;
  /** For logical queues without a ledger, by name. */
  readonly queues?: Readonly<Record<string, QueueWatermark>>;
}

export const HEARTBEAT_VERSION = 1;

/** What is known of a logical queue in the heartbeat's region from the ages of the oldest messages, all in epoch milliseconds. */
export interface QueueWatermark {
  /** Every message that the ingress queue took before this moment has been processed (or dead-lettered) in this region. */
  readonly processedBefore: number;
}

export function encodeHeartbeat(heartbeat: Heartbeat): string {
  return JSON.stringify(heartbeat);
}

/**
 * Reads what {@link encodeHeartbeat} wrote, here or in a later version. Throws an error that names the field which is missing, wrong
 * or out of bounds ({@link checkBounds}).
 * @param now in epoch milliseconds
 */
export function parseHeartbeat(json: string, now: number): Heartbeat {
  const name = "heartbeat";
  const fields = versioned(parsed(json, name), name);
  const heartbeat: Heartbeat = {
    v: HEARTBEAT_VERSION,
    region: text(fields.region, `${name}.region`),
    at: wholeNumber(fields.at, `${name}.at`),
    fit: flag(fields.fit, `${name}.fit`),
    roles: rolesIn(fields.roles, `${name}.roles`),
    homes: mapOf(fields.homes, `${name}.homes`, homeStateIn),
    ...optional(fields, "ledgerAt", name, wholeNumber),
    ...optional(fields, "queues", name, (value, path) => mapOf(value, path, queueWatermarkIn)),
  };
  checkBounds(heartbeat, now);
  return heartbeat;
}

/**
 * What a heartbeat says of some homes. Others are not known here (yet): noted all the same, they would fill the parameters, which have
 * little room and are never cleared of them.
 */
export function aboutHomes(heartbeat: Heartbeat, known: readonly string[]): Heartbeat {
  const { roles, homes } = heartbeat;
  return { ...heartbeat, roles: { ...roles, homes: only(roles.homes, known) }, homes: only(homes, known) };
}

function only<T>(homes: Readonly<Record<string, T>>, known: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(homes).filter(([home]) => known.includes(home)));
}

function queueWatermarkIn(value: unknown, name: string): QueueWatermark {
  const fields = record(value, name);
  return {
    processedBefore: wholeNumber(fields.processedBefore, `${name}.processedBefore`),
  };
}
