import type { HealthCheckConfig, ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { AlarmSettings, DataPoint } from "../../../../emulator/route53/engine/alarm";
import { answerQuestion, type World, type Zone } from "../../../../emulator/route53/engine/answer";
import type { Check, HealthOptions } from "../../../../emulator/route53/engine/check";
import {
  type Health,
  type HealthObservations,
  NO_HISTORY,
  stepHealth,
} from "../../../../emulator/route53/engine/checks";
import type { Reply } from "../../../../emulator/route53/engine/reply";
import type { Client } from "../../../../emulator/route53/engine/routing";

export const ZONE_ID = "Z1";
export const R = "orders.example.com.";

export const PASSED: Reply = { connectedAfterMs: 20, status: 200, statusAfterMs: 30 };
export const FAILED: Reply = {};

/** A whole minute. */
export const START = 1_800_000_000_000;

export function check(id: string, config: HealthCheckConfig): Check {
  return { id, config };
}

export function calculated(id: string, threshold: number, ...children: string[]): Check {
  return check(id, { Type: "CALCULATED", HealthThreshold: threshold, ChildHealthChecks: children });
}

/** A check that is as it says, by a routing control that {@link SWITCHES} has. */
export function fixed(id: string, healthy: boolean, config: Partial<HealthCheckConfig> = {}): Check {
  return check(id, { Type: "RECOVERY_CONTROL", RoutingControlArn: healthy ? "on" : "off", ...config });
}

const SWITCHES = { on: true, off: false };

export function observe(observations: Partial<HealthObservations> = {}): HealthObservations {
  return { probes: [], metrics: {}, routingControls: SWITCHES, ...observations };
}

export function statusesOf(checks: readonly Check[], observations: Partial<HealthObservations> = {}) {
  return stepHealth(checks, NO_HISTORY, observe(observations), START).statuses;
}

export const ALARM: AlarmSettings = {
  statistic: "Minimum",
  comparison: "LessThanThreshold",
  threshold: 1,
  periodSeconds: 60,
  evaluationPeriods: 1,
  treatMissingData: "missing",
};

export function point(at: number, value: number, count = 1): DataPoint {
  return { at, sampleCount: count, sum: value * count, minimum: value, maximum: value };
}

/** Has an endpoint's checkers send what is due second by second and answers as `reply` says. Returns the last step. */
export function probeFor(
  checked: Check,
  seconds: number,
  reply: (checker: number, at: number) => Reply,
  options: HealthOptions = {},
  from: { readonly health?: Health | undefined; readonly at?: number } = {},
): Health {
  let health = from.health ?? stepHealth([checked], NO_HISTORY, observe(), from.at ?? START, options);
  for (let second = 1; second <= seconds; second += 1) {
    const at = (from.at ?? START) + second * 1_000;
    const probes = health.due.map((order) => ({ ...order, at, reply: reply(order.checker, at) }));
    health = stepHealth([checked], health.state, observe({ probes }), at, options);
  }
  return health;
}

export function txt(name: string, value: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet {
  return { Name: name, Type: "TXT", TTL: 10, ResourceRecords: [{ Value: `"${value}"` }], ...more };
}

export function aliasOf(
  name: string,
  target: string,
  more: Partial<ResourceRecordSet> = {},
): ResourceRecordSet {
  const AliasTarget = { HostedZoneId: ZONE_ID, DNSName: target, EvaluateTargetHealth: true };
  return { Name: name, Type: "TXT", AliasTarget, ...more };
}

export function zone(...records: ResourceRecordSet[]): Zone {
  return { id: ZONE_ID, name: "example.com.", records };
}

/** Checks are healthy if their name is not among `unhealthy`. */
export function world(records: readonly ResourceRecordSet[], ...unhealthy: string[]): World {
  return { zones: [zone(...records)], isHealthy: (id) => !unhealthy.includes(id) };
}

export const ANYBODY: Client = { location: {}, latencyMs: () => 0 };

/** The one text that the name answers, or the code when there is none. */
export function textOf(from: World, name = R, client = ANYBODY): string {
  const { code, records } = answerQuestion(from, name, "TXT", client);
  return (
    records.flatMap(({ values }) => values)[0]?.replaceAll('"', "") ?? (code === "NOERROR" ? "NODATA" : code)
  );
}
