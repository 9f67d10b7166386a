/** Nothing came in the time that a call may take. Named as the SDK names its own. */
class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Waits for work no longer than a time. What is given up on goes on unheard.
 * @throws TimeoutError when the time is over
 */
export async function bounded<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutError(`nothing came within ${milliseconds / 1_000} s`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
