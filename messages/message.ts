import type { MessageAttributeValue, SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import type { SQSMessageAttribute, SQSRecord } from "aws-lambda";

/** A message as it travels between queues: everything that a producer put there, nothing that a queue added. */
export interface Message {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** X-Ray trace header that the producer sent along (`AWSTraceHeader`). */
  readonly traceHeader?: string;
  /** Group of a FIFO queue, or the fair-queue key of a standard queue. */
  readonly groupId?: string;
  /** Id by which a FIFO queue knows a repeat. Ours, never the producer's; standard queues refuse it. */
  readonly deduplicationId?: string;
}

/**
 * The message in a record that Lambda received from a queue. The producer's deduplication id is left out: whether two messages are
 * one was decided when the ingress queue took them.
 */
export function messageOf(record: SQSRecord): Message {
  const { AWSTraceHeader: traceHeader, MessageGroupId: groupId } = record.attributes;
  return {
    body: record.body,
    // fromEntries defines own properties, so an attribute may even be called __proto__: a valid name for SQS.
    attributes: Object.fromEntries(
      Object.entries(record.messageAttributes).map(([name, attribute]) => [name, attributeOf(attribute)]),
    ),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(groupId === undefined ? {} : { groupId }),
  };
}

/** The entry of a SendMessageBatch call for a message. */
export function entryOf(message: Message, id: string): SendMessageBatchRequestEntry {
  return {
    Id: id,
    MessageBody: message.body,
    ...(Object.keys(message.attributes).length === 0 ? {} : { MessageAttributes: { ...message.attributes } }),
    ...(message.traceHeader === undefined
      ? {}
      : {
          MessageSystemAttributes: {
            AWSTraceHeader: { DataType: "String", StringValue: message.traceHeader },
          },
        }),
    ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
    ...(message.deduplicationId === undefined ? {} : { MessageDeduplicationId: message.deduplicationId }),
  };
}

/**
 * String, Number and Binary may carry a label of the producer's own (`Number.money`), which is part of the type. Lambda adds
 * empty `stringListValues` and `binaryListValues`; SQS has never implemented them and refuses them in a send:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html
 * An attribute without a value, which SQS does not take from anybody, goes on as it came, for the next queue to judge.
 */
function attributeOf({ dataType, stringValue, binaryValue }: SQSMessageAttribute): MessageAttributeValue {
  return /^Binary(\.|$)/.test(dataType)
    ? { DataType: dataType, BinaryValue: Buffer.from(binaryValue ?? "", "base64") }
    : { DataType: dataType, StringValue: stringValue };
}
