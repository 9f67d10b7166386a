import type { Pass } from "../../../ownership/lease/items";
import type { Moment } from "./clocks";

/** One table's copy of a region's pass, as a reader was told. */
export interface Reading {
  /** Clocks of the reader before it asked. */
  readonly sent: Moment;
  /** `Date` of the answer, epoch milliseconds. */
  readonly date: number;
  /** @default the table has no pass of this region */
  readonly pass: Pass | undefined;
}

/** Whether a reader that was told this takes the home for its region's own at a moment of its clocks. */
export type ReaderRule = (reading: Reading, home: string, now: Moment) => boolean;

/**
 * The rule that the proof stands on, with nothing to spare: an answer counts until the pass ends, though a reader should have asked again
 * long before.
 */
export function patientRule({ sent, date, pass }: Reading, home: string, now: Moment): boolean {
  const entry = pass?.homes[home];
  if (entry === undefined) return false;
  if (now.wall < sent.wall) return false;
  return date + 1000 + Math.max(now.mono - sent.mono, now.wall - sent.wall) < entry.until;
}
