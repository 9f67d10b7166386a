import { ChangeMessageVisibilityBatchCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { BATCH_MAX_ENTRIES } from "../../core/limits";
import type { Deadline } from "./deadline";
import { forEachParallel } from "./parallel";
import type { Target } from "./send";

/** When a record that stays on its queue is to be received again. */
export interface Return {
  readonly record: Pick<SQSRecord, "receiptHandle">;
  readonly seconds: number;
}

const CALLS_IN_FLIGHT = 10;

/**
 * Changes the visibility of records, as far as that is possible: without it they come back when the visibility timeout ends with which
 * they were received. Gives the number of those for which it was not.
 */
export async function changeVisibility(
  returns: readonly Return[],
  { client, queueUrl }: Target,
  deadline: Deadline,
): Promise<number> {
  let unchanged = 0;
  await forEachParallel(inTens(returns), CALLS_IN_FLIGHT, async (batch) => {
    const command = new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queueUrl,
      Entries: batch.map(({ record, seconds }, index) => ({
        Id: String(index),
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: seconds,
      })),
    });
    try {
      const answer = deadline.mayStart()
        ? await client.send(command, { abortSignal: deadline.signal })
        : undefined;
      unchanged += batch.length - (answer?.Successful?.length ?? 0);
    } catch {
      unchanged += batch.length;
    }
  });
  return unchanged;
}

/** Items in groups of as many as a batch call takes. */
export function* inTens<T>(items: readonly T[]): Generator<readonly T[], undefined> {
  for (let first = 0; first < items.length; first += BATCH_MAX_ENTRIES) {
    yield items.slice(first, first + BATCH_MAX_ENTRIES);
  }
}
