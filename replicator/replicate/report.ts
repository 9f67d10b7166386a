import type { Refused } from "../sqs/send";
import type { CopyCount } from "./peer";

/** Accepted by every queue that it is for: while the home is fenced, the work queue is none of them. */
export interface Done {
  readonly status: "done";
  readonly hasOrigin: boolean;
  /** From the moment when the ingress queue took the message until the last queue accepted it. Unknown without an origin. */
  readonly lagMs?: number;
}

/** Its error is permanent, and the message is in the ingress DLQ. */
export interface MovedToDlq {
  readonly status: "moved";
  readonly cause: Refused;
  /** The DLQ did not take it whole. @default it did */
  readonly inPieces?: true;
}

/** Still on the source queue, and to be reported to Lambda. */
export interface Failed {
  readonly status: "failed";
  readonly cause: Refused;
}

/** As {@link Failed}, but not for a fault: a message before it in its FIFO group has failed or was moved, and it waits its turn. */
export interface HeldBack {
  readonly status: "held";
}

export type RecordOutcome = Done | MovedToDlq | Failed | HeldBack;

/** What became of a batch. */
export interface BatchReport {
  /** One per record, in their order. */
  readonly outcomes: readonly RecordOutcome[];
  /** Failed and held records whose visibility could not be changed: they come back when the visibility timeout of their queue ends. */
  readonly notBackedOff: number;
  /** Per peer, in the modes in which the replicator sends to standby queues. */
  readonly copies?: Readonly<Record<string, CopyCount>>;
  /** Region that owns the home, if the home is fenced: the work queue got nothing. */
  readonly fencedBy?: string;
  /** Of the messages that are done: put on the own work queue by a forwarder, because the region owns its peer's home. */
  readonly takenOver?: number;
}
