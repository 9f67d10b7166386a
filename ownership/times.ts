import {
  CONTROLLER_PERIOD_SECONDS,
  DRAIN_TASK_SECONDS,
  HEARTBEAT_FRESH_SECONDS,
  ROLE_CACHE_SECONDS,
} from "../core/limits";
import type { Rules } from "./situation";

/** How long what one region does takes to become known in another, and how long one goes on by what it knew before. All in seconds. */

/**
 * Period of the alarms on `Owned` and `Claim`. The minute that is under way when a value is given still shows the one before.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
const ALARM_PERIOD_SECONDS = 60;
/** Such alarms are evaluated once a minute. */
const ALARM_EVALUATION_SECONDS = 60;
/**
 * A health check reads the data of its alarm by itself, not the state of the alarm, and no page says how often.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
const ALARM_CHECK_SECONDS = 60;
/** The servers of Route 53 do not change their answers at one moment. */
const RECORD_SPREAD_SECONDS = 30;

/** From when CloudWatch takes a metric until the records that follow it are answered anew. */
export const RECORD_LAG_SECONDS =
  ALARM_PERIOD_SECONDS + ALARM_EVALUATION_SECONDS + ALARM_CHECK_SECONDS + RECORD_SPREAD_SECONDS;

/** Time for which a reader goes by the answer of a record. */
export function recordCacheSeconds(ttlSeconds: number): number {
  return Math.max(ROLE_CACHE_SECONDS, ttlSeconds);
}

/** From when CloudWatch takes a metric until everybody goes by the records that follow it. */
export function recordLagSeconds(ttlSeconds: number): number {
  return RECORD_LAG_SECONDS + ttlSeconds + recordCacheSeconds(ttlSeconds);
}

/**
 * From when a record is seen to name another region until the one that it named before does nothing more by its former answer: that may
 * be in the cache of a DNS server and of a reader, or have led to a drain task, and then work in flight has to end.
 */
export function recordSettledSeconds(
  { inFlightSeconds }: Pick<Rules, "inFlightSeconds">,
  ttlSeconds: number,
): number {
  const stops = Math.max(recordCacheSeconds(ttlSeconds) + inFlightSeconds, DRAIN_TASK_SECONDS);
  return RECORD_SPREAD_SECONDS + ttlSeconds + stops;
}

/**
 * From when a region is to own a home until one that says nothing has ended its work on it: it goes by what it last heard of the others,
 * and what it began by that has to end.
 */
export function silenceSeconds({ inFlightSeconds }: Pick<Rules, "inFlightSeconds">): number {
  const stops = Math.max(ROLE_CACHE_SECONDS + inFlightSeconds, DRAIN_TASK_SECONDS);
  return HEARTBEAT_FRESH_SECONDS + CONTROLLER_PERIOD_SECONDS + stops;
}

/**
 * Longest time from the loss of a home until a peer moves its messages, when nothing else fails: its last heartbeat gets old, both signals
 * last for the takeover delay, the record follows, and what may still go on in the home by the former answer ends. A run of the
 * controller passes before it notices that.
 */
export function takeoverSeconds(
  rules: Pick<Rules, "inFlightSeconds" | "takeoverDelaySeconds">,
  ttlSeconds: number,
): number {
  const learns = Math.max(
    silenceSeconds(rules),
    recordLagSeconds(ttlSeconds) + recordSettledSeconds(rules, ttlSeconds),
  );
  return HEARTBEAT_FRESH_SECONDS + rules.takeoverDelaySeconds + learns + 2 * CONTROLLER_PERIOD_SECONDS;
}
