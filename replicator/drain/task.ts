/** What the controller tells a drainer to do: the payload of an invocation. */
export interface DrainTask {
  readonly v: typeof DRAIN_TASK_VERSION;
  /** The home whose copies are meant; a drainer of another home refuses the task. */
  readonly home: string;
  /**
   * | action | what the drainer does |
   * |---|---|
   * | `drain` | deletes the copies that are processed, and moves those to the own work queue that `moves` admits |
   * | `reclaim` | of the own home, without a ledger: deletes from the own work queue what the last owner has rescued |
   */
  readonly action: "drain" | "reclaim";
  /** The drainer ends before this moment, in epoch milliseconds, and does nothing when it is told later. */
  readonly until: number;
  /**
   * Effective homes whose copies may be moved to the own work queue, as the controller judges. The drainer asks the own region's pass as
   * well, again and again: it moves nothing of a home whose pass is not open.
   */
  readonly moves: readonly string[];
  /**
   * Of `moves`: regions whose home the copies' own home owns. No region has copies of its own messages, so what is marked for these regions
   * is this one's to process. That holds as long as the home's pass for them is open, and the own pass for the own home. @default none
   */
  readonly adopts?: readonly string[];
  /**
   * Without a ledger: a copy without a mark that the home took in before this moment, in epoch milliseconds, counts as processed. The
   * margin is taken off already. @default none counts as processed
   */
  readonly processedBefore?: number;
  /**
   * Without a ledger: times in epoch milliseconds, in which this region owned the home. Copies without a mark that the home took in then
   * are this region's to process, like those that are marked for it. The home does not process them. They do not count as processed
   * whatever `processedBefore` says. @default none
   */
  readonly answersFor?: readonly TimeSpan[];
  /** The home's pollers stand still, so its outbox and then its ingress are read from here. Only while the home is moved. @default false */
  readonly fromAfar?: boolean;
  /** Waits for more copies until `until`, in place of ending when the queues are empty. @default false */
  readonly stay?: boolean;
  /** `reclaim`: what the home took in without a mark at these times is deleted. */
  readonly rescued?: TimeSpan;
}

/** From a moment on until right before another, in epoch milliseconds. */
export interface TimeSpan {
  readonly from: number;
  readonly until: number;
}

export const DRAIN_TASK_VERSION = 2;

/** What a drainer did; the answer to a synchronous invocation. Counts are messages. */
export interface DrainResult {
  /** Copies deleted because they are processed. */
  readonly pruned: number;
  /** Copies moved to the own work queue. */
  readonly moved: number;
  /** Copies moved to the DLQ: without identity (`on_missing_identity: dlq`), or refused by the work queue for their own fault. */
  readonly deadLettered: number;
  /** Of `moved`: read in the home, from outbox and ingress. */
  readonly fromAfar: number;
  /** Deleted from the own work queue (`reclaim`). */
  readonly reclaimed: number;
  /**
   * Whether it is done. `drain` without moving the home: nothing was left. `drain` that moves the home: nothing was left but what is not
   * to be moved here, and nobody else holds a copy. `reclaim`: the work queue was seen to its end, and nobody else holds a message of it.
   */
  readonly drained: boolean;
  /** Failed calls and entries; what they were about stays on its queue. */
  readonly failures: number;
}
