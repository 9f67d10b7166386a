import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { Message } from "./message";

/**
 * Bytes of a message as SQS counts them: the body, and name, type and value of every message attribute. Trace header, group id
 * and the base64 of the wire do not count:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html
 */
export function messageBytes(message: Message): number {
  return Object.entries(message.attributes).reduce(
    (bytes, [name, attribute]) => bytes + attributeBytes(name, attribute),
    Buffer.byteLength(message.body),
  );
}

export function attributeBytes(name: string, attribute: MessageAttributeValue): number {
  return (
    Buffer.byteLength(name) +
    Buffer.byteLength(attribute.DataType ?? "") +
    Buffer.byteLength(attribute.StringValue ?? "") +
    (attribute.BinaryValue?.byteLength ?? 0)
  );
}
