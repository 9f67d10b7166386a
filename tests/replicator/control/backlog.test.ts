import { agesWanted, Backlog, workQueuesOf } from "../../../replicator/control/backlog";
import { controlledQueue, HOME, NOW, PEER } from "./group";

const APART = 60_000;
/** What is out of sight does not wait. */
const depth = (waiting: number) => ({ waiting, all: waiting + 7 });
const ORDERS = controlledQueue({ queue: "orders", rescue: "watermark" });
const MAILS = controlledQueue({ queue: "mails", rescue: "manual" });
const BILLS = controlledQueue({ queue: "bills" });
const QUEUES = [ORDERS, MAILS, BILLS];

describe("ages are asked for", () => {
  test("of queues by watermark always, of others only while a home is given up that they were moved for", () => {
    const names = (leaving: readonly string[]) =>
      agesWanted(QUEUES, leaving).map(({ queue, delays }) => [queue, delays]);
    const always = [
      ["orders-ingress", true],
      ["orders", false],
    ];
    expect(names([])).toEqual(always);
    expect(names([PEER])).toEqual(always);
    expect(names([HOME])).toEqual([...always, ["mails", false]]);
  });

  test("and counts of their work queues, but of none with a ledger", () => {
    expect(workQueuesOf(QUEUES, [HOME])).toEqual(["orders", "mails"]);
    expect(workQueuesOf(QUEUES, [PEER])).toEqual([]);
  });
});

describe("what was put on a work queue is processed", () => {
  const withAge = (ageMs: number, at = NOW) => {
    const backlog = new Backlog();
    backlog.sawAges({ orders: [{ at, ageMs }] });
    return backlog;
  };

  test("when the oldest message is newer", () => {
    expect(withAge(10_000).isProcessed("orders", NOW - 11_001)).toBe(true);
    expect(withAge(10_000).isProcessed("orders", NOW - 11_000)).toBe(false);
  });

  test("not when nothing is known of its age", () => {
    const backlog = new Backlog();
    expect(backlog.isProcessed("orders", NOW)).toBe(false);
    backlog.sawAges({ orders: [] });
    expect(backlog.isProcessed("orders", NOW)).toBe(false);
  });

  test("when nothing has waited at two readings, a minute apart and after that", () => {
    const backlog = new Backlog();
    backlog.sawDepths({ orders: depth(0) }, NOW);
    expect(backlog.isProcessed("orders", NOW - 1)).toBe(false);
    backlog.sawDepths({ orders: depth(0) }, NOW + APART);
    expect(backlog.isProcessed("orders", NOW)).toBe(true);
    // Put after the first reading, which says nothing of it then.
    expect(backlog.isProcessed("orders", NOW + 1)).toBe(false);
    backlog.sawDepths({ orders: depth(0) }, NOW + APART + 1);
    expect(backlog.isProcessed("orders", NOW + 1)).toBe(true);
  });

  test("also when something was there in between, which others go on to send", () => {
    const backlog = new Backlog();
    backlog.sawDepths({ orders: depth(0) }, NOW);
    backlog.sawDepths({ orders: depth(1) }, NOW + APART);
    expect(backlog.isProcessed("orders", NOW)).toBe(false);
    backlog.sawDepths({ orders: depth(0) }, NOW + 2 * APART);
    expect(backlog.isProcessed("orders", NOW + APART)).toBe(true);
    expect(backlog.isProcessed("orders", NOW + APART + 1)).toBe(false);
    backlog.sawDepths({}, NOW + 3 * APART);
    expect(backlog.isProcessed("orders", NOW + APART + 1)).toBe(false);
  });
});
