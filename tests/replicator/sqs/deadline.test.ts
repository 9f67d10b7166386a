import { FUNCTION_TIMEOUT_SECONDS } from "../../../core/limits";
import { deadlinesOf, drainDeadlinesOf } from "../../../replicator/sqs/deadline";

function deadlines(remainingMs: number) {
  return deadlinesOf({ getRemainingTimeInMillis: () => remainingMs });
}

describe("deadlinesOf", () => {
  test("leaves time to settle and to report after the last call", () => {
    expect(deadlines(4_500).sending.mayStart()).toBe(true);
    expect(deadlines(4_499).sending.mayStart()).toBe(false);
    expect(deadlines(1_500).settling.mayStart()).toBe(true);
    expect(deadlines(1_499).settling.mayStart()).toBe(false);
  });

  test("lets a function with the shortest timeout send", () => {
    expect(deadlines(FUNCTION_TIMEOUT_SECONDS.min * 1_000).sending.mayStart()).toBe(true);
  });

  test("ends calls under way when their time is up", async () => {
    const { sending, settling } = deadlines(3_520);
    expect(sending.signal.aborted).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(sending.signal.aborted).toBe(true);
    expect(settling.signal.aborted).toBe(false);
  });

  test("has ended where less time is left than is reserved", async () => {
    const { sending } = deadlines(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(sending.signal.aborted).toBe(true);
  });
});

describe("drainDeadlinesOf", () => {
  const deadlines = (leftMs: number) => drainDeadlinesOf(() => leftMs);

  test("leaves time to send what was received last", () => {
    expect(deadlines(6_500).receiving.mayStart()).toBe(true);
    expect(deadlines(6_499).receiving.mayStart()).toBe(false);
    expect(deadlines(6_499).sending.mayStart()).toBe(true);
  });

  test("says how long a call that sends may still be started", () => {
    expect(deadlines(4_600).sendingLeftMs()).toBe(100);
    expect(deadlines(4_600).sending.mayStart()).toBe(true);
    expect(deadlines(4_400).sendingLeftMs()).toBe(-100);
    expect(deadlines(4_400).sending.mayStart()).toBe(false);
  });
});
