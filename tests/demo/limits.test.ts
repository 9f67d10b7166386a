import { exceeded, type Limits } from "../../demo/scenarios/limits";

const LIMITS: Limits = { seconds: { handBack: 125 }, firstRescued: { atOnce: 60, later: 125 } };
const isMovedAtOnce = (queue: string) => queue === "orders";

test("nothing is exceeded by what takes as long as it may", () => {
  const rescues = { orders: { firstRescued: 60, waiting: 0 }, mails: { firstRescued: 125, waiting: 0 } };
  expect(exceeded(LIMITS, { handBack: 125, other: 999 }, rescues, isMovedAtOnce)).toEqual([]);
});

test("what takes longer is told, each queue by its own limit", () => {
  const rescues = { orders: { firstRescued: 60.1, waiting: 0 }, mails: { firstRescued: 60.1, waiting: 0 } };
  expect(exceeded(LIMITS, { handBack: 125.1 }, rescues, isMovedAtOnce)).toEqual([
    "handBack: 125.1 s, at most 125 s",
    "first rescued of orders: 60.1 s, at most 60 s",
  ]);
});

test("what did not happen has taken too long", () => {
  expect(exceeded(LIMITS, {}, { mails: { waiting: 0 } }, isMovedAtOnce)).toEqual([
    "handBack did not happen",
    "nothing was rescued",
  ]);
});

test("a queue on which nothing waited has nothing to be rescued", () => {
  const rescues = { orders: { firstRescued: 60, waiting: 0 }, mails: { waiting: 0 } };
  expect(exceeded(LIMITS, { handBack: 1 }, rescues, isMovedAtOnce)).toEqual([]);
});

test("without limits nothing is exceeded", () => {
  expect(exceeded({}, { handBack: 999 }, { orders: { waiting: 0 } }, isMovedAtOnce)).toEqual([]);
});
