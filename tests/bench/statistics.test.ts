import { interleaved, median, significant } from "../../bench/statistics";

describe("median", () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])("of %j is %d", (values, middle) => expect(median(values)).toBe(middle));

  test("of nothing is an error", () => expect(() => median([])).toThrow("no values"));
});

test("every other round runs backwards", () => {
  expect([0, 1, 2].map((round) => interleaved(["a", "b"], round).join(""))).toEqual(["ab", "ba", "ab"]);
});

test("significant digits", () => {
  expect([0.98765, 123.456, 0].map((value) => significant(value))).toEqual([0.988, 123, 0]);
});
