import fc from "fast-check";
import { HEARTBEAT_FRESH_SECONDS } from "../../../core/limits";
import { isFresh, judge } from "../../../replicator/health/sight";
import { NOW } from "../control/group";

const FRESH_MS = HEARTBEAT_FRESH_SECONDS * 1_000;
const SOUND = { silent: {}, heardAt: NOW - 20_000 };

test("a home whose queues answer, whose canary passes and whose ledger is usable is healthy", () => {
  expect(judge(SOUND, NOW)).toEqual({ healthy: true, reasons: [] });
});

test.each([
  ["a queue does not answer", { silent: { orders: "TimeoutError" } }, "orders: TimeoutError"],
  ["the canary was never heard", { heardAt: undefined }, "canary: never heard"],
  ["the canary is old", { heardAt: NOW - FRESH_MS - 1 }, "canary: heard 120 s ago"],
  ["the canary is from the future", { heardAt: NOW + FRESH_MS + 1_000 }, "canary: heard -121 s ago"],
  ["the ledger is not usable", { ledger: "AccessDeniedException" }, "ledger: AccessDeniedException"],
] as const)("alone makes it unhealthy that %s", (_, fault, reason) => {
  expect(judge({ ...SOUND, ...fault }, NOW)).toEqual({ healthy: false, reasons: [reason] });
});

test("there is a reason for each fault, and none without one", () => {
  const sight = fc.record({
    silent: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.constantFrom("TooLong", "AccessDenied")),
    heardAt: fc.option(fc.integer({ min: NOW - 3 * FRESH_MS, max: NOW + 3 * FRESH_MS }), { nil: undefined }),
    ledger: fc.option(fc.constant("TooLong"), { nil: undefined }),
  });
  fc.assert(
    fc.property(sight, (seen) => {
      const { healthy, reasons } = judge(seen, NOW);
      const isOld = seen.heardAt === undefined || Math.abs(NOW - seen.heardAt) > FRESH_MS;
      expect(reasons).toHaveLength(
        Object.keys(seen.silent).length + Number(isOld) + Number(seen.ledger !== undefined),
      );
      expect(healthy).toBe(reasons.length === 0);
    }),
  );
});

test.each([
  [0, true],
  [-FRESH_MS, true],
  [-FRESH_MS - 1, false],
  [FRESH_MS, true],
  [FRESH_MS + 1, false],
])("a moment %i ms from now is recent: %p", (ms, fresh) => {
  expect(isFresh(NOW + ms, NOW)).toBe(fresh);
});
