import { flag, invalid, mapOf, optional, parsed, record, text, versioned, wholeNumber } from "./checks";
import { region } from "./lease/store/fields";

/**
 * Body of a canary message: what a region tells itself and its peers, several times a minute. It goes through the canary's ingress
 * queue, replicator, outbox and forwarder like every other message, so that its arrival proves that they work.
 */
export interface Heartbeat {
  readonly v: typeof HEARTBEAT_VERSION;
  readonly region: string;
  /** When it was sent, in epoch milliseconds. */
  readonly at: number;
  /** Whether the region can do its work. */
  readonly fit: boolean;
  /** Time stamp of the watermark items that the region wrote into the ledger before it sent this, in epoch milliseconds. */
  readonly ledgerAt?: number;
  /** For logical queues without a ledger, by name, while the region processes its own messages. */
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
    ...optional(fields, "ledgerAt", name, wholeNumber),
    ...optional(fields, "queues", name, (value, path) => mapOf(value, path, queueWatermarkIn)),
  };
  checkBounds(heartbeat, now);
  return heartbeat;
}

function queueWatermarkIn(value: unknown, name: string): QueueWatermark {
  const fields = record(value, name);
  return {
    processedBefore: wholeNumber(fields.processedBefore, `${name}.processedBefore`),
  };
}

/** How far the clock of another region's functions may be ahead of one's own. */
export const CLOCK_AHEAD_MS = 300_000;

/**
 * Throws an error that names the field which no region would send. What a heartbeat says is processed is never taken back, so nothing in a
 * heartbeat may be so large that what comes later does not exceed it.
 *
 * Bounds move with the clock. A fixed one could be reached, and would leave no room above.
 * @param now in epoch milliseconds
 */
function checkBounds({ region: from, at, ledgerAt, queues = {} }: Heartbeat, now: number): void {
  const name = "heartbeat";
  region(from, `${name}.region`);
  const moments = {
    at,
    ...(ledgerAt !== undefined && { ledgerAt }),
    ...Object.fromEntries(
      Object.entries(queues).map(([queue, { processedBefore }]) => [
        `queues.${queue}.processedBefore`,
        processedBefore,
      ]),
    ),
  };
  for (const [field, moment] of Object.entries(moments))
    if (moment > now + CLOCK_AHEAD_MS)
      throw invalid(moment, `${name}.${field}`, "a moment that is not in the future");
}
