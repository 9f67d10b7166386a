import { HEARTBEAT_FRESH_SECONDS } from "../../core/limits";

/** What could be seen of the home just now. */
export interface Sight {
  /** Queues that do not answer, by name, each with the code of its error. */
  readonly silent: Readonly<Record<string, string>>;
  /** When the newest heartbeat that passed through the replicator was sent, in epoch milliseconds. Undefined: none is known. */
  readonly heardAt: number | undefined;
  /** Code of the error by which the ledger could not be written and read. Undefined: it could, or there is none. */
  readonly ledger?: string | undefined;
}

export interface Verdict {
  readonly healthy: boolean;
  /** Why it is not, for the log: names and codes, never the texts of errors, which may quote messages. */
  readonly reasons: readonly string[];
}

/** Whether the home can do its work: its queues answer, the canary passes through its replicator, and its ledger is usable. */
export function judge({ silent, heardAt, ledger }: Sight, now: number): Verdict {
  const reasons = [
    ...Object.entries(silent).map(([queue, code]) => `${queue}: ${code}`),
    ...(isFresh(heardAt, now) ? [] : [`canary: ${lastHeard(heardAt, now)}`]),
    ...(ledger === undefined ? [] : [`ledger: ${ledger}`]),
  ];
  return { healthy: reasons.length === 0, reasons };
}

/**
 * Whether a moment is recent, by a clock that may differ from the one it was noted by. One that lies further ahead than it may lie back
 * says nothing: a clock that was wrong once would keep a home healthy for as long as it was wrong.
 */
export function isFresh(
  at: number | undefined,
  now: number,
  seconds: number = HEARTBEAT_FRESH_SECONDS,
): boolean {
  return at !== undefined && Math.abs(now - at) <= seconds * 1_000;
}

function lastHeard(at: number | undefined, now: number): string {
  return at === undefined ? "never heard" : `heard ${Math.round((now - at) / 1_000)} s ago`;
}
