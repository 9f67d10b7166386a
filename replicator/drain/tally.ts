import type { Failure } from "../../messages/failures";
import { queueName, type Target } from "../sqs/send";
import type { DrainResult } from "./task";

/** Failures of one kind at one place. */
export interface CountedFailure extends Failure {
  /** Name of the queue, or `ledger`. */
  readonly at: string;
  readonly count: number;
}

/**
 * A run leaves no more copies out of sight than this: after 120,000 a queue gives nothing, and runs follow each other before what one
 * has left is back. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const MOST_HIDDEN = 20_000;

/** What a run did so far. */
export class Tally {
  pruned = 0;
  moved = 0;
  fromAfar = 0;
  reclaimed = 0;
  /** Copies that were looked at and left. */
  left = 0;
  /** Whether the queue was seen empty when it was last looked at. */
  empty = false;
  /** Whether something stayed, at some time, that should have gone. */
  owes = false;
  /** Ids, on the queue that they were on, of copies that were moved to the DLQ. */
  readonly deadLetters: string[] = [];
  private readonly outOfSight = new Set<string>();
  /** By name of the queue, ids of copies that are on it, and are not to go. */
  private readonly aside = new Map<string, Set<string>>();
  private readonly failed = new Map<string, CountedFailure>();

  /** Notes calls or entries that failed. */
  fail(at: Target | "ledger", failure: Failure, count = 1): void {
    const where = at === "ledger" ? at : queueName(at);
    const key = [where, failure.class, failure.code].join();
    this.failed.set(key, { at: where, ...failure, count: (this.failed.get(key)?.count ?? 0) + count });
  }

  /** Notes copies that were moved to the DLQ. */
  bury(messageIds: readonly string[]): void {
    this.deadLetters.push(...messageIds);
  }

  /** Notes copies that stay, out of sight for a while. */
  hide(messageIds: readonly string[]): void {
    for (const id of messageIds) this.outOfSight.add(id);
  }

  /** Notes which of the copies that were received from a queue are not to go. */
  setAside(from: Target, received: readonly string[], stays: readonly string[]): void {
    const ids = this.aside.get(queueName(from)) ?? new Set();
    for (const id of received) ids.delete(id);
    for (const id of stays) ids.add(id);
    this.aside.set(queueName(from), ids);
  }

  /** How many copies are on a queue that are not to go, as far as this run has seen. */
  asideOn(queue: Target): number {
    return this.aside.get(queueName(queue))?.size ?? 0;
  }

  /** How many copies this run left out of sight. */
  get hidden(): number {
    return this.outOfSight.size;
  }

  /** Whether it should leave no more. */
  get hidesMost(): boolean {
    return this.outOfSight.size >= MOST_HIDDEN;
  }

  get failures(): readonly CountedFailure[] {
    return [...this.failed.values()];
  }

  result(drained: boolean): DrainResult {
    const { pruned, moved, fromAfar, reclaimed } = this;
    const deadLettered = this.deadLetters.length;
    const failures = this.failures.reduce((sum, { count }) => sum + count, 0);
    return { pruned, moved, deadLettered, fromAfar, reclaimed, drained, failures };
  }
}
