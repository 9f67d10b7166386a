import type { SQSClient } from "@aws-sdk/client-sqs";
import { changeVisibility } from "../replicator/sqs/visibility";

/** A message that is not to be seen for a while. */
export interface Hold {
  readonly receiptHandle: string;
  /** From now on. */
  readonly seconds: number;
}

export interface HoldingQueue {
  /** A client of the queue's region. */
  readonly client: Pick<SQSClient, "send">;
  readonly queueUrl: string;
}

/**
 * Holds messages by changing their visibility, as far as that is possible: without it they come back when the visibility timeout of
 * their queue ends. Gives the number of those for which it was not; never throws.
 */
export async function hold(queue: HoldingQueue, holds: readonly Hold[]): Promise<number> {
  const returns = holds.map(({ receiptHandle, seconds }) => ({ record: { receiptHandle }, seconds }));
  return changeVisibility(returns, queue, { signal: new AbortController().signal, mayStart: () => true });
}
