import fc from "fast-check";
import { Breaker, type CallVerdict, type Permit } from "../../../replicator/replicate/breaker";

/** A breaker and a clock; `calls` makes calls one after the other. */
function setUp(random = 1) {
  const breaker = new Breaker();
  const clock = { ms: 1_000_000 };
  const call = (verdict: CallVerdict, tookMs = 10): Permit | undefined => {
    const permit = breaker.ask(clock.ms);
    clock.ms += tookMs;
    if (permit !== undefined) breaker.settle(permit, verdict, tookMs, clock.ms, random);
    return permit;
  };
  const calls = (verdict: CallVerdict, count: number, tookMs?: number) =>
    Array.from({ length: count }, () => call(verdict, tookMs));
  return { breaker, clock, call, calls };
}

describe("Breaker", () => {
  test("lets every call through to a peer that answers", () => {
    const { breaker, calls } = setUp();
    expect(new Set(calls("answered", 100))).toEqual(new Set(["normal"]));
    expect(breaker.state).toBe("closed");
  });

  test("opens after three failures in a row", () => {
    const { breaker, calls, call } = setUp();
    calls("failed", 2);
    call("answered");
    calls("failed", 2);
    expect(breaker.state).toBe("closed");
    call("failed");
    expect(breaker.state).toBe("open");
    expect(call("answered")).toBeUndefined();
  });

  test("opens after one failure that took long", () => {
    const { breaker, call } = setUp();
    call("failed", 1_000);
    expect(breaker.state).toBe("open");
  });

  test("opens after three slow answers in a row", () => {
    const { breaker, calls, call } = setUp();
    calls("answered", 2, 900);
    call("answered", 80);
    calls("answered", 3, 900);
    expect(breaker.state).toBe("open");
  });

  test("learns nothing from a call that the function had no time for", () => {
    const { breaker, calls, call } = setUp();
    calls("failed", 2);
    calls("unknown", 5, 3_000);
    expect(breaker.state).toBe("closed");
    call("failed");
    expect(breaker.state).toBe("open");
  });

  test("makes one trial at a time when its pause is over, and closes when it succeeds", () => {
    const { breaker, calls, clock } = setUp();
    calls("failed", 3);
    clock.ms += 999;
    expect(breaker.ask(clock.ms)).toBeUndefined();
    clock.ms += 1;
    expect(breaker.ask(clock.ms)).toBe("trial");
    expect(breaker.state).toBe("half-open");
    expect(breaker.ask(clock.ms + 60_000)).toBeUndefined();
    breaker.settle("trial", "answered", 80, clock.ms + 80, 1);
    expect(breaker.state).toBe("closed");
    expect(calls("failed", 3)).toEqual(["normal", "normal", "normal"]);
    expect(breaker.state).toBe("open");
  });

  test("makes another trial at once when the function had no time for one", () => {
    const { breaker, calls, call, clock } = setUp();
    calls("failed", 3);
    clock.ms += 1_000;
    expect(call("unknown")).toBe("trial");
    expect(breaker.state).toBe("open");
    expect(call("answered")).toBe("trial");
    expect(breaker.state).toBe("closed");
  });

  test("waits longer after each trial that fails, up to 30 s", () => {
    const { call, calls, clock } = setUp();
    calls("failed", 3);
    const pauses = Array.from({ length: 7 }, () => {
      const from = clock.ms;
      while (call("failed", 0) === undefined) clock.ms += 100;
      return (clock.ms - from) / 1_000;
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  test("waits long at once after a call that hung, and begins anew after a success", () => {
    const { breaker, call, calls, clock } = setUp();
    call("answered");
    call("failed", 500);
    clock.ms += 14_999;
    expect(breaker.ask(clock.ms)).toBeUndefined();
    clock.ms += 1;
    expect(call("answered")).toBe("trial");
    calls("failed", 3);
    clock.ms += 1_000;
    expect(breaker.ask(clock.ms)).toBe("trial");
  });

  test("tries again soon after a first call that hung, which a cold start may have caused", () => {
    const { call, clock } = setUp();
    call("failed", 1_000);
    clock.ms += 1_000;
    expect(call("failed", 1_000)).toBe("trial");
    clock.ms += 29_999;
    expect(call("failed")).toBeUndefined();
  });

  test("takes a trial that was answered late as failed", () => {
    const { breaker, calls, call, clock } = setUp();
    calls("answered", 3, 900);
    clock.ms += 1_000;
    expect(call("answered", 900)).toBe("trial");
    expect(breaker.state).toBe("open");
    clock.ms += 26_000;
    expect(breaker.ask(clock.ms)).toBeUndefined();
    clock.ms += 1_000;
    expect(breaker.ask(clock.ms)).toBe("trial");
  });

  test("does not listen to calls from before it opened", () => {
    const { breaker, calls, clock } = setUp();
    const early = breaker.ask(clock.ms)!;
    calls("failed", 3);
    breaker.settle(early, "answered", 10, clock.ms, 1);
    expect(breaker.state).toBe("open");
    clock.ms += 1_000;
    breaker.ask(clock.ms);
    breaker.settle(early, "failed", 1_000, clock.ms, 1);
    expect(breaker.state).toBe("half-open");
  });

  test("spends no more than a twentieth of its time on a peer that does not answer, however it fails", () => {
    const failing = fc.record({
      tookMs: fc.integer({ min: 0, max: 1_000 }),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(failing, { minLength: 1 }), (plan) => {
        const breaker = new Breaker();
        let nowMs = 0;
        let spentMs = 0;
        let call = 0;
        while (nowMs < 600_000) {
          const { tookMs, random } = plan[call % plan.length]!;
          const permit = breaker.ask(nowMs);
          if (permit === undefined) {
            nowMs += 50;
            continue;
          }
          call += 1;
          nowMs += tookMs;
          spentMs += tookMs;
          breaker.settle(permit, "failed", tookMs, nowMs, random);
        }
        expect(spentMs).toBeLessThanOrEqual(nowMs / 20);
      }),
    );
  });

  test("keeps to its rules in any order of calls and answers", () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 40_000 }),
      verdict: fc.constantFrom<CallVerdict>("answered", "failed", "unknown"),
      tookMs: fc.constantFrom(10, 399, 400, 1_000),
      settleEarlier: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const breaker = new Breaker();
        let nowMs = 0;
        const underWay: Permit[] = [];
        for (const { waitMs, verdict, tookMs, settleEarlier } of steps) {
          nowMs += waitMs;
          const before = breaker.state;
          const permit = breaker.ask(nowMs);
          if (before === "closed") expect(permit).toBe("normal");
          if (before === "half-open") expect(permit).toBeUndefined();
          if (permit === "trial") expect([before, breaker.state]).toEqual(["open", "half-open"]);
          if (permit !== undefined) underWay.push(permit);
          expect(underWay.filter((one) => one === "trial").length).toBeLessThanOrEqual(1);
          const settled = settleEarlier ? underWay.shift() : undefined;
          if (settled !== undefined) breaker.settle(settled, verdict, tookMs, nowMs, 0.5);
          if (settled === "trial") expect(breaker.state).not.toBe("half-open");
        }
        for (const permit of underWay) breaker.settle(permit, "unknown", 0, nowMs, 0.5);
        // Whatever happened, the peer gets its chance after the longest pause.
        expect(breaker.ask(nowMs + 30_000)).toBeDefined();
      }),
    );
  });
});
