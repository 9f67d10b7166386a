/**
 * Seconds for which a message is held that must not be processed now, by the number of times it has been received; the last for ever after.
 * Each hold costs one receive, and the queue moves a message to its dead-letter queue after `max_receive_count` of them, so holds grow. SQS
 * lets no message be invisible for more than 12 hours from its receipt on. Half an hour of them is kept for the time that a function may
 * already have had the message.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
export type HoldSchedule = readonly [number, ...number[]];

const LONGEST_HOLD_SECONDS = 41_400;

/**
 * The gate is closed: another region processes what this one has, or nobody does. Often that is over within a minute, when a home changes
 * hands or a controller restarts, so the first hold is short. With the default `max_receive_count`, 5, a message lasts for over a day.
 */
export const GATE_HOLDS: HoldSchedule = [30, 900, 14_400, LONGEST_HOLD_SECONDS];

/** Ledger or ownership cannot be read, which mostly passes soon. */
export const TROUBLE_HOLDS: HoldSchedule = [30, 120, 600, 3_600, 14_400, LONGEST_HOLD_SECONDS];

/**
 * The hold of a message: what the schedule says for its receive count, at most as long as SQS allows. Of that the hold takes between nine
 * tenths and all, so that what is held together does not come back together.
 * @param random a number from 0 to below 1
 */
export function holdSeconds(schedule: HoldSchedule, receiveCount: number, random: number): number {
  const step = Math.min(Math.max(1, receiveCount), schedule.length) - 1;
  const longest = Math.min(LONGEST_HOLD_SECONDS, schedule[step]!);
  return Math.ceil(longest * (0.9 + random / 10));
}
