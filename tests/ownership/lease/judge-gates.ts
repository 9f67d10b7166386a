import type { PassEntry } from "../../../ownership/lease/items";
import type { Gate, GateWatcher } from "./reader";
import type { Report } from "./report";

/** By its owner's claims a home is open for this long after the beginning of a round. */
const LEASE_MS = 30_000;
/**
 * By how much clocks that go 1 % wrong may prolong a pass: an owner that had been frozen for 90 s between its look and its round adds
 * 900 ms, the table's own clock and the reader's add 1 % of a lease each.
 */
const DRIFT_MS = 1500;

/** Judges what readers do: I1, I3, I4. */
export class GateJudge implements GateWatcher {
  private readonly open = new Map<string, Set<Gate>>();
  private readonly highest = new Map<string, { readonly epoch: number; readonly region: string }>();
  private readonly forgottenAt = new Map<string, number>();
  /** Until when a reader may go by an entry of a pass, by the round that it stands on. */
  private readonly mayLast = new WeakMap<PassEntry, number>();
  private readonly overlaps = new Map<string, number>();
  opens = 0;
  longestOverlapMs = 0;

  constructor(
    private readonly report: Report,
    /** Is told whenever a reader goes by an entry. */
    private readonly onOpened: (gate: Gate, entry: PassEntry) => void,
    /** Is told whenever one closes. */
    private readonly onClosed: (gate: Gate) => void,
  ) {}

  /** @param beganAt beginning of the last round about the home that this run knows to have succeeded. @default there was none */
  written(entry: PassEntry, beganAt: number | undefined): void {
    this.mayLast.set(entry, beganAt === undefined ? Number.NEGATIVE_INFINITY : beganAt + LEASE_MS);
  }

  opened(gate: Gate, entry: PassEntry, closesAt: number): void {
    const { home, region, kind } = gate;
    const { now } = this.report;
    const open = this.open.get(home) ?? new Set();
    this.open.set(home, open);
    if (!open.has(gate)) {
      this.opens += 1;
      this.report.trace(
        "gate",
        () => `${kind} gate of ${region} opens for ${home}, epoch ${entry.epoch}`,
        home,
      );
      const other = [...open].find((one) => one.region !== region);
      if (other !== undefined && !this.overlaps.has(home)) {
        this.overlaps.set(home, now);
        this.report.violation(
          "I1",
          `${home} is open in ${region} (${kind}) and in ${other.region} (${other.kind})`,
          home,
        );
      }
      open.add(gate);
    }
    this.onOpened(gate, entry);
    this.judgeEpoch(gate, entry);
    const overrunMs = closesAt - (this.mayLast.get(entry) ?? Number.NEGATIVE_INFINITY);
    if (overrunMs > DRIFT_MS)
      this.report.violation(
        "I4",
        overrunMs === Number.POSITIVE_INFINITY
          ? `${kind} gate of ${region} opens for ${home} without a round that succeeded`
          : `${kind} gate of ${region} for ${home} closes ${(overrunMs / 1000).toFixed(1)} s after the lease`,
        home,
      );
  }

  closed(gate: Gate): void {
    const { home, region, kind } = gate;
    const open = this.open.get(home);
    if (open?.delete(gate) !== true) return;
    this.onClosed(gate);
    this.report.trace("gate", () => `${kind} gate of ${region} closes for ${home}`, home);
    const since = this.overlaps.get(home);
    if (since === undefined || this.regionsOpen(home).length > 1) return;
    this.longestOverlapMs = Math.max(this.longestOverlapMs, this.report.now - since);
    this.overlaps.delete(home);
  }

  regionsOpen(home: string): readonly string[] {
    return [...new Set([...(this.open.get(home) ?? [])].map(({ region }) => region))];
  }

  /** No table knows the epoch of a home any more: epochs begin anew. */
  forget(home: string): void {
    this.highest.delete(home);
    this.forgottenAt.set(home, this.report.now);
  }

  private judgeEpoch({ home, region }: Gate, entry: PassEntry): void {
    const beganAt = (this.mayLast.get(entry) ?? 0) - LEASE_MS;
    // A pass may be left where no claim is.
    if (beganAt < (this.forgottenAt.get(home) ?? Number.NEGATIVE_INFINITY)) return;
    const highest = this.highest.get(home);
    if (highest !== undefined && highest.region !== region && entry.epoch <= highest.epoch)
      this.report.violation(
        "I3",
        `${home} opens in ${region} with epoch ${entry.epoch} after epoch ${highest.epoch} of ${highest.region}`,
        home,
      );
    if (highest === undefined || entry.epoch > highest.epoch)
      this.highest.set(home, { epoch: entry.epoch, region });
  }

  highestEpoch(home: string): number | undefined {
    return this.highest.get(home)?.epoch;
  }
}
