import { FENCE_KEPT_MS, JUDGE_MS } from "./times";

/** A home on its way out of this region. All moments are of the run's monotonic clock. */
interface Fence {
  /** When there was last a reason. */
  readonly wantedAt: number;
  /** When the home's pass was gone at a majority. @default the pass is not gone yet */
  readonly since?: number;
  /** The run had not been looking for long enough to know of every pass before. */
  readonly isYoung?: boolean;
}

/** Homes that this run holds and does not process any more, because it is about to give them up. */
export class Fences {
  private readonly fences = new Map<string, Fence>();

  has(home: string): boolean {
    return this.fences.has(home);
  }

  /**
   * Fences the homes that there is a reason for. A fence stays for a while without one: whoever is next may not be heard for a moment, and a
   * gate that opens in between would begin work that has to end again.
   */
  want(homes: Iterable<string>, now: number): void {
    for (const home of homes) this.fences.set(home, { ...this.fences.get(home), wantedAt: now });
    for (const [home, { wantedAt }] of this.fences) {
      if (now - wantedAt > FENCE_KEPT_MS) this.fences.delete(home);
    }
  }

  /** Goes on with a fence of another run of this region, whose passes have been gone since then. */
  adopt(home: string, since: number, now: number): void {
    const fence = this.fences.get(home);
    if (fence?.since !== undefined && fence.since <= since && !fence.isYoung) return;
    this.fences.set(home, { wantedAt: now, ...fence, since, isYoung: false });
  }

  /** Homes whose passes are gone, and since when none of this region can have been open. */
  closedSince(): ReadonlyMap<string, number> {
    return new Map(
      [...this.fences].flatMap(([home, { since, isYoung }]) =>
        since === undefined ? [] : [[home, since + (isYoung ? JUDGE_MS : 0)]],
      ),
    );
  }

  drop(home: string): void {
    this.fences.delete(home);
  }

  /** Homes whose pass has to go. */
  toClose(): readonly string[] {
    return [...this.fences].filter(([, { since }]) => since === undefined).map(([home]) => home);
  }

  /** Notes that the pass of a home is gone at a majority. */
  closed(home: string, now: number, isYoung: boolean): void {
    this.fences.set(home, { wantedAt: now, ...this.fences.get(home), since: now, isYoung });
  }

  /** For how long no pass of this region about a home can have been open, milliseconds; undefined: one may be. */
  closedMs(home: string, now: number): number | undefined {
    const since = this.closedSince().get(home);
    return since === undefined || since > now ? undefined : now - since;
  }
}
