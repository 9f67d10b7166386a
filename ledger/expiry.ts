/** Retention of the queues of one logical queue, in seconds; the longest, where regions differ. */
export interface Retentions {
  /** Ingress, outbox and standby queues. @default 1209600 (14 days) */
  readonly transitRetentionSeconds?: number;
  /** Work queue. @default 345600 (4 days) */
  readonly workRetentionSeconds?: number;
  /** Dead-letter queue of the work queue. @default 1209600 (14 days) */
  readonly dlqRetentionSeconds?: number;
}

const DAY_SECONDS = 86_400;

/**
 * Seconds for which an entry of the ledger is kept: longer than a message may be on its way, since every queue starts its clock
 * anew. That is ingress, outbox and standby queue, the work queue, its dead-letter queue and, after a redrive, the work queue
 * again; and a day.
 */
export function entrySeconds({
  transitRetentionSeconds = 14 * DAY_SECONDS,
  workRetentionSeconds = 4 * DAY_SECONDS,
  dlqRetentionSeconds = 14 * DAY_SECONDS,
}: Retentions = {}): number {
  return 3 * transitRetentionSeconds + 2 * workRetentionSeconds + dlqRetentionSeconds + DAY_SECONDS;
}
