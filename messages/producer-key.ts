import type { SQSRecord } from "aws-lambda";
import { PRODUCER_KEY_MAX_LENGTH, PRODUCER_KEY_TOLERANCE_SECONDS } from "../core/limits";

/** Name of the message attribute that carries a producer key. */
export const PRODUCER_KEY_ATTRIBUTE = "sqs-multi-region.key";

/** `<epoch milliseconds>.<random id>`, the id long enough that nobody else draws the same. */
const PRODUCER_KEY = /^([1-9]\d{0,15})\.[A-Za-z0-9_-]{16,}$/;

/**
 * The key that a producer gave a message, so that a send repeated in another region is the same message. Gives undefined unless it
 * is a String of the form above whose time stamp is within fifteen minutes, either way, of the moment when the ingress queue took
 * the message. That moment and not now: a backlog does not age a key. An old key is one that somebody sends a second time on
 * purpose, such as a consumer that republishes a message, and what it is on must be processed again.
 */
export function producerKeyOf(record: SQSRecord): string | undefined {
  const attribute = record.messageAttributes[PRODUCER_KEY_ATTRIBUTE];
  const key = attribute?.dataType === "String" ? attribute.stringValue : undefined;
  if (key === undefined || key.length > PRODUCER_KEY_MAX_LENGTH) return undefined;
  const time = PRODUCER_KEY.exec(key)?.[1];
  const apartMs = Math.abs(Number(time) - Number(record.attributes.SentTimestamp));
  return apartMs <= PRODUCER_KEY_TOLERANCE_SECONDS * 1_000 ? key : undefined;
}
