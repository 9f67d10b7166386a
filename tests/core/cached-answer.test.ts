import { CachedAnswer } from "../../core/cached-answer";

const KEPT_MS = 5_000;

/** Work that ends when it is told to. */
function work() {
  const ends: ((answer: string | Error) => void)[] = [];
  let nowMs = 0;
  const before: (string | undefined)[] = [];
  const kept = new CachedAnswer<string>(
    (last) =>
      new Promise<string>((resolve, reject) => {
        before.push(last);
        ends.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      }),
    KEPT_MS,
    () => nowMs,
  );
  const at = (ms: number) => {
    nowMs = ms;
  };
  return { kept, ends, before, at };
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

test("the question is asked with the answer before, and after a failure too", async () => {
  const { kept, ends, before, at } = work();
  const answers = ["one", new Error("no"), "two"];
  for (const [index, answer] of answers.entries()) {
    at(index * KEPT_MS);
    const read = kept.read();
    ends[index]!(answer);
    await read.catch(() => {});
  }
  expect(before).toEqual([undefined, "one", "one"]);
});

test("an answer may be undefined, and is kept all the same", async () => {
  let asked = 0;
  const kept = new CachedAnswer(
    async () => {
      asked += 1;
    },
    KEPT_MS,
    () => 0,
  );
  await kept.read();
  await kept.read();
  expect(asked).toBe(1);
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
