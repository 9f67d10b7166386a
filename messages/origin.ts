import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { Message } from "./message";
import { producerKeyOf } from "./producer-key";

/**
 * Name of the message attribute that carries the origin. For the rules of names see
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export const ORIGIN_ATTRIBUTE = "sqs-multi-region.origin";

/** Version that this code writes. */
const ORIGIN_VERSION = 1;

/**
 * Where a message came from. It is written once, when the message is taken from the ingress queue, and stays byte-identical on
 * work, outbox and standby queues: the one identity that survives redrives and regions. Its names are short, because every
 * message carries them.
 */
export interface Origin {
  readonly v: number;
  /** Region in which the producer put the message. */
  readonly home: string;
  /** Message id on the ingress queue. */
  readonly id: string;
  /** When the ingress queue took the message, in epoch milliseconds. */
  readonly sent: number;
  /** Who sent it, as SQS names the caller (`SenderId`). */
  readonly sender: string;
  /** Sequence number on a FIFO ingress queue. */
  readonly sequence?: string;
  /** The producer's own deduplication id on a FIFO ingress queue. */
  readonly dedup?: string;
  /** The producer key, if it counts. */
  readonly key?: string;
  /**
   * The mark: region that must process the message, because the home was fenced when the message was taken from its ingress queue. Such
   * a message never was on the home's work queue.
   */
  readonly owner?: string;
  /** When the replicator took the message from the ingress queue, of one that {@link hasWaited} there. Epoch milliseconds. */
  readonly taken?: number;
}

/**
 * The origin of a record that was received from the ingress queue of `home`.
 * @param owner region that owns the home, if the home is fenced
 */
export function originOf(record: SQSRecord, home: string, owner?: string): Origin {
  const { SentTimestamp, SenderId, SequenceNumber, MessageDeduplicationId } = record.attributes;
  // Whatever stands in the origin's place makes a message one that was here before, and its key one that was used.
  const republished = record.messageAttributes[ORIGIN_ATTRIBUTE] !== undefined;
  const key = republished ? undefined : producerKeyOf(record);
  return {
    v: ORIGIN_VERSION,
    home,
    id: record.messageId,
    sent: Number(SentTimestamp),
    sender: SenderId,
    ...(SequenceNumber === undefined ? {} : { sequence: SequenceNumber }),
    ...(MessageDeduplicationId === undefined ? {} : { dedup: MessageDeduplicationId }),
    ...(key === undefined ? {} : { key }),
    ...(owner === undefined ? {} : { owner }),
  };
}

/**
 * After so many receives a standard queue leaves a message out of its age, so that nobody knows by the age how long it has waited.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
const RECEIVES_IN_AGE = 2;

/** Whether the age of a standard ingress queue may leave a message out. */
export function hasWaited({ attributes }: SQSRecord): boolean {
  return Number(attributes.ApproximateReceiveCount) > RECEIVES_IN_AGE;
}

/**
 * The home as which a message counts for whoever processes, delivers or moves it: that of its mark, or its own. A region does so while it
 * owns that home, so what was marked for a region that is lost is for whoever owns that region's home next.
 */
export function effectiveHome({ home, owner }: Pick<Origin, "home" | "owner">): string {
  return owner ?? home;
}

export function encodeOrigin(origin: Origin): MessageAttributeValue {
  return { DataType: "String", StringValue: JSON.stringify(origin) };
}

/**
 * Reads an origin, or gives undefined for anything that is none. Regions are applied at different times, so old code meets new origins. A
 * later version may add fields, and never changes the meaning of one. Fields that are unknown here are passed over.
 */
export function decodeOrigin(value: string | undefined): Origin | undefined {
  const fields = parseObject(value);
  if (fields === undefined) return undefined;
  const { v, home, id, sent, sender, sequence, dedup, key, owner, taken } = fields;
  if (!isWholeNumber(v) || v < 1 || !isWholeNumber(sent)) return undefined;
  if (!isFilled(home) || !isFilled(id) || !isFilled(sender)) return undefined;
  return {
    v,
    home,
    id,
    sent,
    sender,
    ...(isFilled(sequence) ? { sequence } : {}),
    ...(isFilled(dedup) ? { dedup } : {}),
    ...(isFilled(key) ? { key } : {}),
    ...(isFilled(owner) ? { owner } : {}),
    ...(isWholeNumber(taken) ? { taken } : {}),
  };
}

/**
 * The same origin with the mark of a region, or undefined for anything that is no origin, or that cannot be written: what was parsed may be
 * nested more deeply than what can be. What a later version has added to the origin is kept.
 */
export function markedOrigin(value: string | undefined, owner: string): string | undefined {
  if (decodeOrigin(value) === undefined) return undefined;
  try {
    return JSON.stringify({ ...parseObject(value), owner });
  } catch {
    return undefined;
  }
}

/** The origin that a message carries, if any. */
export function originIn(message: Message): Origin | undefined {
  return decodeOrigin(message.attributes[ORIGIN_ATTRIBUTE]?.StringValue);
}

function parseObject(value: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isFilled(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
