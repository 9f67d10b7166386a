import { BATCH_MAX_BYTES, BATCH_MAX_ENTRIES } from "../core/limits";

/**
 * Packs items, in their order, into as few SendMessageBatch calls as a single pass allows: at most ten entries, at most 1 MiB in
 * all. An item that is over the limit by itself gets a call of its own, for SQS to judge. Takes no more items than the batch needs
 * that is asked for, and one.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
export function* packBatches<T>(items: Iterable<T>, bytesOf: (item: T) => number): Generator<T[], undefined> {
  let batch: T[] = [];
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    if (batch.length === BATCH_MAX_ENTRIES || (batch.length > 0 && bytes > room)) {
      yield batch;
      batch = [];
    }
    if (batch.length === 0) room = BATCH_MAX_BYTES;
    batch.push(item);
    room -= bytes;
  }
  if (batch.length > 0) yield batch;
}
