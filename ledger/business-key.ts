import { createHash } from "node:crypto";
import { search } from "@aws-lambda-powertools/jmespath";
import { PowertoolsFunctions } from "@aws-lambda-powertools/jmespath/functions";
import type { Message } from "../messages/message";

/** The digest of a message's business key, or undefined when the message has none. */
export type BusinessKey = (message: Message) => string | undefined;

/**
 * Reads a business key by JMESPath, with the functions of Powertools such as `powertools_json`. The expression is applied to a part of the
 * Lambda record: what is the same on every queue that holds the message or a copy, and in every consumer. `{ body, messageAttributes: {
 * <name>: { dataType, stringValue or binaryValue } } }`, binary values in base64. So `messageId` gives nothing, and a key that would be
 * another one in another region cannot be named.
 *
 * Throws for an expression that cannot be read. A message on which it fails, such as a body that is no JSON, has no business key.
 */
export function businessKey(expression: string): BusinessKey {
  checkBusinessKey(expression);
  return (message) => {
    const value = valueIn(message, expression);
    return value === undefined ? undefined : valueDigest(value);
  };
}

/** Throws a plain error for an expression that cannot be read: a fault of whoever wrote it, not of a message. */
export function checkBusinessKey(expression: string): void {
  try {
    valueFrom({ body: "{}", messageAttributes: {} }, expression);
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (!FAULTS_OF_EXPRESSIONS.has(name)) return;
    throw new Error(`business key ${JSON.stringify(expression)} is no JMESPath expression: ${name}`);
  }
}

const FAULTS_OF_EXPRESSIONS: ReadonlySet<string> = new Set([
  "LexerError",
  "ParseError",
  "IncompleteExpressionError",
  "EmptyExpressionError",
  "UnknownFunctionError",
  "ArityError",
  "VariadicArityError",
]);

/**
 * Lists in lists, this one included. How deep a language can go differs, and with the state of its stack: a key must not depend on either.
 */
const MOST_NESTED = 16;

/**
 * A value that names a business object: text that is not empty, a whole number within ±(2⁵³ − 1), or a list of such values, not
 * empty, with lists at most 16 deep. Everything else names none. Above all, a list with a part missing names none: all messages without their order number would
 * be one message, and all but the first would be dropped.
 */
export type BusinessValue = string | number | readonly BusinessValue[];

/**
 * SHA-256, as 64 hexadecimal digits, of the value's text in UTF-8. Every language computes the same. A number is its decimal digits. Text
 * is the number of its bytes, a colon, and itself. A list is its parts, each followed by a comma, in square brackets. The order 4711 of the
 * customer "Zoë" is `[4:Zoë,4711,]`.
 */
export function valueDigest(value: BusinessValue): string {
  return createHash("sha256").update(textOf(value)).digest("hex");
}

function textOf(value: BusinessValue): string {
  if (typeof value === "string") return `${Buffer.byteLength(value)}:${value}`;
  if (typeof value === "number") return String(value === 0 ? 0 : value);
  return `[${value.map((part) => `${textOf(part)},`).join("")}]`;
}

function valueIn(message: Message, expression: string): BusinessValue | undefined {
  const messageAttributes = Object.fromEntries(
    Object.entries(message.attributes).map(([name, { DataType = "", StringValue, BinaryValue }]) => [
      name,
      BinaryValue === undefined
        ? { dataType: DataType, stringValue: StringValue ?? "" }
        : { dataType: DataType, binaryValue: Buffer.from(BinaryValue).toString("base64") },
    ]),
  );
  try {
    const value = valueFrom({ body: message.body, messageAttributes }, expression);
    return isBusinessValue(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function valueFrom(record: Parameters<typeof search>[1], expression: string): unknown {
  return search(expression, record, { customFunctions: new PowertoolsFunctions() });
}

function isBusinessValue(value: unknown, mostNested = MOST_NESTED): value is BusinessValue {
  if (Array.isArray(value)) {
    if (value.length === 0 || mostNested === 0) return false;
    return value.every((part) => isBusinessValue(part, mostNested - 1));
  }
  // Half of a surrogate pair has no UTF-8, and languages put different bytes in its place.
  if (typeof value === "string") return value !== "" && !/\p{Surrogate}/u.test(value);
  return Number.isSafeInteger(value);
}
