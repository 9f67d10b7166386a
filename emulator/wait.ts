import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions {
  /** @default 10,000 */
  readonly timeoutMs?: number;
  /** Time between two looks. @default 50 */
  readonly everyMs?: number;
  /** What is waited for, for the error. @default "a condition" */
  readonly what?: string;
}

/**
 * Looks until a condition holds: until `look` returns something other than `undefined`, `null` or `false`, which is returned.
 *
 * @throws Error naming `what` when the time is over; what `look` throws is thrown on at once
 */
export async function waitFor<T>(
  look: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { timeoutMs = 10_000, everyMs = 50, what = "a condition" } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await look();
    if (result !== undefined && result !== null && result !== false) {
      return result as Exclude<T, false | null | undefined>;
    }
    if (performance.now() > deadline) throw new Error(`${what} did not come true within ${timeoutMs} ms`);
    await sleep(everyMs);
  }
}
