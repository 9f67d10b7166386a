import type { Deadline } from "../sqs/deadline";
import type { End, QueueLook } from "./run";

/** Worst first: what is said of a queue when its receivers ended in different ways. */
const ENDS: readonly End[] = ["failed", "blocked", "late", "futile", "empty"];

/**
 * Looks at a queue until each of its receivers has come to an end. There is one to begin with, and one more, up to `limit`, for each
 * look that found a full batch and got something done: an idle queue costs one call.
 */
export async function withReceivers(
  look: () => Promise<QueueLook>,
  limit: number,
  deadline: Deadline,
): Promise<End> {
  const ends: End[] = [];
  const errors: unknown[] = [];
  const receivers: Promise<void>[] = [];
  let running = 0;
  const receiver = async (): Promise<End> => {
    while (deadline.mayStart() && errors.length === 0) {
      const { end, full } = await look();
      if (end !== undefined) return end;
      if (full && running < limit) start();
    }
    return "late";
  };
  const start = () => {
    running += 1;
    receivers.push(
      receiver()
        .then(
          (end) => void ends.push(end),
          (error: unknown) => void errors.push(error),
        )
        .finally(() => {
          running -= 1;
        }),
    );
  };
  start();
  for (const one of receivers) await one;
  if (errors.length > 0) throw errors[0];
  return ENDS.find((end) => ends.includes(end)) ?? "late";
}
