import { BACK_OFF_MAX_SECONDS } from "../core/limits";

const FIRST_BACK_OFF_SECONDS = 2;

/**
 * Seconds until a message that failed is tried again, doubling with each receive up to the longest back-off. The result is between half and
 * all of that, so that what failed together does not come back together. While a queue is away for 30 s no message gets beyond the step of
 * 32 s. So all are through about half a minute after the queue returns, and within two minutes however long it was away.
 *
 * Receive counts also rise without a failure (throttled pollers, a function without capacity): that makes a wait longer, never longer than
 * the longest back-off, and decides nothing else.
 *
 * @param random a number from 0 to below 1
 */
export function backOffSeconds(receiveCount: number, random: number): number {
  const doublings = Math.max(0, receiveCount - 1);
  const longest = Math.min(BACK_OFF_MAX_SECONDS, FIRST_BACK_OFF_SECONDS * 2 ** doublings);
  return Math.ceil((longest / 2) * (1 + random));
}

/** An owner that is lost is followed within two minutes, and for so long its messages look for the next one every few seconds. */
const SOON_RECEIVES = 24;
const SOON_SECONDS = 5;
const LATER_SECONDS = 20;

/**
 * Seconds until a message is tried again that waits because no region owns its home. About 5, so that a new owner gets its first messages
 * within seconds; after two minutes about 20. An hour without an owner takes fewer than 200 receives of a message. A standard ingress queue
 * gives a message to the DLQ after 1,000, which last for more than five hours.
 *
 * @param random a number from 0 to below 1: what failed together does not come back together
 */
export function ownerWaitSeconds(receiveCount: number, random: number): number {
  const seconds = receiveCount <= SOON_RECEIVES ? SOON_SECONDS : LATER_SECONDS;
  return Math.ceil(seconds * (0.75 + random / 2));
}
