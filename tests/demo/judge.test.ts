import { type Bounds, judge, type SentOrder } from "../../demo/scenarios/judge";
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
