import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { type Received, receivedMessage } from "../ledger/received";
import { ORIGIN_ATTRIBUTE } from "../messages/origin";
import { PRODUCER_KEY_ATTRIBUTE } from "../messages/producer-key";

/**
 * The attributes of a received message, for another message that a consumer makes of it: without origin and producer key. With either, the new
 * message would have the identity of the old one, and the ledger would take it for processed.
 */
export function withoutOrigin(message: Received): Readonly<Record<string, MessageAttributeValue>> {
  const {
    [ORIGIN_ATTRIBUTE]: _origin,
    [PRODUCER_KEY_ATTRIBUTE]: _key,
    ...others
  } = receivedMessage(message).attributes;
  return others;
}
