import { isFounded, isRunning, openIn, type TableSeen } from "../../demo/scenarios/passes";
import type { Claim } from "../../ownership/lease/items";

const HOME = "us-east-1";
const PEER = "us-west-2";

const seen = (homes: Readonly<Record<string, number>>, over: Partial<TableSeen> = {}): TableSeen => ({
  passes: Object.fromEntries(
    Object.entries(homes).map(([region, until]) => [region, { homes: { [HOME]: { epoch: 1, until } } }]),
  ),
  claims: {},
  date: 1_000_000,
  receivedAt: 500,
  ...over,
});

test("a home is open where a copy of a pass has not ended, by the time of the copy's own table", () => {
  expect(openIn(HOME, [seen({ [HOME]: 1_010_000 })], 500)).toEqual([HOME]);
  expect(openIn(PEER, [seen({ [HOME]: 1_010_000 })], 500)).toEqual([]);
  // Half a minute behind.
  expect(openIn(HOME, [seen({ [HOME]: 980_000 }, { date: 970_000 })], 500)).toEqual([HOME]);
});

test("the end is over when the second that `Date` leaves out may have passed, and the time since the answer", () => {
  const tables = [seen({ [HOME]: 1_010_000 })];
  expect(openIn(HOME, tables, 9_499)).toEqual([HOME]);
  expect(openIn(HOME, tables, 9_500)).toEqual([]);
});

test("any table's copy counts, and two regions at once are told", () => {
  const tables = [seen({ [HOME]: 900_000 }), seen({ [PEER]: 1_010_000 }), seen({ [HOME]: 1_010_000 })];
  expect(openIn(HOME, tables, 500)).toEqual([HOME, PEER]);
});

test("a controller runs as long as it says so in a table", () => {
  const status = {
    run: "r",
    runSince: 0,
    until: 1_030_000,
    fit: true,
    since: 0,
    ownsItself: true,
    holds: [],
    reaches: [],
  };
  const table = seen({}, { passes: { [HOME]: { homes: {}, status } } });
  expect(isRunning(HOME, [table], 30_499)).toBe(true);
  expect(isRunning(HOME, [table], 30_500)).toBe(false);
  expect(isRunning(PEER, [table], 500)).toBe(false);
});

describe("a home is founded", () => {
  const holding = (...numbers: readonly number[]) => {
    const lists = numbers.map((number) => ({ number, id: "", voters: [HOME, PEER] }));
    const epoch = { number: 1, region: HOME, run: "r" };
    const claim: Claim = { id: "i", epoch, state: "held", lists, order: 0 };
    return seen({}, { claims: { [HOME]: claim } });
  };

  test.each([
    ["when every voter has its claim", true, [holding(1), holding(1)]],
    ["with a later list, too", true, [holding(2), holding(2)]],
    ["not while a voter has none", false, [holding(1), seen({})]],
    ["not while its own table decides alone", false, [holding(0), holding(1)]],
    ["not while lists change", false, [holding(1, 2), holding(1)]],
  ])("%s", (_, founded, [own, other]) => {
    const tables = new Map([
      [HOME, own!],
      [PEER, other!],
    ]);
    expect(isFounded(HOME, [HOME, PEER], tables)).toBe(founded);
  });

  test("not while a voter has not been heard", () => {
    expect(isFounded(HOME, [HOME, PEER], new Map([[HOME, holding(1)]]))).toBe(false);
  });
});
