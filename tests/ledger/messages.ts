import type { Message as SdkMessage } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { messageOf } from "../../messages/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, type Origin } from "../../messages/origin";
import { SENT, sqsRecord, stringAttribute } from "../replicator/records";

export const ORIGIN: Origin = {
  v: 1,
  home: "us-east-1",
  id: "5fea7756-0ea4-451a-a703-a558b933e274",
  sent: SENT,
  sender: "AROAEXAMPLE:producer",
};

/** A record of a work queue, with its origin. */
export function workRecord(
  origin: Partial<Origin> = {},
  parts: Parameters<typeof sqsRecord>[0] = {},
): SQSRecord {
  return sqsRecord({
    eventSourceARN: "arn:aws:sqs:us-east-1:111122223333:orders",
    ...parts,
    messageAttributes: {
      [ORIGIN_ATTRIBUTE]: stringAttribute(encodeOrigin({ ...ORIGIN, ...origin }).StringValue ?? ""),
      ...parts.messageAttributes,
    },
  });
}

/** The same message as ReceiveMessage gives it. */
export function asReceived(record: SQSRecord): SdkMessage {
  return {
    MessageId: record.messageId,
    ReceiptHandle: record.receiptHandle,
    Body: record.body,
    Attributes: { ApproximateReceiveCount: record.attributes.ApproximateReceiveCount },
    MessageAttributes: messageOf(record).attributes,
  };
}

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const label = fc.constantFrom("", ".x", ".money");
const anyAttribute = fc.oneof(
  fc.tuple(label, fc.string({ unit: "grapheme" })).map(([more, value]) => ({
    DataType: `String${more}`,
    StringValue: value,
  })),
  fc.tuple(label, fc.integer()).map(([more, value]) => ({
    DataType: `Number${more}`,
    StringValue: String(value),
  })),
  fc.tuple(label, fc.uint8Array({ maxLength: 6 })).map(([more, value]) => ({
    DataType: `Binary${more}`,
    BinaryValue: value,
  })),
);

/** A message with up to nine attributes of the producer's. */
export const anyMessage = fc.record({
  body: fc.string({ unit: "grapheme" }),
  attributes: fc.dictionary(name, anyAttribute, { maxKeys: 9 }),
});
