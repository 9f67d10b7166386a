/** An item of a voter's table that this version cannot read, or that holds what no version writes. It counts for nothing, in no direction. */
export class UnreadableItem extends Error {
  override readonly name = "UnreadableItem";
}

/** What `read` returns. Whatever it throws becomes an {@link UnreadableItem}. @param item what is read, for the error */
export function readingOf<T>(item: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnreadableItem(`${item}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
