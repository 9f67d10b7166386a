/** Attributes of a ledger entry: the names that Powertools Idempotency uses unless told otherwise, in every language. */
export const LEDGER_ATTRIBUTES = {
  /** Hash key, a string: `<logical queue>#<digest>` of an entry. */
  id: "id",
  /** `INPROGRESS` or `COMPLETED`. */
  status: "status",
  /** When the entry ends, in epoch seconds: also the table's TTL attribute. */
  expiration: "expiration",
  /** When a claim ends whose consumer does not come back, in epoch milliseconds. */
  inProgressExpiration: "in_progress_expiration",
  /** What the consumer returned, or why there is an entry. */
  data: "data",
  /** Of watermark items and probes alone: when they were written, in epoch milliseconds. */
  at: "at",
} as const;

export const IN_PROGRESS = "INPROGRESS";
export const COMPLETED = "COMPLETED";
