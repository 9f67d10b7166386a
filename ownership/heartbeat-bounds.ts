import { invalid } from "./checks";
import type { Heartbeat } from "./heartbeat";
import { region } from "./lease/store/fields";

/** How far the clock of another region's functions may be ahead of one's own. */
export const CLOCK_AHEAD_MS = 300_000;

/**
 * Throws an error that names the field which no region would send. What a heartbeat says is processed is never taken back, so nothing in a
 * heartbeat may be so large that what comes later does not exceed it.
 *
 * Bounds move with the clock. A fixed one could be reached, and would leave no room above.
 * @param now in epoch milliseconds
 */
export function checkBounds({ region: from, at, ledgerAt, queues = {} }: Heartbeat, now: number): void {
  const name = "heartbeat";
  region(from, `${name}.region`);
  const moments = {
    at,
    ...(ledgerAt !== undefined && { ledgerAt }),
    ...Object.fromEntries(
      Object.entries(queues).map(([queue, { processedBefore }]) => [
        `queues.${queue}.processedBefore`,
        processedBefore,
      ]),
    ),
  };
  for (const [field, moment] of Object.entries(moments))
    if (moment > now + CLOCK_AHEAD_MS)
      throw invalid(moment, `${name}.${field}`, "a moment that is not in the future");
}
