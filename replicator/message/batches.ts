import { BATCH_MAX_BYTES, BATCH_MAX_ENTRIES } from "../../core/limits";

/**
 * Packs items, in their order, into as few SendMessageBatch calls as a single pass allows: at most ten entries, at most 1 MiB in
 * all. An item that is over the limit by itself gets a call of its own, for SQS to judge.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
export function packBatches<T>(items: readonly T[], bytesOf: (item: T) => number): T[][] {
  const batches: T[][] = [];
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = batches.at(-1);
    if (last !== undefined && last.length < BATCH_MAX_ENTRIES && bytes <= room) {
      last.push(item);
      room -= bytes;
    } else {
      batches.push([item]);
      room = BATCH_MAX_BYTES - bytes;
    }
  }
  return batches;
}
