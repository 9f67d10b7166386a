import { randomUUID } from "node:crypto";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { PRODUCER_KEY_ATTRIBUTE } from "../../messages/producer-key";

/**
 * A new producer key: the time and a random id. Give the key to one message, as the attribute {@link PRODUCER_KEY_ATTRIBUTE}. When the
 * answer of a region got lost, send the message to a second region with the same key, body and attributes: the ledger knows both for one.
 * It counts for 15 minutes.
 * @param now the clock, in epoch milliseconds
 */
export function producerKey(now: number = Date.now()): string {
  return `${now}.${randomUUID()}`;
}

/** The message attribute that carries a producer key: spread it into the attributes of a message. */
export function producerKeyAttribute(
  key: string = producerKey(),
): Readonly<Record<string, MessageAttributeValue>> {
  return { [PRODUCER_KEY_ATTRIBUTE]: { DataType: "String", StringValue: key } };
}
