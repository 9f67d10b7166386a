/** Reading of JSON that other regions, other versions or people have written. Every error names the field, what it must be and what it is. */

export type ParsedFields = Readonly<Record<string, unknown>>;

/** @param name what the text is, as errors call it */
export function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} must be JSON, but it is ${shown(text)}`);
  }
}

/** An object that says its version, 1 or later: a later version may add fields and never changes the meaning of one. */
export function versioned(value: unknown, name: string): ParsedFields {
  const fields = record(value, name);
  if (wholeNumber(fields.v, `${name}.v`) < 1) throw invalid(fields.v, `${name}.v`, "1 or more");
  return fields;
}

export function record(value: unknown, name: string): ParsedFields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as ParsedFields;
  throw invalid(value, name, "an object");
}

/** An object as a map whose values are all alike. */
export function mapOf<T>(
  value: unknown,
  name: string,
  read: (value: unknown, name: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(record(value, name)).map(([key, entry]) => [key, read(entry, `${name}.${key}`)]),
  );
}

/** A count, or a moment in epoch milliseconds. */
export function wholeNumber(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(value, name, "a whole number, 0 or more");
}

export function text(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(value, name, "a string that is not empty");
}

/** A list whose entries are all alike. */
export function listOf<T>(
  value: unknown,
  name: string,
  read: (value: unknown, name: string) => T,
): readonly T[] {
  if (!Array.isArray(value)) throw invalid(value, name, "a list");
  return value.map((entry, index) => read(entry, `${name}.${index}`));
}

export function flag(value: unknown, name: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(value, name, "true or false");
}

/** A flag that is left out when it is not set. */
export function yes(value: unknown, name: string): true {
  if (value === true) return value;
  throw invalid(value, name, "true or absent");
}

export function oneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw invalid(value, name, `one of ${allowed.join(", ")}`);
  return found;
}

/** What `read` makes of a field that may be absent, as an object with that field; else an empty one. */
export function optional<Name extends string, T>(
  fields: ParsedFields,
  field: Name,
  name: string,
  read: (value: unknown, name: string) => T,
): { readonly [field in Name]?: T } {
  const value = fields[field];
  if (value === undefined) return {};
  return { [field]: read(value, `${name}.${field}`) } as { readonly [field in Name]: T };
}

export function invalid(value: unknown, name: string, wanted: string): Error {
  const found = value === undefined ? "it is missing" : `it is ${shown(value)}`;
  return new Error(`${name} must be ${wanted}, but ${found}`);
}

const SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  const json = written(value);
  return json.length <= SHOWN_CHARACTERS ? json : `${json.slice(0, SHOWN_CHARACTERS)}…`;
}

/** What was parsed can be nested more deeply than what can be written. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "nested too deeply";
  }
}
