import { createHash } from "node:crypto";
import type { SQSEvent, SQSMessageAttribute, SQSRecord } from "aws-lambda";
import { encodeOrigin, ORIGIN_ATTRIBUTE, originOf } from "../../messages/origin";

/** What an event of Lambda looks like. */
export interface EventShape {
  readonly records: number;
  readonly bodyBytes: number;
  /** Two message attributes, as many producers send, or none. */
  readonly hasAttributes: boolean;
  /** Whether they carry an origin, as on outboxes. @default they do not, as on ingress queues */
  readonly hasOrigin?: boolean;
  /** Groups of a FIFO queue over which the records are spread in turn. @default a standard queue */
  readonly groups?: number;
}

export const HOME = "us-east-1";
export const PEER = "us-west-2";

/** An event as Lambda makes it of messages on a queue; the same shape gives the same event, but for its time. */
export function eventOf(shape: EventShape, now: number = Date.now()): SQSEvent {
  return { Records: Array.from({ length: shape.records }, (_, index) => recordOf(shape, index, now)) };
}

function recordOf(shape: EventShape, index: number, now: number): SQSRecord {
  const { bodyBytes, hasAttributes, hasOrigin = false, groups } = shape;
  const body = `{"order":${index},"note":"`.padEnd(bodyBytes - 2, "abcdefghijklmnopqrstuvwxyz ").concat('"}');
  const digest = createHash("md5").update(body).digest("hex");
  const record: SQSRecord = {
    messageId: `${digest.slice(0, 8)}-0ea4-451a-a703-${String(index).padStart(12, "0")}`,
    // Real ones are several times as long; with these, 10,000 records are below the 6 MB that Lambda admits to an event.
    receiptHandle: digest.repeat(2),
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: String(now),
      SenderId: "AROAEXAMPLEEXAMPLEEXA:producer",
      ApproximateFirstReceiveTimestamp: String(now + 5),
      ...(groups === undefined
        ? {}
        : {
            MessageGroupId: `group-${index % groups}`,
            MessageDeduplicationId: digest,
            SequenceNumber: String(18_849_496_460_467_696_128n + BigInt(index)),
          }),
    },
    messageAttributes: hasAttributes
      ? {
          "correlation-id": attribute("String", `${digest.slice(0, 16)}-${index}`),
          amount: attribute("Number.cents", String(100 + index)),
        }
      : {},
    md5OfBody: digest,
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${HOME}:111122223333:orders-ingress${groups === undefined ? "" : ".fifo"}`,
    awsRegion: HOME,
  };
  const { StringValue = "" } = encodeOrigin(originOf(record, HOME));
  return hasOrigin
    ? {
        ...record,
        messageAttributes: {
          ...record.messageAttributes,
          [ORIGIN_ATTRIBUTE]: attribute("String", StringValue),
        },
      }
    : record;
}

function attribute(dataType: string, stringValue: string): SQSMessageAttribute {
  return { stringValue, stringListValues: [], binaryListValues: [], dataType: dataType as "String" };
}
