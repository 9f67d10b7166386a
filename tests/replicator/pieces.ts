import type { SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import { PIECE_ATTRIBUTE } from "../../messages/pieces";
import type { ModelQueue } from "./model-sqs";

/** A message as its pieces tell it. */
export interface Told {
  readonly body: string;
  readonly attributes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly traceHeader?: string;
  readonly groupId?: string;
}

/**
 * By id of the message, what is in the pieces on a dead-letter queue, as somebody reads them who knows the documentation. Of what is not
 * there to the last piece nothing can be read.
 */
export function readPieces(
  entries: readonly Omit<SendMessageBatchRequestEntry, "Id">[],
): ReadonlyMap<string, Told> {
  const texts = new Map<string, (string | undefined)[]>();
  for (const { MessageAttributes, MessageBody } of entries) {
    const piece = MessageAttributes?.[PIECE_ATTRIBUTE];
    if (piece === undefined) continue;
    const { v, of, number, count } = JSON.parse(piece.StringValue!);
    expect([v, Object.keys(MessageAttributes!)]).toEqual([1, [PIECE_ATTRIBUTE]]);
    const all = texts.get(of) ?? Array(count).fill(undefined);
    texts.set(of, all.with(number - 1, MessageBody));
  }
  return new Map(
    [...texts].flatMap(([of, all]) => (all.includes(undefined) ? [] : [[of, JSON.parse(all.join(""))]])),
  );
}

/** Messages that a dead-letter queue ever got, each as it was sent, also those that came in pieces. */
export function wholeEntries(
  entries: readonly SendMessageBatchRequestEntry[],
): readonly SendMessageBatchRequestEntry[] {
  return [
    ...entries.filter(({ MessageAttributes }) => MessageAttributes?.[PIECE_ATTRIBUTE] === undefined),
    ...[...readPieces(entries)].map(([Id, told]) => entryOfTold(Id, told)),
  ];
}

function entryOfTold(
  Id: string,
  { body, attributes, traceHeader, groupId }: Told,
): SendMessageBatchRequestEntry {
  const values = Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
    name,
    binaryValue === undefined
      ? { DataType: dataType, StringValue: stringValue }
      : { DataType: dataType, BinaryValue: Buffer.from(binaryValue, "base64") },
  ]);
  const trace = { DataType: "String", StringValue: traceHeader };
  return {
    Id,
    MessageBody: body,
    ...(values.length === 0 ? {} : { MessageAttributes: Object.fromEntries(values) }),
    ...(traceHeader === undefined ? {} : { MessageSystemAttributes: { AWSTraceHeader: trace } }),
    ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
  };
}

/** Their bodies. */
export function deadBodies({ log }: ModelQueue): readonly string[] {
  return wholeEntries(log.map(({ entry }) => entry)).map(({ MessageBody = "" }) => MessageBody);
}
