import type { Message as SdkMessage } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { type Message, messageOf } from "../messages/message";

/**
 * A message as a consumer holds it: a record of a Lambda event, or what ReceiveMessage gave. For the latter ask for all message
 * attributes (`MessageAttributeNames: ["All"]`): what was not asked for is missing in the message and in what is told from it.
 */
export type Received = SQSRecord | SdkMessage;

/** The message in either form. */
export function receivedMessage(received: Received): Message {
  if (isRecord(received)) return messageOf(received);
  return { body: received.Body ?? "", attributes: received.MessageAttributes ?? {} };
}

/** How often the message has been received, this time included. 1 where ReceiveMessage was not asked for `ApproximateReceiveCount`. */
export function receiveCountOf(received: Received): number {
  const { ApproximateReceiveCount = "1" } = isRecord(received)
    ? received.attributes
    : (received.Attributes ?? {});
  return Number(ApproximateReceiveCount);
}

function isRecord(received: Received): received is SQSRecord {
  return "messageId" in received;
}
