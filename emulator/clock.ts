/** How a wall clock is wrong. */
export interface ClockFault {
  /** Seconds that the clock is ahead; negative when it is behind. @default 0 */
  readonly offsetSeconds?: number;
  /** Whether the clock stands still from now on. @default false */
  readonly stopped?: boolean;
}

/** A wall clock that is wrong: it is off, or it stands at a moment. */
export type Clock = { readonly offsetMs: number } | { readonly stoppedAtMs: number };

/** The clock that goes wrong at `now`, in epoch milliseconds. @throws Error when the offset is no number */
export function clockOf({ offsetSeconds = 0, stopped = false }: ClockFault, now: number): Clock {
  if (!Number.isFinite(offsetSeconds)) throw new Error(`a clock cannot be off by ${offsetSeconds} seconds`);
  const offsetMs = Math.round(offsetSeconds * 1_000);
  return stopped ? { stoppedAtMs: now + offsetMs } : { offsetMs };
}

/** What a clock shows at `now`, both in epoch milliseconds. */
export function shownBy(clock: Clock, now: number): number {
  return "stoppedAtMs" in clock ? clock.stoppedAtMs : now + clock.offsetMs;
}
