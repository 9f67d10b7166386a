import { withReceivers } from "../../../replicator/drain/receivers";
import type { QueueLook } from "../../../replicator/drain/run";
import { openDeadline } from "../records";

/** Looks with these results, one after the other, and then an empty queue. */
function looks(...results: readonly QueueLook[]) {
  const rest = [...results];
  let running = 0;
  const seen = { looks: 0, most: 0 };
  const look = async (): Promise<QueueLook> => {
    seen.looks += 1;
    running += 1;
    seen.most = Math.max(seen.most, running);
    const result = rest.shift() ?? { end: "empty", full: false };
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return result;
  };
  return { look, seen };
}

const FULL: QueueLook = { full: true };

describe("withReceivers", () => {
  test("looks once at an empty queue", async () => {
    const { look, seen } = looks();
    expect(await withReceivers(look, 16, openDeadline())).toBe("empty");
    expect(seen).toEqual({ looks: 1, most: 1 });
  });

  test("takes on one more for each full look, up to the limit", async () => {
    const { look, seen } = looks(...Array<QueueLook>(50).fill(FULL));
    expect(await withReceivers(look, 4, openDeadline())).toBe("empty");
    expect(seen).toEqual({ looks: 54, most: 4 });
  });

  test("stays with one where looks are not full", async () => {
    const { look, seen } = looks(...Array<QueueLook>(5).fill({ full: false }));
    await withReceivers(look, 4, openDeadline());
    expect(seen).toEqual({ looks: 6, most: 1 });
  });

  test("says the worst of how they ended", async () => {
    const { look } = looks(FULL, { end: "futile", full: false }, { end: "failed", full: false });
    expect(await withReceivers(look, 2, openDeadline())).toBe("failed");
  });

  test("does not look when it is late", async () => {
    const { look, seen } = looks();
    expect(await withReceivers(look, 2, openDeadline(false))).toBe("late");
    expect(seen.looks).toBe(0);
  });

  test("fails when a look fails, after the others have ended", async () => {
    let ended = 0;
    let begun = 0;
    const look = async (): Promise<QueueLook> => {
      begun += 1;
      const mine = begun;
      await new Promise((resolve) => setImmediate(resolve));
      if (mine === 3) throw new Error("bug");
      await new Promise((resolve) => setImmediate(resolve));
      ended += 1;
      return FULL;
    };
    await expect(withReceivers(look, 3, openDeadline())).rejects.toThrow("bug");
    expect(ended).toBe(begun - 1);
  });
});
