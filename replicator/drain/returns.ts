import type { SQSRecord } from "aws-lambda";
import { BACK_OFF_MAX_SECONDS } from "../../core/limits";
import { backOffSeconds } from "../../messages/back-off";
import { groupOf } from "../sqs/deliver";
import type { Return } from "../sqs/visibility";
import { receivesOf } from "./copy";
import type { KeptFor } from "./disposition";

/**
 * Why a copy that was received stays on its queue: as in {@link KeptFor}, or it should have gone.
 *
 * | why | |
 * |---|---|
 * | `failed` | it was not accepted where it was to go |
 * | `held` | one before it in its FIFO group was not |
 * | `order` | earlier messages may still be on a queue before this one |
 * | `rate` | `max_rate` leaves no time for it in this run |
 */
export type StaysFor = KeptFor | "failed" | "held" | "order" | "rate";

export interface Stay {
  readonly record: SQSRecord;
  readonly why: StaysFor;
}

/** A group of which something is out of sight gives nothing: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html */
const FIFO_MAX_SECONDS = 30;

/** By then another copy of the message has been moved, or was not taken. */
const UNDER_WAY_SECONDS = 2;

/** What may go, or be another's to take, at the next look. */
const FIRST_SEEN_AGAIN: ReadonlySet<StaysFor> = new Set(["unprocessed", "unknown", "closed", "behind"]);

export interface Circumstances {
  /** Records that do not stay. */
  readonly gone: readonly SQSRecord[];
  readonly fifo: boolean;
  readonly nowMs: number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/**
 * When copies that stay are to be seen again. What its home will process is seen at once, by whoever may need it. When that was seen
 * before, it steps back, a little longer each time. Otherwise copies that are never processed (dead letters of the home) would be all that
 * is ever received.
 *
 * What this run has no business with is seen rarely, and all of it at one time.
 *
 * A FIFO queue gives what is behind a message only when that is gone or visible. So what stays of a group returns at one time, and at once
 * as long as something of the group is going.
 */
export function returnsOf(
  stays: readonly Stay[],
  { gone, fifo, nowMs, random }: Circumstances,
): readonly Return[] {
  const longest = fifo ? FIFO_MAX_SECONDS : BACK_OFF_MAX_SECONDS;
  const secondsOf = ({ record, why }: Stay): number => {
    const receives = receivesOf(record);
    if (why === "order" || why === "rate") return 0;
    if (why === "mark" || why === "manual" || why === "foreign") return secondsToNext(longest, nowMs);
    if (why === "underWay") return UNDER_WAY_SECONDS;
    const isFirst = FIRST_SEEN_AGAIN.has(why) && receives <= 1;
    return isFirst ? 0 : backOffSeconds(receives, random());
  };
  if (!fifo) return stays.map((stay) => ({ record: stay.record, seconds: secondsOf(stay) }));

  const going = new Set(gone.map(groupOf));
  const secondsOfGroup = new Map<string | undefined, number>();
  for (const stay of stays) {
    const group = groupOf(stay.record);
    if (stay.why === "failed") secondsOfGroup.set(group, secondsOf(stay));
    else if (!secondsOfGroup.has(group)) {
      secondsOfGroup.set(group, going.has(group) ? 0 : Math.min(longest, secondsOf(stay)));
    }
  }
  return stays.map(({ record }) => ({ record, seconds: secondsOfGroup.get(groupOf(record)) ?? 0 }));
}

/**
 * Seconds until the clock shows the next multiple of a period. What several runs leave out of sight until then comes into sight at one
 * time; otherwise no run would ever see that it is all there is.
 */
export function secondsToNext(periodSeconds: number, nowMs: number): number {
  return Math.ceil(periodSeconds - ((nowMs / 1_000) % periodSeconds));
}
