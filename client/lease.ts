import type { Context } from "aws-lambda";

/** The time for which a consumer has a message: what SQS gives it, or what Lambda gives its function, or the shorter of both. */
export type Lease = VisibilityLease | InvocationLease;

/** Of any consumer. */
export interface VisibilityLease {
  /** Time for which the message stays invisible to others, as the queue or ReceiveMessage says. */
  readonly visibilityTimeoutSeconds: number;
  /** When it was received, in epoch milliseconds: right after ReceiveMessage has answered. @default now */
  readonly receivedAt?: number;
  readonly context?: RemainingTime;
}

/** Of a function, whose timeout is no longer than the queue's visibility timeout: Lambda sees to that. */
export interface InvocationLease {
  readonly context: RemainingTime;
  readonly visibilityTimeoutSeconds?: number;
  /** @default now */
  readonly receivedAt?: number;
}

type RemainingTime = Pick<Context, "getRemainingTimeInMillis">;

/** Clocks and answers are late by milliseconds; a claim that ends a little before the message is back keeps nobody waiting. */
const MARGIN_MS = 1_000;

/**
 * Milliseconds from `now` on for which a claim may last: until a second before the message can be received again, or until the
 * function ends. Zero or less: there is none left.
 */
export function leaseMs({ visibilityTimeoutSeconds, receivedAt, context }: Lease, now: number): number {
  const remainingMs = context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY;
  if (visibilityTimeoutSeconds === undefined) return remainingMs;
  const visibilityMs = visibilityTimeoutSeconds * 1_000;
  const marginMs = Math.min(MARGIN_MS, visibilityMs / 10);
  return Math.min(remainingMs, Math.floor((receivedAt ?? now) + visibilityMs - marginMs - now));
}
