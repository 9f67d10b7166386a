/**
 * Id of the item by which a consumer claims a message, from the id of the message's entry. A replica takes the later write of an item,
 * whichever it is. Were claim and `COMPLETED` one item, a claim in a region that is cut off would erase what another region has completed.
 */
export function claimId(id: string): string {
  return `${id}#claim`;
}

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
