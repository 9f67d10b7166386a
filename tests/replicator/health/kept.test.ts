import { Kept } from "../../../replicator/health/kept";

const KEPT_MS = 5_000;

/** Work that ends when it is told to. */
function work() {
  const ends: ((answer: string | Error) => void)[] = [];
  let nowMs = 0;
  const kept = new Kept(
    () =>
      new Promise<string>((resolve, reject) => {
        ends.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      }),
    KEPT_MS,
    () => nowMs,
  );
  const at = (ms: number) => {
    nowMs = ms;
  };
  return { kept, ends, at };
}

test("whoever comes while it is under way waits for the same answer", async () => {
  const { kept, ends } = work();
  const all = [kept.read(), kept.read(), kept.read()];
  expect(ends).toHaveLength(1);
  ends[0]!("one");
  expect(await Promise.all(all)).toEqual(["one", "one", "one"]);
});

test("keeps an answer from when it was asked for", async () => {
  const { kept, ends, at } = work();
  const first = kept.read();
  at(900);
  ends[0]!("one");
  expect(await first).toBe("one");
  at(KEPT_MS - 1);
  expect(await kept.read()).toBe("one");
  at(KEPT_MS);
  const second = kept.read();
  ends[1]!("two");
  expect(await second).toBe("two");
});

test("keeps no failure", async () => {
  const { kept, ends } = work();
  const first = kept.read();
  ends[0]!(new Error("no"));
  await expect(first).rejects.toThrow("no");
  const second = kept.read();
  ends[1]!("one");
  expect(await second).toBe("one");
});
