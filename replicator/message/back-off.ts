import { BACK_OFF_MAX_SECONDS } from "../../core/limits";

const FIRST_BACK_OFF_SECONDS = 2;

/**
 * Seconds until a message that failed is tried again: doubling with each receive up to the longest back-off, and of that between
 * half and all, so that what failed together does not come back together. While a queue is away for 30 s no message gets beyond
 * the step of 32 s, so all are through about half a minute after it returns; however long it is away, within two minutes.
 *
 * Receive counts also rise without a failure (throttled pollers, a function without capacity): that makes a wait longer, never
 * longer than the longest back-off, and decides nothing else.
 *
 * @param random a number from 0 to below 1
 */
export function backOffSeconds(receiveCount: number, random: number): number {
  const doublings = Math.max(0, receiveCount - 1);
  const longest = Math.min(BACK_OFF_MAX_SECONDS, FIRST_BACK_OFF_SECONDS * 2 ** doublings);
  return Math.ceil((longest / 2) * (1 + random));
}
