import type { SQSRecord } from "aws-lambda";
import { TRANSIT_RETENTION_SECONDS } from "../../core/limits";
import { copyOf } from "../../messages/copy";
import { deduplicationId, identified } from "../../messages/deduplication";
import { type Message, messageOf } from "../../messages/message";
import { type Origin, originIn, originOf } from "../../messages/origin";
import { stamp } from "../../messages/stamp";

/** A message that a drainer holds, and what is to be known of it. */
export interface Copy {
  readonly record: SQSRecord;
  /** What the next queue gets. */
  readonly message: Message;
  /** Absent when there was no room for it. */
  readonly origin?: Origin;
  /**
   * When the home took the message in, in epoch milliseconds; without an origin some moment after that.
   * @default the home has not taken it in yet: it was found on the home's ingress queue
   */
  readonly takenInMs?: number;
  /** No consumer of the home can have seen the message before this moment, in epoch milliseconds. @default none has seen it yet */
  readonly seenMs?: number;
  /** Id of its entry in the ledger. @default the message has no identity, or there is no ledger */
  readonly ledgerId?: string;
  /** Whether it cannot be told if the message has an identity: its contents break what looks for one. */
  readonly isUnreadable?: true;
}

/** Id of a message's entry in the ledger, or undefined when it has no identity. May throw: contents are anybody's. */
export type LedgerIdOf = (message: Message) => string | undefined;

export interface CopyOptions {
  readonly fifo: boolean;
  readonly ledgerIdOf: LedgerIdOf;
}

/** Two queues of 14 days come before the standby queue. What claims to be older is nobody's of the group. */
const OLDEST_MS = 2 * TRANSIT_RETENTION_SECONDS * 1_000;
/** Clocks of queues differ by less. */
const CLOCKS_MS = 60_000;

/**
 * A record of a standby or outbox queue. It goes on as it is. A time in its origin that cannot be is as good as none: then the message
 * was taken in some time before the record's queue got it.
 * @param isFirst whether the home's work queue gets messages only after the record's queue has them, as in `sync`
 */
export function copyIn(record: SQSRecord, options: CopyOptions, isFirst: boolean): Copy {
  const message = copyOf(record, options.fifo ? deduplicationId : undefined);
  const { sent = Number.NaN, taken = sent } = originIn(message) ?? {};
  const arrived = Number(record.attributes.SentTimestamp);
  const isPossible = (moment: number) => arrived - OLDEST_MS <= moment && moment <= arrived + CLOCKS_MS;
  const takenInMs = isPossible(sent) ? sent : arrived;
  const replicatedMs = isPossible(taken) ? Math.max(takenInMs, taken) : takenInMs;
  return { ...known(record, message, options), takenInMs, seenMs: isFirst ? arrived : replicatedMs };
}

/** A record of the ingress queue of `home`, with the origin that the home's replicator would have given it. */
export function untakenCopy(record: SQSRecord, home: string, options: CopyOptions): Copy {
  const origin = originOf(record, home);
  const { message } = stamp(messageOf(record), origin);
  return known(record, options.fifo ? identified(message, deduplicationId(origin)) : message, options);
}

function known(record: SQSRecord, message: Message, { ledgerIdOf }: CopyOptions): Copy {
  const origin = originIn(message);
  return { record, message, ...(origin && { origin }), ...identityOf(message, ledgerIdOf) };
}

/** What is nested too deep for a parser must fail alone, and not with all that were received beside it. */
function identityOf(message: Message, ledgerIdOf: LedgerIdOf): Pick<Copy, "ledgerId" | "isUnreadable"> {
  try {
    const ledgerId = ledgerIdOf(message);
    return ledgerId === undefined ? {} : { ledgerId };
  } catch {
    return { isUnreadable: true };
  }
}

/** How often the message was received, this time included. */
export function receivesOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}
