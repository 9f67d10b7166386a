import fc from "fast-check";
import { type Circumstances, type Kill, type Send, unexplainedCopies } from "./explanation";

const REPLICATOR = "orders-replicator";
const FORWARDER = "orders-forwarder";
const TIMEOUT_MS = 10_000;
const PATIENCE_MS = 1_000;
const FIVE_MINUTES_MS = 300_000;

/** A send of the message to the outbox by the replicator that took 10 ms. */
function send(began: number, over: Partial<Send> = {}): Send {
  return {
    functionName: REPLICATOR,
    queue: "outbox",
    key: "a",
    began,
    ended: began + 10,
    accepted: true,
    ...over,
  };
}

function unexplained(
  sentAt: readonly number[],
  sends: readonly Send[],
  over: Partial<Circumstances> & { readonly kills?: readonly Kill[] } = {},
): number {
  return unexplainedCopies(
    { key: "a", sentAt },
    {
      sendsOf: (key) => sends.filter((each) => each.key === key),
      kills: [],
      functionNames: [REPLICATOR, FORWARDER],
      timeoutMs: TIMEOUT_MS,
      patienceMs: () => PATIENCE_MS,
      fifo: false,
      ...over,
    },
  );
}

describe("a copy is explained", () => {
  test("by a send in doubt that was repeated", () => {
    expect(unexplained([0, 500], [send(0, { accepted: false }), send(500)])).toBe(0);
  });

  test("by a send in doubt to another queue, after which the whole message was repeated", () => {
    const sends = [send(0), send(20, { queue: "work", accepted: false }), send(500), send(520)];
    expect(unexplained([0, 500], sends)).toBe(0);
  });

  test("by a send that the function gave up, whose end is seen when it has already taken another way", () => {
    const doubt = send(0, { queue: "standby", ended: 1_010, accepted: false });
    expect(unexplained([500, 1_100], [doubt, send(1_000, { queue: "outbox" })])).toBe(0);
  });

  test("by a send that was accepted when the function's patience was ending, if it took another way", () => {
    const late = send(0, { queue: "standby", ended: 900 });
    expect(unexplained([900, 1_100], [late, send(1_000, { queue: "outbox" })])).toBe(0);
  });

  test("by the send of another function on the way", () => {
    const doubt = send(100, { functionName: FORWARDER, queue: "standby", accepted: false });
    expect(unexplained([100, 600], [send(0), doubt, { ...doubt, began: 600, accepted: true }])).toBe(0);
  });

  test("by a kill while the function had it, if it came again", () => {
    const kills = [{ functionName: REPLICATOR, at: 5_000 }];
    expect(unexplained([0, 60_000], [send(0), send(60_000)], { kills })).toBe(0);
  });

  test("each by an event of its own", () => {
    const doubts = [send(0, { accepted: false }), send(500, { accepted: false }), send(900)];
    expect(unexplained([0, 500, 900], doubts)).toBe(0);
    expect(unexplained([0, 500, 900, 1_000], [...doubts, send(1_000)])).toBe(1);
  });
});

describe("a copy is not explained", () => {
  test("by nothing", () => {
    expect(unexplained([0, 500], [send(0), send(500)])).toBe(1);
    expect(unexplained([0, 500], [])).toBe(1);
  });

  test("by a send that was accepted in good time, or late with nothing after it", () => {
    const slow = send(0, { queue: "standby", ended: 700 });
    expect(unexplained([700, 1_100], [slow, send(1_000, { queue: "outbox" })])).toBe(1);
    expect(unexplained([700, 1_100], [{ ...slow, ended: 900 }])).toBe(1);
  });

  test("by a doubt after which nothing was sent", () => {
    expect(unexplained([0, 500], [send(0), send(500, { accepted: false })])).toBe(1);
  });

  test("by a send that was under way at the same time to another queue", () => {
    const sends = [send(0, { ended: 50, accepted: false }), send(5, { queue: "work" })];
    expect(unexplained([0, 500], sends)).toBe(1);
  });

  test("by a doubt about another message, or of a function that is not on the way", () => {
    expect(unexplained([0, 500], [send(0, { key: "b", accepted: false }), send(500)])).toBe(1);
    const foreign = send(0, { functionName: "other", accepted: false });
    expect(unexplained([0, 500], [foreign, send(500), send(600, { functionName: "other" })])).toBe(1);
  });

  test("by the kill of another function, or one that came too late or too early", () => {
    const sends = [send(0), send(60_000)];
    for (const kill of [
      { functionName: FORWARDER, at: 5_000 },
      { functionName: REPLICATOR, at: TIMEOUT_MS + 1 },
      { functionName: REPLICATOR, at: 61_000 },
    ]) {
      expect(unexplained([0, 60_000], sends, { kills: [kill] })).toBe(1);
    }
  });

  test("by anything on a FIFO queue within the five minutes of its deduplication", () => {
    const sends = [send(0, { accepted: false }), send(FIVE_MINUTES_MS)];
    expect(unexplained([0, FIVE_MINUTES_MS - 1], sends, { fifo: true })).toBe(1);
    expect(unexplained([0, FIVE_MINUTES_MS], sends, { fifo: true })).toBe(0);
  });
});

test("there are never fewer than no copies without explanation, and never more than copies", () => {
  const anySend = fc.record({
    functionName: fc.constantFrom(REPLICATOR, FORWARDER, "other"),
    queue: fc.constantFrom("outbox", "work", "standby"),
    key: fc.constant("a"),
    began: fc.nat({ max: 400_000 }),
    ended: fc.nat({ max: 400_000 }),
    accepted: fc.boolean(),
  });
  const anyKill = fc.record({
    functionName: fc.constantFrom(REPLICATOR, FORWARDER),
    at: fc.nat({ max: 400_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 400_000 }), { minLength: 2, maxLength: 5 }),
      fc.array(anySend),
      fc.array(anyKill),
      fc.boolean(),
      (times, sends, kills, fifo) => {
        const sentAt = [...times].sort((one, other) => one - other);
        const count = unexplained(sentAt, sends, { kills, fifo });
        expect(count).toBeGreaterThanOrEqual(0);
        expect(count).toBeLessThan(sentAt.length);
        const isClear = ({ accepted, began, ended }: Send) => accepted && ended - began < PATIENCE_MS / 2;
        if (sends.every(isClear) && kills.length === 0) {
          expect(count).toBe(sentAt.length - 1);
        }
      },
    ),
  );
});
