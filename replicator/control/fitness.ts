import { HEARTBEAT_FRESH_SECONDS } from "../../core/limits";

/** What could be seen of the own region just now. */
export interface RegionSight {
  /** Queues that do not answer, by name, each with the code of its error. */
  readonly silent: Readonly<Record<string, string>>;
  /** Code of the error by which the ledger could not be written and read. Undefined: it could, or there is none. */
  readonly ledger?: string | undefined;
}

/** Whether a region can do its work, as far as that is known. */
export interface FitnessVerdict {
  /** Undefined: nothing speaks against it, but the canary has not had the time to pass. */
  readonly fit: boolean | undefined;
  /** For how long it has not been, milliseconds. @default it is fit, or that is not known */
  readonly unfitMs?: number;
  /** Why it is not, for the log: names and codes, never the texts of errors, which may quote messages. */
  readonly reasons: readonly string[];
}

const FRESH_MS = HEARTBEAT_FRESH_SECONDS * 1_000;

/**
 * Whether the own region can do its work: its queues answer, its ledger is usable, and its canary passes through its replicator. Only what
 * the region alone can tell counts: no peer, and no cut from the peers, makes it unfit.
 *
 * Moments are of a monotonic clock, in milliseconds. Nothing counts from before this run began to ask: a controller that did not run has
 * sent no heartbeats.
 */
export class Fitness {
  private sight: RegionSight | undefined;
  private beganAt: number | undefined;
  private heardAt: number | undefined;
  private queuesGoodAt: number | undefined;
  private ledgerGoodAt: number | undefined;

  /** The first heartbeat is due. Whether it could be sent is a part of the matter. */
  begin(now: number): void {
    this.beganAt ??= now;
  }

  saw(sight: RegionSight, now: number): void {
    this.sight = sight;
    if (Object.keys(sight.silent).length === 0) this.queuesGoodAt = now;
    if (sight.ledger === undefined) this.ledgerGoodAt = now;
  }

  /**
   * A heartbeat has passed through the own replicator.
   * @param ageMs since it was sent, by clocks that may differ. One that lies further ahead than it may lie back says nothing: a clock
   * that was wrong once would keep the region fit for as long as it was wrong.
   */
  heard(ageMs: number, now: number): void {
    if (ageMs < -FRESH_MS) return;
    const sentAt = now - Math.max(0, ageMs);
    this.heardAt = Math.max(sentAt, this.heardAt ?? sentAt);
  }

  verdict(now: number): FitnessVerdict {
    const { sight, beganAt, heardAt } = this;
    if (sight === undefined || beganAt === undefined) return { fit: undefined, reasons: [] };
    const isHeard = heardAt !== undefined && now - heardAt <= FRESH_MS;
    const isOverdue = !isHeard && now - beganAt > FRESH_MS;
    const { silent, ledger } = sight;
    const causes = [
      ...Object.entries(silent).map(([queue, code]) => [`${queue}: ${code}`, this.queuesGoodAt] as const),
      ...(ledger === undefined ? [] : [[`ledger: ${ledger}`, this.ledgerGoodAt] as const]),
      ...(isOverdue ? [[`canary: ${lastHeard(heardAt, now)}`, heardAt] as const] : []),
    ];
    if (causes.length === 0) return { fit: isHeard ? true : undefined, reasons: [] };
    const since = causes.map(([, goodAt = beganAt]) => Math.max(goodAt, beganAt));
    return {
      fit: false,
      unfitMs: now - Math.min(...since),
      reasons: causes.map(([reason]) => reason),
    };
  }
}

function lastHeard(at: number | undefined, now: number): string {
  return at === undefined ? "never heard" : `heard ${Math.round((now - at) / 1_000)} s ago`;
}
