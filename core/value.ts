declare const held: unique symbol;

/**
 * A setting that may be known here, or be a variable of a module that Terraform alone knows. Only the functions of `expression.ts` look
 * into one: they compute where the value is known, and write down what Terraform is to compute where it is not. So one construct makes
 * a stack and a module.
 *
 * What TypeScript would answer for known values alone does not compile: a comparison, a choice, arithmetic, a length. In a choice and
 * before `&&` a value is a function that nobody has called, or a promise that nobody has waited for. The compiler refuses both.
 */
export type Value<T> = Opaque<T> & ((nobody: never) => never);

declare class Opaque<out T> {
  private constructor();
  private readonly [held]: T;
  private readonly length: never;
  private readonly name: never;
  private readonly toString: never;
  private readonly valueOf: never;
  private readonly call: never;
  private readonly apply: never;
  private readonly bind: never;
  /** To a choice, what a function returns is a promise that nobody has waited for. */
  // biome-ignore lint/suspicious/noThenProperty: nothing of this class is ever made.
  private then(done: (value: never) => unknown): never;
}

/** Decided here or by Terraform. */
export type Condition = Value<boolean>;

/** What the functions of `expression.ts` take: what is known for certain, or may be known. */
export type Operand<T> = T | Value<T>;

type Leaf = string | number | boolean | null | readonly unknown[];

/** What a module has as a whole: maps whose keys are the author's own words, and what is one of several kinds of object. */
type Whole = "policies" | "queuePolicyStatements" | "billing";

/**
 * `T` with values for its leaves, in what is optional as well. A list is a leaf, and so is a map of leaves; in a map of objects, each object
 * has its values.
 */
export type Values<T> = undefined extends T ? Valued<Exclude<T, undefined>> | undefined : Valued<T>;

type Valued<T> = [T] extends [Value<unknown>]
  ? T
  : [T] extends [Leaf]
    ? Value<T>
    : T extends object
      ? string extends keyof T
        ? T extends Readonly<Record<string, infer Item>>
          ? [Item] extends [Leaf]
            ? Value<T>
            : Readonly<Record<string, Values<Item>>>
          : never
        : { readonly [K in keyof T]: K extends Whole ? Value<T[K]> : Values<T[K]> }
      : T;

/** `T` with what its values are of: the other way round. */
export type Plain<T> =
  T extends Value<infer U>
    ? Plain<U>
    : T extends Leaf
      ? T extends readonly (infer Item)[]
        ? readonly Plain<Item>[]
        : T
      : T extends object
        ? { readonly [K in keyof T]: Plain<T[K]> }
        : T;

/** What a `T` may be written with: values may stand for any part of it. */
export type Written<T> =
  | Value<T>
  | (T extends Leaf
      ? T extends readonly (infer Item)[]
        ? readonly Written<Item>[]
        : T
      : T extends object
        ? { readonly [K in keyof T]: Written<T[K]> }
        : T);

/** What is noted of a formula beside its text. */
export interface FormulaNotes {
  /** A symbol that only this formula knows, and its variable there. */
  readonly variable?: { readonly symbol: string; readonly name: string };
  /** What says the opposite, of a condition. */
  readonly opposite?: unknown;
  /** The value that a condition asks for, whether it was given. */
  readonly asksFor?: unknown;
  /** Name of the local in which a module notes it, so that it is written once. */
  readonly local?: string;
  /** Under which condition the block is there that this is an argument of. */
  readonly blockCondition?: unknown;
}

/** What a value is that Terraform alone knows: texts of its language with values between them. */
export class Formula {
  constructor(
    readonly texts: readonly string[],
    readonly values: readonly unknown[] = [],
    readonly notes: FormulaNotes = {},
  ) {}

  /** A text that refers to the formula, and holds all of it. */
  toString(): string {
    const isReference = this.values.length === 0 && Object.keys(this.notes).length === 0;
    return isReference
      ? `\${${this.texts.join("")}}`
      : `\${${MARK}${encodeURIComponent(JSON.stringify(coded(this)))}}`;
  }

  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new Error(
      `${this}: Terraform alone knows this value; compute with the functions of core/expression`,
    );
  }

  toJSON(): never {
    throw new Error(`${this}: Terraform alone knows this value; make JSON with json() of core/expression`);
  }
}

/** An element of a list, or a field of an object, that is there under a condition which Terraform decides. */
export class Given {
  constructor(
    readonly condition: unknown,
    readonly value: unknown,
  ) {}
}

/** Elements of a list that Terraform alone knows. */
export class Spread {
  constructor(readonly list: unknown) {}
}

/** Begins what refers to more than a variable, a local or an attribute. */
const MARK = "=";
/** Neither kind of reference has braces of its own. */
const REFERENCE = /\$\{([^{}]*)\}/g;

/** A part of a text: as it is, or what it refers to. */
export type TextPart = string | Formula;

/** A text split at its references. */
export function partsOf(text: string): readonly TextPart[] {
  return text
    .split(REFERENCE)
    .map((part, index) => (index % 2 === 1 ? referred(part) : part))
    .filter((part) => part !== "");
}

function referred(reference: string): Formula {
  if (!reference.startsWith(MARK)) return new Formula([reference]);
  return decoded(JSON.parse(decodeURIComponent(reference.slice(MARK.length)))) as Formula;
}

type Code = string | number | boolean | null | readonly [tag: string, ...parts: readonly unknown[]];

function coded(value: unknown): Code {
  if (value === undefined) return ["nothing"];
  if (value === null || typeof value !== "object") return value as Code;
  if (value instanceof Given) return ["given", coded(value.condition), coded(value.value)];
  if (value instanceof Spread) return ["spread", coded(value.list)];
  if (value instanceof Formula)
    return ["formula", value.texts, value.values.map(coded), coded({ ...value.notes })];
  if (Array.isArray(value)) return ["list", ...value.map(coded)];
  return ["object", ...Object.entries(value).map(([key, item]) => [key, coded(item)])];
}

function decoded(code: unknown): unknown {
  if (!Array.isArray(code)) return code;
  const [tag, ...parts] = code as [string, ...unknown[]];
  switch (tag) {
    case "given":
      return new Given(decoded(parts[0]), decoded(parts[1]));
    case "spread":
      return new Spread(decoded(parts[0]));
    case "formula":
      return new Formula(
        parts[0] as readonly string[],
        (parts[1] as readonly unknown[]).map(decoded),
        decoded(parts[2]) as FormulaNotes,
      );
    case "list":
      return parts.map(decoded);
    case "object":
      return Object.fromEntries(
        (parts as readonly (readonly [string, unknown])[]).map(([key, item]) => [key, decoded(item)]),
      );
    default:
      return undefined;
  }
}

/** Whether two values are written the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(coded(one)) === JSON.stringify(coded(other));
}

/** Whether a value is known here, down to the leaves of lists and objects. */
export function isKnown(value: unknown): boolean {
  if (typeof value === "string") return !value.includes("${");
  if (value === null || typeof value !== "object") return true;
  if (value instanceof Formula || value instanceof Given || value instanceof Spread) return false;
  return Object.entries(value).every(([key, item]) => isKnown(key) && isKnown(item));
}
