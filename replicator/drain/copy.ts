import type { SQSRecord } from "aws-lambda";
import { copyOf } from "../message/copy";
import { deduplicationId, identified } from "../message/deduplication";
import { type Message, messageOf } from "../message/message";
import { type Origin, originIn, originOf } from "../message/origin";
import { stamp } from "../message/stamp";

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
  /** Id of its entry in the ledger. @default the message has no identity, or there is no ledger */
  readonly ledgerId?: string;
}

/** Id of a message's entry in the ledger, or undefined when it has no identity. */
export type LedgerIdOf = (message: Message) => string | undefined;

/** A record of a standby or outbox queue. It goes on as it is. */
export function copyIn(record: SQSRecord, fifo: boolean, ledgerIdOf: LedgerIdOf): Copy {
  const message = copyOf(record, fifo ? deduplicationId : undefined);
  const origin = originIn(message);
  const takenInMs = origin?.sent ?? Number(record.attributes.SentTimestamp);
  return { ...known(record, message, ledgerIdOf), takenInMs };
}

/** A record of the ingress queue of `home`, with the origin that the home's replicator would have given it. */
export function untakenCopy(record: SQSRecord, home: string, fifo: boolean, ledgerIdOf: LedgerIdOf): Copy {
  const origin = originOf(record, home);
  const { message } = stamp(messageOf(record), origin);
  return known(record, fifo ? identified(message, deduplicationId(origin)) : message, ledgerIdOf);
}

function known(record: SQSRecord, message: Message, ledgerIdOf: LedgerIdOf): Copy {
  const origin = originIn(message);
  const ledgerId = ledgerIdOf(message);
  return {
    record,
    message,
    ...(origin === undefined ? {} : { origin }),
    ...(ledgerId === undefined ? {} : { ledgerId }),
  };
}

/** How often the message was received, this time included. */
export function receivesOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}
