import type { HealthCheckConfig } from "@aws-sdk/client-route-53";
import { type AlarmSettings, type AlarmState, type DataPoint, evaluateAlarm } from "./alarm";
import type { Check, HealthOptions, ProbeOrder, ProbeReply } from "./check";
import { type EndpointState, isHealthyByCheckers, newEndpoint, withReply, withRequests } from "./endpoint";

export type HealthStatus = "healthy" | "unhealthy";

/** What a check on an alarm looks at, or why it cannot. */
export type Metric = WatchedMetric | { readonly problem: string };

interface WatchedMetric {
  /** As they were when the check was created or last updated. */
  readonly settings: AlarmSettings;
  /** In any order; old ones may be left out. */
  readonly points: readonly DataPoint[];
}

/** What was seen since the step before. */
export interface HealthObservations {
  readonly probes: readonly ProbeReply[];
  /** By check, all that is known now. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Whether a routing control is on, by its ARN. */
  readonly routingControls: Readonly<Record<string, boolean>>;
}

interface MetricState {
  readonly alarm: AlarmState;
  /** The last status that there was enough data for. */
  readonly known?: HealthStatus;
}

/** What is remembered of health checks from one step to the next. */
export interface HealthState {
  readonly endpoints: Readonly<Record<string, EndpointState>>;
  readonly metrics: Readonly<Record<string, MetricState>>;
}

/** What a step comes to. */
export interface Health {
  readonly state: HealthState;
  readonly statuses: Readonly<Record<string, HealthStatus>>;
  /** Why a check has no status, by its id. */
  readonly problems: Readonly<Record<string, string>>;
  /** Requests to send now; each must be told of as a probe later on, whatever came of it. */
  readonly due: readonly ProbeOrder[];
}

export const NO_HISTORY: HealthState = { endpoints: {}, metrics: {} };
const MINUTE_MS = 60_000;
const CHECKERS = 15;
const ENDPOINT_TYPES = new Set(["HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"]);

function isEndpointCheck({ config }: Check): boolean {
  return ENDPOINT_TYPES.has(config.Type ?? "");
}

/**
 * The health checks at a moment. Nothing is read or kept: what is to be remembered is in `state`.
 *
 * @param now epoch milliseconds, never earlier than in the step before
 */
export function stepHealth(
  checks: readonly Check[],
  { endpoints, metrics }: HealthState,
  observations: HealthObservations,
  now: number,
  options: HealthOptions = {},
): Health {
  const settings = { checkers: CHECKERS, seed: "", minuteMs: MINUTE_MS, ...options };
  const active = checks.filter(({ config }) => !config.Disabled);
  const due: ProbeOrder[] = [];
  const newEndpoints: Record<string, EndpointState> = {};
  for (const check of active.filter(isEndpointCheck)) {
    const seen = observations.probes
      .filter(({ checkId }) => checkId === check.id)
      .reduce(
        (state, probe) => withReply(check, state, probe, settings),
        endpoints[check.id] ?? newEndpoint(check, now, settings),
      );
    const { state, orders } = withRequests(check, seen, now);
    newEndpoints[check.id] = state;
    due.push(...orders);
  }

  const newMetrics: Record<string, MetricState> = {};
  for (const { id } of active.filter(({ config }) => config.Type === "CLOUDWATCH_METRIC")) {
    const before = metrics[id] ?? { alarm: "INSUFFICIENT_DATA" };
    const metric = observations.metrics[id];
    newMetrics[id] =
      metric === undefined || "problem" in metric
        ? before
        : metricState(metric, before, now, settings.minuteMs);
  }

  const state = { endpoints: newEndpoints, metrics: newMetrics };
  return { state, due, ...statusesOf(checks, state, observations) };
}

function metricState(
  { settings, points }: WatchedMetric,
  before: MetricState,
  now: number,
  minuteMs: number,
) {
  const alarm = evaluateAlarm(settings, points, before.alarm, now, minuteMs);
  if (alarm === "INSUFFICIENT_DATA") return { ...before, alarm };
  return { alarm, known: statusFor(alarm === "OK") };
}

function statusesOf(
  checks: readonly Check[],
  state: HealthState,
  observations: HealthObservations,
): Pick<Health, "statuses" | "problems"> {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const statuses: Record<string, HealthStatus> = {};
  const problems: Record<string, string> = {};
  for (const check of checks) {
    try {
      statuses[check.id] = statusOf(check, byId, state, observations);
    } catch (error) {
      problems[check.id] = `health check ${check.id}: ${error instanceof Error ? error.message : error}`;
    }
  }
  return { statuses, problems };
}

/**
 * A disabled check is healthy whatever it watches, and one that is inverted is the contrary of what it would be, disabled or new
 * ones included.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html (Disabled, Inverted)
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html (Disabled: to have a disabled
 * check considered unhealthy, invert it)
 */
function statusOf(
  check: Check,
  byId: ReadonlyMap<string, Check>,
  state: HealthState,
  observations: HealthObservations,
): HealthStatus {
  const { config } = check;
  const plain = config.Disabled ? "healthy" : plainStatus(check, byId, state, observations);
  return config.Inverted ? statusFor(plain === "unhealthy") : plain;
}

function plainStatus(
  check: Check,
  byId: ReadonlyMap<string, Check>,
  state: HealthState,
  observations: HealthObservations,
): HealthStatus {
  const { id, config } = check;
  switch (config.Type) {
    case "CALCULATED":
      return calculatedStatus(config, byId, state, observations);
    case "CLOUDWATCH_METRIC":
      return metricStatus(config, state.metrics[id], observations.metrics[id]);
    case "RECOVERY_CONTROL":
      return controlStatus(config, observations.routingControls);
    default:
      if (!isEndpointCheck(check)) throw new Error(`its type ${config.Type} is not known`);
      return statusFor(isHealthyByCheckers(state.endpoints[id] ?? []));
  }
}

/**
 * As many children must be healthy as the threshold says: with 0 the check is always healthy, with more than there are children
 * never. A child cannot be calculated itself.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html (HealthThreshold)
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-calculated
 */
function calculatedStatus(
  { HealthThreshold: threshold, ChildHealthChecks: children = [] }: HealthCheckConfig,
  byId: ReadonlyMap<string, Check>,
  state: HealthState,
  observations: HealthObservations,
): HealthStatus {
  if (threshold === undefined) throw new Error("it has no HealthThreshold");
  const statuses = children.map((id) => {
    const child = byId.get(id);
    if (child === undefined) throw new Error(`its child ${id} does not exist`);
    if (child.config.Type === "CALCULATED") throw new Error(`its child ${id} is CALCULATED itself`);
    try {
      return statusOf(child, byId, state, observations);
    } catch (error) {
      throw new Error(`its child ${id}: ${error instanceof Error ? error.message : error}`);
    }
  });
  return statusFor(statuses.filter((status) => status === "healthy").length >= threshold);
}

/**
 * Without enough data the check is what InsufficientDataHealthStatus says; LastKnownStatus, which is the default, means healthy as
 * long as nothing is known.
 *
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html (InsufficientDataHealthStatus)
 */
function metricStatus(
  { InsufficientDataHealthStatus: setting = "LastKnownStatus" }: HealthCheckConfig,
  { alarm, known = "healthy" }: MetricState = { alarm: "INSUFFICIENT_DATA" },
  metric: Metric | undefined,
): HealthStatus {
  if (metric !== undefined && "problem" in metric) throw new Error(metric.problem);
  if (alarm !== "INSUFFICIENT_DATA") return statusFor(alarm === "OK");
  return setting === "LastKnownStatus" ? known : statusFor(setting === "Healthy");
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html (Type, RECOVERY_CONTROL) */
function controlStatus(
  { RoutingControlArn: arn = "" }: HealthCheckConfig,
  controls: Readonly<Record<string, boolean>>,
): HealthStatus {
  const on = controls[arn];
  if (on === undefined) throw new Error(`whether its routing control "${arn}" is on was not told`);
  return statusFor(on);
}

function statusFor(healthy: boolean): HealthStatus {
  return healthy ? "healthy" : "unhealthy";
}
