/** Lets everything that is under way go on until `condition` holds; fails when it does not come to that. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`it never came to that: ${condition}`);
}
