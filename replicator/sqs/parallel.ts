/**
 * Runs `work` on every item, on at most `limit` of them at a time, begun in their order. Takes an item only when it is its turn, and
 * none after one has failed.
 */
export async function forEachParallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = each(items);
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

/** An iterator that several loops share; a loop that is left ends it for all. */
function* each<T>(items: Iterable<T>): Generator<T, undefined> {
  yield* items;
}
