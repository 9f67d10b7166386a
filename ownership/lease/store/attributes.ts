import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** An item of a table, as the SDK has it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** What items are made of. A field that is undefined is left out. */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [name: string]: Plain | undefined };

/** Whole numbers as DynamoDB answers them: without leading zeros, and without an exponent below 38 digits. */
const WHOLE_NUMBER = /^(?:0|[1-9]\d*)$/;
/** The deepest that an item of any kind is nested, and as much again for what later versions add. */
const MAX_DEPTH = 8;

export function attributeOf(value: Plain): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (isList(value)) return { L: value.map(attributeOf) };
  return { M: attributesOf(value) };
}

export function attributesOf(values: {
  readonly [name: string]: Plain | undefined;
}): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, attributeOf(value)]],
    ),
  );
}

/**
 * The value of an attribute. What no item of this project holds becomes `null`: sets, binary values, and whatever is nested too deep. A number
 * that is not whole becomes `NaN`.
 */
function plain(attribute: unknown, depth = 0): unknown {
  if (typeof attribute !== "object" || attribute === null || depth > MAX_DEPTH) return null;
  const { S, N, BOOL, L, M } = attribute as Readonly<Record<string, unknown>>;
  if (typeof S === "string") return S;
  if (typeof N === "string") return WHOLE_NUMBER.test(N) ? Number(N) : Number.NaN;
  if (typeof BOOL === "boolean") return BOOL;
  if (Array.isArray(L)) return L.map((entry) => plain(entry, depth + 1));
  return typeof M === "object" && M !== null ? plainFields(M, depth + 1) : null;
}

/** The values of all attributes of an item, or of a map. */
export function plainFields(attributes: object, depth = 0): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, plain(attribute, depth)]),
  );
}

/** `Array.isArray` does not tell a readonly list from other types. */
function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
