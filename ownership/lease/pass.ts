import type { Pass } from "./items";
import { LEASE_MS, MARGIN_MS } from "./times";

/**
 * Whether a pass that was read is open now. Everything is whole milliseconds, and every rounding and every doubt closes. An opening that
 * comes too late costs a moment. One that lasts too long has two regions process one home.
 */

/** How long a reading counts, from the moment before its request was sent. Then the pass is read again. */
const PASS_CACHE_MS = 5_000;
/** How long it counts for a home that it closes: the region may have been given the home since, and messages that come with it. */
export const PASS_CLOSED_MS = 1_000;
/** The `Date` header is cut to whole seconds: the table's time was up to this much later. */
const DATE_CUT_MS = 1_000;
/** What both clocks may fall behind while a reading counts: 1 % of the 5 s, and a millisecond that was cut off. */
const CLOCK_LAG_MS = 100;
/** How far the two clocks may move apart while a reading counts: 1 % of the 5 s in either direction, and a pause between reading the two. */
const CLOCKS_APART_MS = 250;
/** No owner writes an `until` that is further ahead: lease and margin, and ten seconds for tables whose servers differ. */
const FARTHEST_MS = LEASE_MS + MARGIN_MS + 10_000;
/** A clock that times what remains may run slow by one part in this many. */
const SLOW_CLOCK_PART = 100;

/** Both clocks of one machine at one moment. */
export interface Clocks {
  /** Monotonic, of any beginning. Stands still while some machines are frozen. */
  readonly mono: number;
  /** Epoch milliseconds as the machine believes. Only differences count, so the clock may be wrong. */
  readonly wall: number;
}

/** What one table's copy of a region's pass said. */
export interface PassReading {
  /** The clocks before the request was sent, not when the answer came. */
  readonly sent: Clocks;
  /** The `Date` header of the answer: the table's own time, epoch milliseconds. `NaN`: there was none. */
  readonly dateMs: number;
  /** By home. */
  readonly homes: Pass["homes"];
}

export type PassVerdict =
  /** `remainsMs`: the pass stays open for this long by any clock that is not slower than 99 %. */
  | { readonly open: true; readonly epoch: number; readonly remainsMs: number }
  | { readonly open: false; readonly why: ClosedBecause };

export type ClosedBecause =
  /** The region does not own the home. */
  | "no-pass"
  /** The pass has ended. */
  | "over"
  /** A clock of this machine was set back: nobody knows how old the reading is. */
  | "clock-went-back"
  /** The wall clock ran ahead of the monotonic one: this machine was frozen, or its clock was set. */
  | "froze"
  /** The reading counts no more. */
  | "too-old"
  /** A value that no owner, table or clock gives. */
  | "implausible";

/** Whether another reading may open at once. Otherwise the answer stands, for {@link PASS_CLOSED_MS}. */
export function asksForAnother(why: ClosedBecause): boolean {
  return why !== "no-pass" && why !== "over";
}

/** Whether the region whose pass was read processes messages of `home` at the moment `present`. */
export function passVerdict(
  { sent, dateMs, homes }: PassReading,
  home: string,
  present: Clocks,
): PassVerdict {
  const moments = [sent.mono, sent.wall, dateMs, present.mono, present.wall];
  if (!moments.every(isWhole)) return closed("implausible");
  const mono = present.mono - sent.mono;
  const wall = present.wall - sent.wall;
  if (mono < 0 || mono - wall > CLOCKS_APART_MS) return closed("clock-went-back");
  if (wall - mono > CLOCKS_APART_MS) return closed("froze");
  const elapsed = Math.max(mono, wall);
  if (elapsed > PASS_CACHE_MS) return closed("too-old");

  const entry = Object.hasOwn(homes, home) ? homes[home] : undefined;
  if (entry === undefined) return closed("no-pass");
  if (!isWhole(entry?.until) || !isWhole(entry.epoch)) return closed("implausible");
  // The latest that the table's own clock can show at this moment.
  const now = dateMs + DATE_CUT_MS + elapsed + CLOCK_LAG_MS;
  const left = entry.until - now;
  if (left <= 0) return closed("over");
  if (left > FARTHEST_MS) return closed("implausible");
  return { open: true, epoch: entry.epoch, remainsMs: left - Math.ceil(left / SLOW_CLOCK_PART) };
}

function closed(why: ClosedBecause): PassVerdict {
  return { open: false, why };
}

/** What is read from elsewhere may be anything, whatever its type says. */
function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
