import type { AgePoint } from "./ages";

/** SQS may count wrongly for a minute after a change: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const COUNTS_SETTLE_MS = 60_000;
/** Readings that are further apart say nothing of each other. */
const LONGEST_APART_MS = 5 * 60_000;
/** As far back as ages are asked for. */
const KEPT_MS = 15 * 60_000;

/** Readings that found a queue empty. CloudWatch has no age of such a queue, and none at all of one that slept. */
export class EmptyReadings {
  /** By queue, when it was found empty, in epoch milliseconds and in the order of time. */
  private readonly moments = new Map<string, readonly number[]>();

  /**
   * @param count of the messages that matter
   * @param at epoch milliseconds
   */
  saw(queue: string, count: number, at: number): void {
    if (count !== 0) return;
    const kept = (this.moments.get(queue) ?? []).filter((moment) => moment >= at - KEPT_MS);
    this.moments.set(queue, [...kept, at]);
  }

  /**
   * What the readings say, in the form of ages, in the order of time: a message that was put on the queue a minute before a reading would
   * be counted. One reading proves nothing, so each needs another one, a minute or more before.
   */
  points(queue: string): readonly AgePoint[] {
    const moments = this.moments.get(queue) ?? [];
    return moments
      .filter((moment) =>
        moments.some((other) => {
          const apartMs = moment - other;
          return COUNTS_SETTLE_MS <= apartMs && apartMs <= LONGEST_APART_MS;
        }),
      )
      .map((moment) => ({ at: moment - COUNTS_SETTLE_MS, ageMs: 0 }));
  }
}

/** Ages as CloudWatch has them, and what readings say, in the order of time. */
export function withReadings(ages: readonly AgePoint[], readings: readonly AgePoint[]): readonly AgePoint[] {
  return [...ages, ...readings].sort((one, other) => one.at - other.at);
}
