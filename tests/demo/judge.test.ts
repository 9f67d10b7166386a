import {
  type Bounds,
  type Fault,
  judge,
  rescueOf,
  type SentOrder,
  strandedIn,
} from "../../demo/scenarios/judge";
import type { ServiceRequest } from "../../demo/shop";

const sent = (number: number, over: Partial<SentOrder> = {}): SentOrder => ({
  queue: "orders",
  order: `order-${number}`,
  group: "customer-1",
  number,
  digest: "d",
  regions: ["us-east-1"],
  at: number * 10,
  ...over,
});

const request = (number: number, at: number, over: Partial<ServiceRequest> = {}): ServiceRequest => ({
  queue: "orders",
  order: `order-${number}`,
  step: "payment",
  region: "us-east-1",
  home: "us-east-1",
  digest: "d",
  key: `key-${number}`,
  at,
  ...over,
});

const CLEAN = {
  lost: 0,
  stranded: 0,
  processedTwice: 0,
  withinBounds: 0,
  chargedTwice: 0,
  altered: 0,
  orderViolations: 0,
};

test("orders that were processed once each are in order", () => {
  expect(judge([sent(1), sent(2)], [request(1, 10), request(2, 20)], true, {})).toEqual({
    ...CLEAN,
    sent: 2,
    processed: 2,
  });
});

test("an order is lost when its last step was never asked for", () => {
  const first = request(1, 10, { step: "inventory" });
  expect(judge([sent(1)], [first], false, {})).toMatchObject({ processed: 0, lost: 1 });
});

describe("an order that nobody has processed", () => {
  const stranded = new Set(["order-1"]);

  test("is stranded, not lost, where nobody had it but a region that is lost for good", () => {
    const judged = judge([sent(1), sent(2)], [], false, { stranded });
    expect(judged).toMatchObject({ processed: 0, lost: 1, stranded: 1 });
  });

  test("is not counted as stranded when it was processed all the same", () => {
    const judged = judge([sent(1)], [request(1, 10)], false, { stranded });
    expect(judged).toMatchObject({ processed: 1, lost: 0, stranded: 0 });
  });

  test("is stranded only if its region accepted it shortly before, and gave no other region a copy", () => {
    const orders = [
      sent(1, { at: 90_000 }),
      sent(2, { at: 89_999 }),
      sent(3, { at: 99_000 }),
      sent(4, { at: 99_000, regions: ["us-east-1", "us-west-2"] }),
    ];
    const copies = new Map([
      ["order-1", new Map([["us-east-1", 90_001]])],
      ["order-3", new Map([["us-west-2", 99_001]])],
    ]);
    const stranded = strandedIn("us-east-1", orders, copies, 100_000, 10.001);
    expect(stranded.map(({ number }) => number)).toEqual([1]);
  });
});

describe("what is rescued from a region that is lost", () => {
  const FAULT: Fault = { region: "us-east-1", from: 100_000, until: 200_000 };
  const ELSEWHERE = { region: "us-west-2" };
  const copied = (...numbers: readonly number[]) =>
    new Map(numbers.map((number) => [`order-${number}`, new Map([["us-west-2", 99_000]])]));

  test("is told by the first and the last order that its peer has processed", () => {
    const orders = [sent(1), sent(2), sent(3)];
    const requests = [request(1, 99_999), request(2, 151_000, ELSEWHERE), request(3, 165_540, ELSEWHERE)];
    expect(rescueOf(orders, copied(1, 2, 3), requests, FAULT)).toEqual({
      firstRescued: 51,
      lastRescued: 65.5,
      waiting: 0,
    });
  });

  test("is not what the peer takes in itself, nor what it processes after the return", () => {
    const orders = [sent(1, { regions: ["us-west-2"] }), sent(2)];
    const own = request(1, 120_000, { region: "us-west-2", home: "us-west-2" });
    const late = request(2, 200_001, ELSEWHERE);
    expect(rescueOf(orders, copied(2), [own, late], FAULT)).toEqual({ waiting: 1 });
  });

  test.each([
    ["nobody has processed it", []],
    ["its home has processed it after its return", [request(1, 201_000)]],
  ])("waits when another region holds a copy and %s", (_, requests) => {
    expect(rescueOf([sent(1)], copied(1), requests, FAULT).waiting).toBe(1);
  });

  test("does not wait when nobody else has a copy, or has had it for a moment only", () => {
    expect(rescueOf([sent(1)], new Map(), [], FAULT).waiting).toBe(0);
    const recent = new Map([["order-1", new Map([["us-west-2", 185_001]])]]);
    expect(rescueOf([sent(1)], recent, [], FAULT).waiting).toBe(0);
  });

  test("waits, too, when another region has taken it in and does not process it", () => {
    const order = sent(1, { regions: ["us-east-1", "us-west-2"], at: 150_000 });
    expect(rescueOf([order], new Map(), [], FAULT).waiting).toBe(1);
  });
});

describe("an order whose last step was asked for again", () => {
  const requests = [request(1, 10), request(1, 20, { key: "other" }), request(2, 30), request(2, 40)];

  test("is processed twice, and charged twice under two keys", () => {
    expect(judge([sent(1), sent(2)], requests, false, {})).toMatchObject({
      processedTwice: 2,
      chargedTwice: 1,
    });
  });

  test.each([
    [{ from: 10, until: 30 }, 2],
    [{ from: 10, until: 29 }, 1],
    [{ from: 11, until: 40 }, 1],
    [{ from: 31, until: 40 }, 0],
  ])("within %j, by the first time", (bounds, withinBounds) => {
    const judged = judge([sent(1), sent(2)], requests, false, { first: [bounds] });
    expect(judged).toMatchObject({ withinBounds, processedTwice: 2 - withinBounds, chargedTwice: 1 });
  });
});

test("an order that was accepted in time may be processed again", () => {
  const requests = [request(1, 50), request(1, 60), request(2, 50), request(2, 60)];
  const judged = judge([sent(1), sent(2)], requests, false, { accepted: [{ from: 20, until: 30 }] });
  expect(judged).toMatchObject({ withinBounds: 1, processedTwice: 1 });
});

test("an order is altered when its body is another", () => {
  expect(judge([sent(1)], [request(1, 10, { digest: "x" })], false, {})).toMatchObject({ altered: 1 });
});

test("an order that only its own region has processed may have been delivered twice, where that is allowed", () => {
  const requests = [request(1, 10), request(1, 20), request(2, 30), request(2, 40, { region: "us-west-2" })];
  const judged = (bounds: Bounds) => judge([sent(1), sent(2)], requests, false, bounds);
  expect(judged({ atHome: true })).toMatchObject({ withinBounds: 1, processedTwice: 1 });
  expect(judged({})).toMatchObject({ withinBounds: 0, processedTwice: 2 });
});

describe("order", () => {
  const late = [request(2, 10), request(1, 20)];

  test("is violated by what comes after a later one of its group", () => {
    expect(judge([sent(1), sent(2)], late, true, {}).orderViolations).toBe(1);
  });

  test("is not promised on standard queues, between groups, homes and regions", () => {
    expect(judge([sent(1), sent(2)], late, false, {}).orderViolations).toBe(0);
    expect(judge([sent(1), sent(2, { group: "customer-2" })], late, true, {}).orderViolations).toBe(0);
    for (const elsewhere of [{ home: "us-west-2" }, { region: "us-west-2" }]) {
      const requests = [request(2, 10, elsewhere), request(1, 20)];
      expect(judge([sent(1), sent(2)], requests, true, {}).orderViolations).toBe(0);
    }
  });

  test("is judged by the first time that an order was processed", () => {
    const requests = [request(1, 10), request(2, 20), request(1, 30)];
    expect(judge([sent(1), sent(2)], requests, true, {}).orderViolations).toBe(0);
  });
});
