import { DELAY_SECONDS } from "../../core/limits";
import { AGE_PERIOD_MS, type AgePoint } from "./ages";

/**
 * Up to where a logical queue is processed in its home, in epoch milliseconds. Every message that the ingress queue took before this moment
 * has left the work queue, processed or dead-lettered. Undefined when the ages do not tell.
 *
 * What the work queue holds was put there no earlier than its oldest message. When it was put there, it had been on the ingress queue no
 * longer than the oldest message there at that time. Or it was not there yet at the last look before that, and is newer than the look. Take
 * the last look at the ingress queue that was over when the work queue's oldest message was put. Whatever is not processed was taken in no
 * earlier than the oldest message of that look. A message whose delay has not passed may be missing from a look, so where there were some,
 * the look tells as little as the longest delay allows.
 *
 * A look is an age of CloudWatch, or a reading that found the queue empty. Neither has to be recent: without one, the moment stays where it
 * was.
 *
 * A standard queue leaves out of the age what was received three times and not deleted. On the work queue such a message is taken for
 * processed: it is tried again at home, and a peer does not rescue it. On the ingress queue it is one that could not be copied or delivered
 * for a while (nobody owned the home, or `sync` while a peer is away). Its copy tells when it got through at last.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function processedBefore(ingress: readonly AgePoint[], work: readonly AgePoint[]): number | undefined {
  const putSince = oldest(work);
  if (putSince === undefined) return undefined;
  const before = ingress.findLastIndex(({ at }) => at + AGE_PERIOD_MS <= putSince);
  // The work queue's oldest message is older than what is known of the ingress queue.
  if (before < 0) return undefined;
  // By the above the first of these is the earliest. The others cost nothing, should an age have been too low.
  return Math.max(0, Math.min(...ingress.slice(before).map(takenInSince)));
}

/** The moment, in epoch milliseconds, before which nothing that the queue holds was put there; undefined without data. */
export function oldest(ages: readonly AgePoint[]): number | undefined {
  const latest = ages.at(-1);
  return latest && sentSince(latest);
}

/** Ages are whole seconds. */
const ROUNDED_OFF_MS = 1_000;

/** The age was measured within the period, so that its beginning gives the earlier moment. */
function sentSince({ at, ageMs }: AgePoint): number {
  return at - ageMs - ROUNDED_OFF_MS;
}

function takenInSince(point: AgePoint): number {
  const ageMs = point.delayed ? Math.max(point.ageMs, DELAY_SECONDS.max * 1_000) : point.ageMs;
  return sentSince({ ...point, ageMs });
}
