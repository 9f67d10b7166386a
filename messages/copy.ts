import type { SQSRecord } from "aws-lambda";
import { identified } from "./deduplication";
import { type Message, messageOf } from "./message";
import { decodeOrigin, ORIGIN_ATTRIBUTE, type Origin } from "./origin";

/**
 * The message in a record of an outbox or standby queue, for the next queue on its way. A message that had no room for its origin came
 * under the deduplication id that its origin would have given it, and goes on under it.
 * @param idOf on FIFO queues: the deduplication id on the next queue
 */
export function copyOf(record: SQSRecord, idOf: ((origin: Origin) => string) | undefined): Message {
  const message = messageOf(record);
  if (idOf === undefined) return message;
  const origin = originOn(record);
  const id = origin === undefined ? record.attributes.MessageDeduplicationId : idOf(origin);
  return id === undefined ? message : identified(message, id);
}

/** The origin that a record carries, if any. */
export function originOn({ messageAttributes }: SQSRecord): Origin | undefined {
  return decodeOrigin(messageAttributes[ORIGIN_ATTRIBUTE]?.stringValue);
}
