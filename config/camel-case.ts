import type { z } from "zod";
import { toCamel } from "../core/spelling";

type CamelKey<K extends string> = K extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelKey<Tail>>}`
  : K;

/** `T` with the keys of its objects in camel case; keys of maps (index signatures) stay. */
export type CamelCased<T> = T extends readonly (infer Item)[]
  ? readonly CamelCased<Item>[]
  : T extends object
    ? { readonly [K in keyof T as K extends string ? CamelKey<K> : K]: CamelCased<T[K]> }
    : T;

/**
 * Renames the keys that a schema defines from the file's spelling (`max_message_size`) to that of code (`maxMessageSize`).
 * Keys that the author chose (queues, tags, regions) are maps in the schema and stay as they are.
 */
export function camelCased<S extends z.ZodType>(schema: S, value: z.output<S>): CamelCased<z.output<S>> {
  return rename(schema as unknown as Definition, value) as CamelCased<z.output<S>>;
}

interface Definition {
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, Definition>>;
    readonly valueType?: Definition;
    readonly innerType?: Definition;
    readonly element?: Definition;
    readonly options?: readonly (Definition & { safeParse(value: unknown): { success: boolean } })[];
  };
}

function rename({ def }: Definition, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  switch (def.type) {
    case "object":
      return Object.fromEntries(entries.map(([key, item]) => [toCamel(key), rename(def.shape![key]!, item)]));
    case "record":
      return Object.fromEntries(entries.map(([key, item]) => [key, rename(def.valueType!, item)]));
    case "array":
      return (value as readonly unknown[]).map((item) => rename(def.element!, item));
    case "union":
      return rename(def.options!.find((option) => option.safeParse(value).success)!, value);
    default:
      return rename(def.innerType!, value);
  }
}
