import { readFileSync } from "node:fs";
import path from "node:path";
import { CONTROLLER_PERIOD_SECONDS, DRAIN_TASK_SECONDS, HEARTBEAT_FRESH_SECONDS } from "../../core/limits";
import {
  RECORD_LAG_SECONDS,
  recordCacheSeconds,
  recordLagSeconds,
  recordSettledSeconds,
  silenceSeconds,
  takeoverSeconds,
} from "../../ownership/times";

const TTL_SECONDS = 10;
const RULES = { takeoverDelaySeconds: 300, inFlightSeconds: 65 };
const docs = readFileSync(path.join(__dirname, "../../docs/recovery.md"), "utf8");

test("an answer is kept as long as a role, or as its time to live says if that is longer", () => {
  expect([0, 10, 60].map(recordCacheSeconds)).toEqual([10, 10, 60]);
});

test("a record lags by more than an alarm's period and its evaluation, and by the caches on the way", () => {
  expect(RECORD_LAG_SECONDS).toBeGreaterThanOrEqual(60 + 60);
  expect(recordLagSeconds(TTL_SECONDS)).toBe(RECORD_LAG_SECONDS + 10 + 10);
  expect(recordLagSeconds(60)).toBe(RECORD_LAG_SECONDS + 60 + 60);
});

test("who is not named any more has time for its caches, and for work in flight or a drain task, whichever is longer", () => {
  const [busy, idle] = [65, 0].map((inFlightSeconds) =>
    recordSettledSeconds({ inFlightSeconds }, TTL_SECONDS),
  );
  expect(busy).toBeGreaterThanOrEqual(TTL_SECONDS + 10 + 65);
  expect(idle).toBeGreaterThanOrEqual(TTL_SECONDS + DRAIN_TASK_SECONDS);
});

test("who says nothing has time until it has not heard of the others, and a run to notice that", () => {
  const least = HEARTBEAT_FRESH_SECONDS + CONTROLLER_PERIOD_SECONDS + DRAIN_TASK_SECONDS;
  expect(silenceSeconds({ inFlightSeconds: 0 })).toBeGreaterThanOrEqual(least);
});

test("docs/recovery.md has the figures", () => {
  expect(docs).toContain(`| metric to record, seen everywhere | ${recordLagSeconds(TTL_SECONDS)} s |`);
  expect(docs).toContain(`first message in the peer | ${takeoverSeconds(RULES, TTL_SECONDS)} s:`);
  expect(docs).toContain(`work in flight at home ${recordSettledSeconds(RULES, TTL_SECONDS)} s,`);
});
