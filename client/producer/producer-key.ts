import { randomUUID } from "node:crypto";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { PRODUCER_KEY_ATTRIBUTE } from "../../messages/producer-key";

/**
 * A new producer key: the time and a random id. Give it to a message as the attribute {@link PRODUCER_KEY_ATTRIBUTE}, and to no other
 * message: when the same message, with the same key, body and attributes, is sent to a second region because the answer of the
 * first got lost, the ledger knows both for one. It counts for 15 minutes.
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
