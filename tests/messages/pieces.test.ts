import { readFileSync } from "node:fs";
import path from "node:path";
import type { Message as SdkMessage } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { QUEUE_MAX_MESSAGE_BYTES } from "../../core/limits";
import { entryOf, messageOf } from "../../messages/message";
import { isPiece, piecesOf } from "../../messages/pieces";
import { messageBytes } from "../../messages/size";
import { anyRecord } from "../replicator/records";

const PAGE = path.join(__dirname, "../../docs/modes.md");
const [, code = ""] = /^```js\n(.*?)^```$/ms.exec(readFileSync(PAGE, "utf8")) ?? [];
/** As docs/modes.md shows it. */
const joined = new Function(`${code} return joined;`)() as (
  messages: readonly SdkMessage[],
  of: string,
) => unknown;

const received = (pieces: ReturnType<typeof piecesOf>): SdkMessage[] =>
  pieces.map((piece) => {
    const { MessageBody, MessageAttributes } = entryOf(piece, "");
    return { Body: MessageBody, MessageAttributes } as SdkMessage;
  });

test("any message is put together again by what the documentation shows, in any order and with repeats", () => {
  fc.assert(
    fc.property(anyRecord, fc.string({ unit: "binary" }), fc.nat(800_000), (record, odd, length) => {
      const message = messageOf({
        ...record,
        body: `${record.body}${odd}${"ab\uD800\u0000".repeat(length / 4)}`,
      });
      const pieces = piecesOf(message, "this");
      const others = received(piecesOf({ ...message, body: "another" }, "that"));
      const all = [...received(pieces).reverse(), ...others, ...received(pieces)];
      expect(joined(all, "this")).toEqual({
        ...message,
        attributes: Object.fromEntries(
          Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
            name,
            BinaryValue === undefined
              ? { dataType: DataType, stringValue: StringValue }
              : { dataType: DataType, binaryValue: Buffer.from(BinaryValue).toString("base64") },
          ]),
        ),
      });
      for (const piece of pieces) {
        expect(messageBytes(piece)).toBeLessThanOrEqual(QUEUE_MAX_MESSAGE_BYTES);
        expect(piece.body).toMatch(/^[ -~]+$/);
        expect(isPiece(piece)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test("pieces of one message have the same deduplication ids whenever they are made, each its own", () => {
  const message = {
    body: "x".repeat(600_000),
    attributes: {},
    groupId: "g",
    deduplicationId: "a".repeat(64),
  };
  const ids = piecesOf(message, "id").map(({ deduplicationId }) => deduplicationId);
  expect(piecesOf(message, "id").map(({ deduplicationId }) => deduplicationId)).toEqual(ids);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[a-f0-9.]{1,128}$/);
});

test("what only looks like one is none", () => {
  expect(isPiece({ body: "", attributes: {} })).toBe(false);
  expect(isPiece({ body: "", attributes: { piece: { DataType: "String", StringValue: "x" } } })).toBe(false);
});
