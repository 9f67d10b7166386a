import type { SqsAnswer } from "../../sqs-wire";

/** What a request says, whatever its protocol: parts under their names, lists as arrays. */
export type Input = Readonly<Record<string, unknown>>;

export interface Fault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** How a service is spoken to. */
export interface Protocol {
  /** @throws Error when the body is none of the protocol */
  read(body: Buffer): Input;
  /** The answer by which AWS refuses a call. */
  refuse(fault: Fault): SqsAnswer;
}

export function answer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): SqsAnswer {
  const bytes = Buffer.from(body);
  const all = { ...headers, "content-length": String(bytes.byteLength) };
  return { status, rawHeaders: Object.entries(all).flat(), body: bytes };
}

/** A part of a request that is an object; empty when it is not there. */
export function objectIn(value: unknown): Input {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Input) : {};
}

/** A part of a request that is a list; one element of XML may stand for a list of one. */
export function listIn(value: unknown): readonly unknown[] {
  if (value === undefined || value === null || value === "") return [];
  return Array.isArray(value) ? value : [value];
}

/** A part of a request that is a text; empty when it is not there. */
export function textIn(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}

/** Tags as a list of objects with `Key` and `Value`. */
export function tagList(value: unknown): readonly (readonly [string, string])[] {
  return listIn(value).map((tag) => {
    const { Key, Value } = objectIn(tag);
    return [textIn(Key), textIn(Value)] as const;
  });
}

/** Tags as a map. */
export function tagMap(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(objectIn(value)).map(([key, text]) => [key, textIn(text)] as const);
}

/** Texts of a list. */
export function texts(value: unknown): readonly string[] {
  return listIn(value).map(textIn);
}

/** A JSON document inside of a request. What is none is empty here, and refused by the service. */
export function documentIn(value: unknown): Input {
  try {
    return objectIn(JSON.parse(textIn(value)));
  } catch {
    return {};
  }
}
