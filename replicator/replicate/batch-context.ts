import type { Deadline, Deadlines } from "../sqs/deadline";
import type { Route } from "../sqs/deliver";
import { sendBatch, type Target } from "../sqs/send";

/** What the work on a batch needs beside the batch: time, and chance. */
export interface BatchContext {
  readonly deadlines: Deadlines;
  /** The clock, in epoch milliseconds. */
  readonly now: () => number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/** The way to a queue. */
export function toQueue(target: Target, deadline: Deadline, { now }: BatchContext): Route {
  return (parcels) =>
    sendBatch(
      target,
      parcels.map(({ message }) => message),
      deadline,
      now,
    );
}
