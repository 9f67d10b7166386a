/** A statement that somebody else has written, as far as it is looked at. */
export type SourceStatement = Readonly<Record<string, unknown>>;

/** The statements of a JSON policy document; undefined when it is none. */
export function statementsIn(document: string): readonly SourceStatement[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const statements: readonly unknown[] = [value.Statement].flat();
  return statements.every(isObject) ? statements : undefined;
}

/** What stands alone or in a list, as a list. */
export function listed(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat();
}

export function isObject(value: unknown): value is SourceStatement {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
