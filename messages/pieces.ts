import { QUEUE_MAX_MESSAGE_BYTES } from "../core/limits";
import { identified } from "./deduplication";
import type { Message } from "./message";

/** Name of the message attribute that every piece of a message carries, and no other message may. */
export const PIECE_ATTRIBUTE = "sqs-multi-region.piece";

/** Version that this code writes. */
const PIECE_VERSION = 1;

/** Leaves room for the attribute. */
const PIECE_BODY_BYTES = QUEUE_MAX_MESSAGE_BYTES - 1_024;

/**
 * A message as several that any queue takes, whatever is wrong with the message: too large, or with contents that SQS refuses. The bodies
 * of the pieces, in the order of their numbers, are one JSON text in ASCII: `{ body, attributes: { <name>: { dataType, stringValue or
 * binaryValue in base64 } }, traceHeader, groupId }`. The attribute {@link PIECE_ATTRIBUTE} says which piece it is: `{ v, of, number,
 * count }`, numbers from 1. The pieces of one message are the same whenever they are made.
 * @param of id of the message on the queue that it was on
 */
export function piecesOf(message: Message, of: string): readonly Message[] {
  const text = asciiOf(message);
  const count = Math.ceil(text.length / PIECE_BODY_BYTES);
  return Array.from({ length: count }, (_, index): Message => {
    const piece: Message = {
      body: text.slice(index * PIECE_BODY_BYTES, (index + 1) * PIECE_BODY_BYTES),
      attributes: {
        [PIECE_ATTRIBUTE]: {
          DataType: "String",
          StringValue: JSON.stringify({ v: PIECE_VERSION, of, number: index + 1, count }),
        },
      },
      ...(message.groupId === undefined ? {} : { groupId: message.groupId }),
    };
    return message.deduplicationId === undefined
      ? piece
      : identified(piece, `${message.deduplicationId}.${index + 1}`);
  });
}

/** Whether a message claims to be a piece of another one. */
export function isPiece({ attributes }: Message): boolean {
  return Object.hasOwn(attributes, PIECE_ATTRIBUTE);
}

/** Of text in ASCII a character is a byte, and SQS takes all that JSON leaves unescaped. */
function asciiOf({ body, attributes, traceHeader, groupId }: Message): string {
  const plain = Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      BinaryValue === undefined
        ? { dataType: DataType, stringValue: StringValue }
        : { dataType: DataType, binaryValue: Buffer.from(BinaryValue).toString("base64") },
    ]),
  );
  return JSON.stringify({ body, attributes: plain, traceHeader, groupId }).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
