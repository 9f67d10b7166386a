import { createHash } from "node:crypto";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { Message } from "../messages/message";
import { ORIGIN_ATTRIBUTE } from "../messages/origin";
import { PRODUCER_KEY_ATTRIBUTE } from "../messages/producer-key";

const OURS: readonly string[] = [ORIGIN_ATTRIBUTE, PRODUCER_KEY_ATTRIBUTE];

/**
 * What a producer put into a message, as 64 hexadecimal digits. Every language computes the same:
 *
 * SHA-256 over a sequence of fields, each as the number of its bytes (four bytes, unsigned, the most significant first) and then
 * its bytes. The first field is the body. For every message attribute but `sqs-multi-region.origin` and `sqs-multi-region.key`
 * follow three: its name, its data type with the custom label (`Number.money`), and its value. Attributes are sorted by the bytes of
 * their names. Text is UTF-8; the value of a Binary is its bytes, without base64; a Number is the text that SQS delivers.
 *
 * Trace header, group and deduplication id are no part of it: a producer that sends a message again may give others.
 */
export function contentDigest({ body, attributes }: Message): string {
  const hash = createHash("sha256");
  const field = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    hash.update(length).update(bytes);
  };
  field(Buffer.from(body));
  const theirs = Object.entries(attributes)
    .filter(([name]) => !OURS.includes(name))
    .map(([name, attribute]) => ({ name: Buffer.from(name), attribute }))
    .sort((one, other) => Buffer.compare(one.name, other.name));
  for (const { name, attribute } of theirs) {
    field(name);
    field(Buffer.from(attribute.DataType ?? ""));
    field(valueBytes(attribute));
  }
  return hash.digest("hex");
}

function valueBytes({ BinaryValue, StringValue }: MessageAttributeValue): Uint8Array {
  return BinaryValue ?? Buffer.from(StringValue ?? "");
}
