import { forEachParallel } from "../../../replicator/sqs/parallel";

describe("forEachParallel", () => {
  test("works on every item, in their order, on so many at a time", async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await forEachParallel([...Array(25).keys()], 4, async (item) => {
      begun.push(item);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, item % 3));
      running -= 1;
    });
    expect(begun).toEqual([...Array(25).keys()]);
    expect(most).toBe(4);
  });

  test("has nothing to do with no items", async () => {
    await expect(forEachParallel([], 4, () => Promise.reject(new Error("called")))).resolves.toBeUndefined();
  });

  test("takes an item when it is its turn, and none after one has failed", async () => {
    const taken: number[] = [];
    function* items() {
      for (let item = 0; item < 9; item += 1) {
        taken.push(item);
        yield item;
      }
    }
    const fail = async (item: number) => {
      await Promise.resolve();
      if (item === 1) throw new Error("no");
    };
    await expect(forEachParallel(items(), 2, fail)).rejects.toThrow("no");
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toEqual([0, 1, 2]);
  });

  test("fails when an item fails", async () => {
    await expect(forEachParallel([1], 4, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
