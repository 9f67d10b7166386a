import type { Taking } from "../../../ownership/lease/items";

/** While nobody has asked for so long, the home is not about to go any more. */
const ASKED_MS = 60_000;

/**
 * What a region's controller has to do before a peer's home may go and before its own home, taken back, may open. All runs of the region
 * go by the same work, as they do where the work is in its queues.
 */
export class Work {
  private readonly leaving = new Map<string, { readonly until: number; readonly askedAt: number }>();
  private opening: { readonly taking: Taking; readonly until: number } | undefined;

  constructor(
    private readonly region: string,
    /** How long the work on a home takes that begins now, milliseconds. */
    private readonly lasts: (home: string) => number,
  ) {}

  mayLeave(home: string, now: number): boolean {
    const before = this.leaving.get(home);
    const isNew = before === undefined || now - before.askedAt > ASKED_MS;
    const until = isNew ? now + this.lasts(home) : before.until;
    this.leaving.set(home, { until, askedAt: now });
    return now >= until;
  }

  mayOpen(home: string, taking: Taking, now: number): boolean {
    if (home !== this.region || taking.from === undefined) return true;
    const { opening } = this;
    // What that owner has processed, whenever the home was taken back.
    const isSame = opening?.taking.from === taking.from && opening.taking.epoch === taking.epoch;
    if (!isSame) this.opening = { taking, until: now + this.lasts(home) };
    return now >= this.opening!.until;
  }

  /** The taking after which the own home is not to open yet. @default there is none */
  withheld(now: number): Taking | undefined {
    return this.opening !== undefined && now < this.opening.until ? this.opening.taking : undefined;
  }
}
