/** Real time 0 of a world, as epoch milliseconds of a clock that is right. */
export const EPOCH_MS = 1_700_000_000_000;

/** The clock that a table shows in the `Date` header of its answers. */
export class TableClock {
  private standsFrom: number | undefined;

  /**
   * @param offsetMs by how much it is ahead
   * @param rate its milliseconds for each real one
   */
  constructor(
    private offsetMs: number,
    private readonly rate = 1,
  ) {}

  at(now: number): number {
    const real = this.standsFrom === undefined ? now : this.standsFrom;
    return EPOCH_MS + this.offsetMs + real * this.rate;
  }

  /** As in the header: whole seconds, the rest cut off. */
  dateAt(now: number): number {
    return Math.floor(this.at(now) / 1000) * 1000;
  }

  jump(byMs: number): void {
    this.offsetMs += byMs;
  }

  stop(now: number): void {
    this.standsFrom ??= now;
  }

  /** Goes on from where it stood. */
  resume(now: number): void {
    if (this.standsFrom === undefined) return;
    this.offsetMs -= (now - this.standsFrom) * this.rate;
    this.standsFrom = undefined;
  }
}

/** Both clocks of a machine that runs a controller or a reader. */
export interface Moment {
  /** Monotonic. */
  readonly mono: number;
  /** Wall clock, epoch milliseconds. */
  readonly wall: number;
}

export interface MachineClockOptions {
  /** Monotonic milliseconds for each real one. @default 1 */
  readonly rate?: number;
  /** The monotonic clock stands still while the machine is frozen. @default false */
  readonly stopsFrozen?: boolean;
  /** What the monotonic clock shows at real time 0. @default 0 */
  readonly base?: number;
  /** By how much the wall clock is ahead. @default 0 */
  readonly wallOffsetMs?: number;
}

/** Clocks of one machine. The future is told as if nothing changed any more. */
export class MachineClock {
  readonly rate: number;
  private readonly stopsFrozen: boolean;
  private readonly base: number;
  private lostMs = 0;
  private frozenFrom: number | undefined;
  private wallOffsetMs: number;
  private wallStandsFrom: number | undefined;

  constructor({ rate = 1, stopsFrozen = false, base = 0, wallOffsetMs = 0 }: MachineClockOptions = {}) {
    this.rate = rate;
    this.stopsFrozen = stopsFrozen;
    this.base = base;
    this.wallOffsetMs = wallOffsetMs;
  }

  mono(now: number): number {
    const isStill = this.stopsFrozen && this.frozenFrom !== undefined;
    return this.base + ((isStill ? this.frozenFrom! : now) - this.lostMs) * this.rate;
  }

  wall(now: number): number {
    return EPOCH_MS + this.wallOffsetMs + (this.wallStandsFrom ?? now);
  }

  at(now: number): Moment {
    return { mono: this.mono(now), wall: this.wall(now) };
  }

  freeze(now: number): void {
    this.frozenFrom ??= now;
  }

  thaw(now: number): void {
    if (this.frozenFrom === undefined) return;
    if (this.stopsFrozen) this.lostMs += now - this.frozenFrom;
    this.frozenFrom = undefined;
  }

  jumpWall(byMs: number): void {
    this.wallOffsetMs += byMs;
  }

  stopWall(now: number): void {
    this.wallStandsFrom ??= now;
  }

  resumeWall(now: number): void {
    if (this.wallStandsFrom === undefined) return;
    this.wallOffsetMs -= now - this.wallStandsFrom;
    this.wallStandsFrom = undefined;
  }
}
