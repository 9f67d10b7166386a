import { collect } from "../../../../ownership/lease/store/collect";

const later = <T>(result: T, ms: number): Promise<T> =>
  new Promise((resolve) => setTimeout(resolve, ms, result));
const never = () => new Promise<undefined>(() => {});
const unhandled = jest.fn();

beforeAll(() => process.on("unhandledRejection", unhandled));
afterAll(() => {
  process.off("unhandledRejection", unhandled);
});

test("gathers what there is, in the order of the answers, and leaves out what has none", async () => {
  const gathered = await collect([
    () => later("slow", 20),
    async () => undefined,
    () => Promise.reject(new Error("no answer")),
    async () => "quick",
  ]);
  expect([...gathered]).toEqual([
    [3, "quick"],
    [0, "slow"],
  ]);
});

test("ends as soon as there is enough, and what comes later changes nothing and harms nobody", async () => {
  let rejectLate = (_error: Error): void => {};
  let resolveLate = (_result: string): void => {};
  const asked: number[] = [];
  const gathered = await collect(
    [
      never,
      () => new Promise<string>((_resolve, reject) => (rejectLate = reject)),
      () => new Promise<string>((resolve) => (resolveLate = resolve)),
      async () => "first",
      async () => "second",
    ],
    (answers) => {
      asked.push(answers.size);
      return answers.size === 2;
    },
  );
  rejectLate(new Error("late"));
  resolveLate("late");
  await later(undefined, 10);
  expect([...gathered.values()]).toEqual(["first", "second"]);
  expect(asked).toEqual([1, 2]);
  expect(unhandled).not.toHaveBeenCalled();
});

test("ends at once when there is nothing to do", async () => {
  expect(await collect([])).toEqual(new Map());
});

test("rejects when the judge of what is enough fails, which is no fault of any table", async () => {
  const judge = () => {
    throw new Error("judge");
  };
  await expect(collect([async () => 1, async () => 2], judge)).rejects.toThrow("judge");
});
