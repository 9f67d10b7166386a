/** What the controller tells a drainer to do: the payload of an invocation. */
export interface DrainTask {
  readonly v: typeof DRAIN_TASK_VERSION;
  /** The home whose copies are meant; a drainer of another home refuses the task. */
  readonly home: string;
  /**
   * | action | what the drainer does |
   * |---|---|
   * | `prune` | deletes the copies that are processed |
   * | `move` | also moves all others to the own work queue: this region owns the home |
   * | `reclaim` | of the own home, without a ledger: deletes from the own work queue what the last owner has rescued |
   */
  readonly action: "prune" | "move" | "reclaim";
  /** The drainer ends before this moment, in epoch milliseconds, and does nothing when it is told later. */
  readonly until: number;
  /** Whether copies that are marked for this region (`owner` in the origin) may be moved to the own work queue. */
  readonly marked: boolean;
  /**
   * Without a ledger: a copy without a mark that the home took in before this moment, in epoch milliseconds, counts as processed. The
   * margin is taken off already. @default none counts as processed
   */
  readonly processedBefore?: number;
  /**
   * `move`, without a ledger: a copy without a mark that the home took in at this moment or later, in epoch milliseconds, is left alone:
   * the home has been fenced at this moment, and what it takes in without a mark after that it processes itself. @default none is
   */
  readonly takenInBefore?: number;
  /**
   * Without a ledger: copies without a mark that the home took in during one of these times, in epoch milliseconds, are this region's to
   * process, like those that are marked for it: it owned the home then, and the home does not process them. They do not count as
   * processed whatever `processedBefore` says. @default none
   */
  readonly answersFor?: readonly { readonly from: number; readonly until: number }[];
  /** `move`: the home's pollers stand still, so its outbox and then its ingress are read from here. @default false */
  readonly fromAfar?: boolean;
  /** `move`: waits for more copies until `until`, in place of ending when the queues are empty. @default false */
  readonly stay?: boolean;
  /** `reclaim`: what is deleted. */
  readonly rescued?: {
    /** Taken in by the ingress queue at this moment or later, in epoch milliseconds. */
    readonly from: number;
    /** Put into the work queue before this moment, in epoch milliseconds. */
    readonly putBefore: number;
  };
}

export const DRAIN_TASK_VERSION = 1;

/** What a drainer did; the answer to a synchronous invocation. Counts are messages. */
export interface DrainResult {
  /** Copies deleted because they are processed. */
  readonly pruned: number;
  /** Copies moved to the own work queue. */
  readonly moved: number;
  /** Copies discarded because they are older than the work queue's retention. */
  readonly expired: number;
  /** Copies moved to the DLQ: without identity (`on_missing_identity: dlq`), or refused by the work queue for their own fault. */
  readonly deadLettered: number;
  /** Of `moved`: read in the home, from outbox and ingress. */
  readonly fromAfar: number;
  /** Deleted from the own work queue (`reclaim`). */
  readonly reclaimed: number;
  /**
   * Whether it is done: `prune` has left nothing; `move` nothing but what is not to be moved here, and nobody else holds a copy;
   * `reclaim` has seen the work queue to its end, and nobody else holds a message of it.
   */
  readonly drained: boolean;
  /** Failed calls and entries; what they were about stays on its queue. */
  readonly failures: number;
}
