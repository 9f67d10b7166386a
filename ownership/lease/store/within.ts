/** Nothing was answered within the time that there was. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/**
 * What `run` resolves to, if it does so in time. The SDK's own time-outs do not cover everything that a call waits for, credentials and
 * the body of an answer among them. What `run` still does afterwards is aborted, and a failure of it reaches nobody.
 *
 * @throws TimedOut
 */
export async function within<T>(milliseconds: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  // A call that fails before it has begun fails like any other, and leaves no timer behind.
  const running = (async () => run(controller.signal))();
  running.catch(() => {});
  try {
    return await Promise.race([running, expired]);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
