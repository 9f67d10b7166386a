import { AGE_PERIOD_MS, type AgePoint } from "./ages";

/**
 * Up to where a logical queue is processed in its home: every message that the ingress queue took before this moment, in epoch
 * milliseconds, has left the work queue, processed or dead-lettered. Undefined when the ages do not tell.
 *
 * What the work queue holds was put there no earlier than its oldest message. When it was put there, it had been on the ingress queue no
 * longer than the oldest message there at that time. Between two looks at the ingress queue nothing older can have come, since what
 * comes is new. So the oldest message that is not processed was taken in no earlier than the oldest that the ingress queue showed since
 * the look before the work queue's oldest was put.
 *
 * SQS leaves out of the age a message that was received three times and not deleted. Such a message is taken for processed: it is
 * tried again at home, and a peer does not rescue it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function processedBefore(ingress: readonly AgePoint[], work: readonly AgePoint[]): number | undefined {
  const putSince = oldest(work);
  if (putSince === undefined) return undefined;
  const before = ingress.findLastIndex(({ at }) => at + AGE_PERIOD_MS <= putSince);
  // The work queue's oldest message is older than what is known of the ingress queue.
  if (before < 0) return undefined;
  return Math.min(...ingress.slice(before).map(sentAt));
}

/** The moment, in epoch milliseconds, before which nothing that the queue holds was put there; undefined without data. */
export function oldest(ages: readonly AgePoint[]): number | undefined {
  const latest = ages.at(-1);
  return latest && sentAt(latest);
}

/** The age was measured within the period, so that its beginning gives the earlier moment. */
function sentAt({ at, ageMs }: AgePoint): number {
  return at - ageMs;
}
