import { setTimeout as sleep } from "node:timers/promises";
import { depth, type Endpoint } from "./traffic";

const LOOK_EVERY_MS = 250;
/** A queue whose depth does not change for this long will not empty any more: longer than any back-off and retry. */
const PATIENCE_MS = 300_000;

/**
 * Waits until queues are empty, given in the order in which messages pass them. A message leaves a queue only after the next one has it, so
 * a look that finds all of them empty has missed none.
 * @returns what the queues still hold: 0, or more when nothing moved any more
 */
export async function settled(queues: readonly Endpoint[]): Promise<number> {
  let last = "";
  let lastChange = Date.now();
  for (;;) {
    const depths: number[] = [];
    for (const queue of queues) depths.push(await depth(queue));
    const held = depths.reduce((sum, n) => sum + n, 0);
    if (held === 0) return 0;
    if (depths.join() !== last) {
      last = depths.join();
      lastChange = Date.now();
    }
    if (Date.now() - lastChange > PATIENCE_MS) return held;
    await sleep(LOOK_EVERY_MS);
  }
}
