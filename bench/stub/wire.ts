import { createHash } from "node:crypto";
import type { SQSRecord } from "aws-lambda";
import { eventOf, HOME } from "../worker/events";

/** What the stub needs to know of a request; it parses no more than this. */
export interface WireRequest {
  /** Without the prefix of the protocol: `SendMessageBatch`, `BatchGetItem`. */
  readonly operation: string;
  /** Region of the credential scope: the one that the caller believes to talk to. */
  readonly region: string;
  readonly body: Buffer;
}

/** Takes the first whole request off the bytes of a connection, or gives undefined when there is none yet. */
export function takeRequest(
  bytes: Buffer,
): { readonly request: WireRequest; readonly rest: Buffer } | undefined {
  const headEnd = bytes.indexOf(END_OF_HEAD);
  if (headEnd < 0) return undefined;
  const head = bytes.toString("latin1", 0, headEnd);
  const bodyStart = headEnd + END_OF_HEAD.length;
  const bodyEnd = bodyStart + Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0);
  if (bytes.length < bodyEnd) return undefined;
  return {
    request: {
      operation: OPERATION.exec(head)?.[1] ?? "",
      region: REGION.exec(head)?.[1] ?? "",
      body: bytes.subarray(bodyStart, bodyEnd),
    },
    rest: bytes.subarray(bodyEnd),
  };
}

/** Length of the first whole response in the bytes of a connection, or undefined when there is none yet. */
export function responseLength(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf(END_OF_HEAD);
  if (headEnd < 0) return undefined;
  const contentLength = CONTENT_LENGTH.exec(bytes.toString("latin1", 0, headEnd))?.[1] ?? 0;
  const length = headEnd + END_OF_HEAD.length + Number(contentLength);
  return bytes.length < length ? undefined : length;
}

/** An answer of SQS, ready for the wire, and what it says. */
export interface WireAnswer {
  readonly bytes: Buffer;
  readonly queueUrl: string;
  /** Messages that the queue took. */
  readonly messages: number;
}

interface SentMessage {
  readonly Id?: string;
  readonly MessageBody: string;
  readonly MessageAttributes?: Readonly<Record<string, WireAttribute>>;
}

/** A message attribute as JSON carries it: binary values in base64. */
export interface WireAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/**
 * Answers a request as SQS does that takes everything, and always has ten copies to give, or as DynamoDB does for the ledger. Gives
 * undefined for an operation that it does not know.
 */
export function answerTo({ operation, body }: WireRequest): WireAnswer | undefined {
  const input = JSON.parse(body.toString("utf8"));
  const queueUrl = String(input.QueueUrl ?? "");
  const successful = <T extends { readonly Id?: string }>(
    entries: readonly T[],
    more: (entry: T) => object,
  ) => response({ Successful: entries.map((entry) => ({ Id: entry.Id, ...more(entry) })), Failed: [] });
  switch (operation) {
    case "SendMessage":
      return { bytes: response(accepted(input, queueUrl)), queueUrl, messages: 1 };
    case "SendMessageBatch": {
      const entries: readonly SentMessage[] = input.Entries;
      return {
        bytes: successful(entries, (entry) => accepted(entry, queueUrl)),
        queueUrl,
        messages: entries.length,
      };
    }
    case "ReceiveMessage":
      return { bytes: response({ Messages: copies(queueUrl) }), queueUrl, messages: 0 };
    case "GetQueueAttributes":
      return { bytes: response({ Attributes: EMPTY_QUEUE }), queueUrl, messages: 0 };
    case "BatchGetItem":
      return { bytes: response({ Responses: entries(input.RequestItems) }), queueUrl, messages: 0 };
    case "GetItem":
      return { bytes: response({ Item: openPass() }), queueUrl, messages: 0 };
    case "DeleteMessageBatch":
    case "ChangeMessageVisibilityBatch":
      return { bytes: successful(input.Entries, () => ({})), queueUrl, messages: 0 };
    default:
      return undefined;
  }
}

/** The answer to what the stub does not know. */
export function unknownOperation(): Buffer {
  return response({ __type: "com.amazonaws.sqs#UnsupportedOperation" }, "400 Bad Request");
}

export function md5OfBody(body: string): string {
  return createHash("md5").update(body).digest("hex");
}

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Readonly<Record<string, WireAttribute>>): string {
  const hash = createHash("md5");
  const add = (value: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(value.length);
    hash.update(length).update(value);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { DataType, StringValue, BinaryValue } = attributes[name]!;
    const isBinary = DataType.startsWith("Binary");
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Buffer.of(isBinary ? 2 : 1));
    add(isBinary ? Buffer.from(BinaryValue ?? "", "base64") : Buffer.from(StringValue ?? ""));
  }
  return hash.digest("hex");
}

const END_OF_HEAD = "\r\n\r\n";
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;
const OPERATION = /\r\nx-amz-target: *(?:AmazonSQS|DynamoDB_\d+)\.(\w+)/i;
const REGION = /Credential=[^/]+\/\d+\/([^/]+)\/(?:sqs|dynamodb)\//;

/** Name of the ledger in which everything is processed; in every other one nothing is. */
export const FULL_LEDGER = "full";
const PASS_MS = 30_000;
const NEVER_SECONDS = "9999999999";
const EMPTY_QUEUE = {
  ApproximateNumberOfMessages: "0",
  ApproximateNumberOfMessagesDelayed: "0",
  ApproximateNumberOfMessagesNotVisible: "0",
};

const MESSAGE_ID = "5fea7756-0ea4-451a-a703-a558b933e274";
const SEQUENCE_NUMBER = "18849496460467696128";

function accepted({ MessageBody, MessageAttributes }: SentMessage, queueUrl: string): object {
  return {
    MessageId: MESSAGE_ID,
    MD5OfMessageBody: md5OfBody(MessageBody),
    ...(MessageAttributes === undefined
      ? {}
      : { MD5OfMessageAttributes: md5OfAttributes(MessageAttributes) }),
    ...(queueUrl.endsWith(".fifo") ? { SequenceNumber: SEQUENCE_NUMBER } : {}),
  };
}

/** Ten copies as a standby queue gives them, on FIFO queues each in a group of its own. */
function copies(queueUrl: string): readonly object[] {
  const groups = queueUrl.endsWith(".fifo") ? { groups: 10 } : {};
  const shape = { records: 10, bodyBytes: 1_000, hasAttributes: true, hasOrigin: true, ...groups };
  return eventOf(shape).Records.map((record: SQSRecord) => ({
    MessageId: record.messageId,
    ReceiptHandle: record.receiptHandle,
    Body: record.body,
    MD5OfBody: record.md5OfBody,
    Attributes: record.attributes,
    MessageAttributes: Object.fromEntries(
      Object.entries(record.messageAttributes).map(([name, { dataType, stringValue }]) => [
        name,
        { DataType: dataType, StringValue: stringValue },
      ]),
    ),
  }));
}

type Keys = Readonly<Record<string, { readonly Keys: readonly object[] }>>;

function entries(tables: Keys): object {
  const entry = { status: { S: "COMPLETED" }, expiration: { N: NEVER_SECONDS } };
  return Object.fromEntries(
    Object.entries(tables).map(([name, { Keys }]) => [
      name,
      name === FULL_LEDGER ? Keys.map((key) => ({ ...key, ...entry })) : [],
    ]),
  );
}

/** A pass of which the drainer's region has just been told that it owns the home. */
function openPass(): object {
  const until = { N: String(Date.now() + PASS_MS) };
  return { kind: { S: "pass" }, v: { N: "1" }, [HOME]: { M: { epoch: { N: "1" }, until } } };
}

function response(body: object, status = "200 OK"): Buffer {
  const json = JSON.stringify(body);
  return Buffer.from(
    [
      `HTTP/1.1 ${status}`,
      "Content-Type: application/x-amz-json-1.0",
      `Date: ${new Date().toUTCString()}`,
      `Content-Length: ${Buffer.byteLength(json)}`,
      `x-amzn-RequestId: ${MESSAGE_ID}`,
      "",
      json,
    ].join("\r\n"),
  );
}
