/**
 * Runs calls all at once and gathers what they resolve to, by index. Ends when all have ended, or as soon as `isEnough` says so of what there is
 * so far. What comes later is ignored, a failure too. A call that resolves to undefined, or rejects, has no entry.
 */
export function collect<T>(
  calls: readonly (() => Promise<T | undefined>)[],
  isEnough: (gathered: ReadonlyMap<number, T>) => boolean = () => false,
): Promise<ReadonlyMap<number, T>> {
  return new Promise((resolve, reject) => {
    const gathered = new Map<number, T>();
    let running = calls.length;
    let isOver = running === 0;
    if (isOver) resolve(gathered);
    const end = (index: number, result: T | undefined): void => {
      running -= 1;
      if (isOver) return;
      if (result !== undefined) gathered.set(index, result);
      try {
        isOver = running === 0 || isEnough(gathered);
        if (isOver) resolve(gathered);
      } catch (error) {
        isOver = true;
        reject(error);
      }
    };
    calls.forEach((call, index) => {
      call().then(
        (result) => end(index, result),
        () => end(index, undefined),
      );
    });
  });
}
