import { seededFraction } from "../../seeded";
import type { Check, HealthOptions, ProbeOrder, ProbeReply } from "./check";
import { passes } from "./reply";

/** What one health checker knows of an endpoint. */
interface Checker {
  readonly healthy: boolean;
  /** Requests in a row that came to the contrary. */
  readonly contrary: number;
  readonly requests: number;
  /** When its next request is due, in epoch milliseconds; `undefined` while it waits for an answer. */
  readonly nextAt: number | undefined;
}

export type EndpointState = readonly Checker[];

type Settings = Required<HealthOptions>;

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html (FailureThreshold, RequestInterval) */
const FAILURE_THRESHOLD = 3;
const REQUEST_INTERVAL_SECONDS = 30;
/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html */
const HEALTHY_SHARE = 0.18;
/** How much an interval of a checker varies: checkers do not coordinate. */
const JITTER = 0.1;

/**
 * A new check is healthy until there is enough data. Its checkers begin spread over the interval.
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export function newEndpoint(check: Check, now: number, settings: Settings): EndpointState {
  return Array.from({ length: settings.checkers }, (_, checker) => ({
    healthy: true,
    contrary: 0,
    requests: 0,
    nextAt: now + seededFraction(settings.seed + check.id, checker) * intervalMs(check, settings),
  }));
}

/**
 * With the answer to a request. A checker changes its mind when as many requests in a row as the failure threshold say the contrary. The
 * next request is sent an interval after the answer.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html (FailureThreshold, RequestInterval)
 */
export function withReply(
  check: Check,
  state: EndpointState,
  { checker: number, at, reply }: ProbeReply,
  settings: Settings,
): EndpointState {
  const { FailureThreshold: threshold = FAILURE_THRESHOLD } = check.config;
  return state.map((checker, index) => {
    if (index !== number) return checker;
    const contrary = passes(check.config, reply) === checker.healthy ? 0 : checker.contrary + 1;
    const changes = contrary >= threshold;
    const variation = 1 + JITTER * (seededFraction(settings.seed + check.id, index, checker.requests) - 0.5);
    return {
      healthy: checker.healthy !== changes,
      contrary: changes ? 0 : contrary,
      requests: checker.requests,
      nextAt: at + intervalMs(check, settings) * variation,
    };
  });
}

/** With the requests that are due by now on their way. */
export function withRequests(
  { id }: Check,
  state: EndpointState,
  now: number,
): { readonly state: EndpointState; readonly orders: readonly ProbeOrder[] } {
  const isDue = ({ nextAt }: Checker): boolean => nextAt !== undefined && nextAt <= now;
  return {
    orders: state.flatMap((each, checker) => (isDue(each) ? [{ checkId: id, checker }] : [])),
    state: state.map((each) =>
      isDue(each) ? { ...each, nextAt: undefined, requests: each.requests + 1 } : each,
    ),
  };
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html: more than 18 % */
export function isHealthyByCheckers(state: EndpointState): boolean {
  return state.length === 0 || state.filter(({ healthy }) => healthy).length > HEALTHY_SHARE * state.length;
}

function intervalMs({ config }: Check, { minuteMs }: Settings): number {
  return ((config.RequestInterval ?? REQUEST_INTERVAL_SECONDS) / 60) * minuteMs;
}
