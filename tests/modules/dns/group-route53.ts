import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type {
  HealthCheckConfig,
  HealthCheckRegion,
  InsufficientDataHealthStatus,
  ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import type { Configuration } from "../../../config/configuration";
import { type AlarmSettings, alarmSettings, type DataPoint } from "../../../emulator/route53/engine/alarm";
import { answerQuestion, type Zone } from "../../../emulator/route53/engine/answer";
import type { Check, ProbeReply } from "../../../emulator/route53/engine/check";
import { type Health, NO_HISTORY, stepHealth } from "../../../emulator/route53/engine/checks";
import type { Client } from "../../../emulator/route53/engine/routing";
import { controllerDimensions, METRICS } from "../../../replicator/telemetry/metrics";
import { Template } from "../../template";

/** What of a region Route 53 and CloudWatch have to do with. */
export interface Region {
  /** Whether it can do its work. */
  isFit: boolean;
  /** Whether it owns its home. */
  ownsItself: boolean;
  /** Whether the health checkers get to its endpoint. */
  isReachable: boolean;
  /** Whether its controller publishes metrics, and CloudWatch takes them. */
  publishes: boolean;
}

/** Attributes of resources that matter here, as Terraform's JSON has them. */
interface CheckAttributes {
  readonly type: HealthCheckConfig["Type"];
  readonly fqdn?: string;
  readonly port?: number;
  readonly resource_path?: string;
  readonly request_interval?: number;
  readonly failure_threshold?: number;
  readonly cloudwatch_alarm_name?: string;
  readonly cloudwatch_alarm_region?: HealthCheckRegion;
  readonly insufficient_data_health_status?: InsufficientDataHealthStatus;
  readonly child_healthchecks?: readonly string[];
  readonly child_health_threshold?: number;
  readonly routing_control_arn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

interface AlarmAttributes {
  readonly alarm_name: string;
  readonly metric_name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: MetricAlarm["Statistic"];
  readonly period: number;
  readonly evaluation_periods: number;
  readonly threshold: number;
  readonly comparison_operator: MetricAlarm["ComparisonOperator"];
  readonly treat_missing_data?: string;
}

interface RecordAttributes {
  readonly name: string;
  readonly type: ResourceRecordSet["Type"];
  readonly ttl?: number;
  readonly records?: readonly string[];
  readonly alias?: {
    readonly name: string;
    readonly zone_id: string;
    readonly evaluate_target_health: boolean;
  };
  readonly set_identifier?: string;
  readonly failover_routing_policy?: { readonly type: ResourceRecordSet["Failover"] };
  readonly latency_routing_policy?: { readonly region: ResourceRecordSet["Region"] };
  readonly health_check_id?: string;
}

/** Resources of one type, by address. */
function resourcesOf<T>(template: Template, type: string): readonly (readonly [string, T])[] {
  return Object.entries(template.json.resource[type] ?? {}) as unknown as [string, T][];
}

/** Health checks of a group's global stack; their ids are their addresses. */
export function checksIn(global: Template): readonly Check[] {
  return resourcesOf<CheckAttributes>(global, "aws_route53_health_check").map(([id, attributes]) => ({
    id,
    config: configOf(attributes),
  }));
}

/** By health check, the home that it is about. */
export function homesIn(global: Template): Readonly<Record<string, string>> {
  return Object.fromEntries(
    resourcesOf<CheckAttributes>(global, "aws_route53_health_check").map(([id, { tags }]) => [
      id,
      tags["sqs-multi-region:home"]!,
    ]),
  );
}

/** The hosted zone, with the records of a group's global stack. */
export function zoneIn(global: Template, configuration: Configuration): Zone {
  return {
    id: configuration.dns!.zoneId,
    name: zoneName(configuration),
    records: resourcesOf<RecordAttributes>(global, "aws_route53_record").map(([, record]) =>
      recordOf(record),
    ),
  };
}

/** The text that a name answers to somebody near a region, or the code when there is none. */
export function textIn(zone: Zone, { statuses, problems }: Health, name: string, from: string): string {
  const client: Client = { location: {}, latencyMs: (region) => (region === from ? 1 : 100) };
  const isHealthy = (id: string) => {
    if (statuses[id] === undefined) throw new Error(problems[id] ?? `no health check ${id}`);
    return statuses[id] === "healthy";
  };
  const { code, records } = answerQuestion({ zones: [zone], isHealthy }, name, "TXT", client);
  return records.flatMap(({ values }) => values)[0]?.replaceAll('"', "") ?? code;
}

const START = 1_800_000_000_000;
const MINUTE_MS = 60_000;

/**
 * Route 53 with the health checks, alarms and records that the stacks of a group synthesize: what would be applied is what answers, by
 * the rules of Route 53. Time is simulated.
 */
export class GroupRoute53 {
  readonly regions: Readonly<Record<string, Region>>;
  now = START;
  private readonly checks: readonly Check[];
  private readonly alarms: Readonly<Record<string, AlarmSettings>>;
  private readonly metrics: Readonly<Record<string, string>>;
  private readonly homes: Readonly<Record<string, string>>;
  private readonly zone: Zone;
  private readonly points = new Map<string, DataPoint[]>();
  private health: Health;

  constructor(private readonly configuration: Configuration) {
    const names = Object.keys(configuration.regions);
    this.regions = Object.fromEntries(
      names.map((name): [string, Region] => [
        name,
        { isFit: true, ownsItself: true, isReachable: true, publishes: true },
      ]),
    );
    const global = Template.global(configuration);
    this.checks = checksIn(global);
    this.homes = homesIn(global);
    this.zone = zoneIn(global, configuration);
    const alarms = names.flatMap((region) =>
      resourcesOf<AlarmAttributes>(Template.of(configuration, region), "aws_cloudwatch_metric_alarm").map(
        ([, alarm]) => ({ region, alarm }),
      ),
    );
    const watched = this.checks.flatMap(({ id, config: { AlarmIdentifier: is } }) =>
      alarms
        .filter(({ region, alarm }) => region === is?.Region && alarm.alarm_name === is.Name)
        .map((found) => ({ id, ...found })),
    );
    this.alarms = Object.fromEntries(watched.map(({ id, alarm }) => [id, alarmSettings(alarmOf(alarm))]));
    this.metrics = Object.fromEntries(
      watched.map(({ id, region, alarm }) => [id, seriesOf(region, alarm.metric_name, alarm.dimensions)]),
    );
    this.health = this.step([]);
  }

  /** Region that a name answers; `from` counts for latency alone. */
  text(name: string, from = Object.keys(this.regions)[0]!): string {
    return textIn(this.zone, this.health, name, from);
  }

  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      const due = this.health.due;
      this.now += 1_000;
      if (this.now % MINUTE_MS === 0) this.publish();
      this.health = this.step(
        due.map((order): ProbeReply => ({ ...order, at: this.now, reply: this.replyOf(order.checkId) })),
      );
    }
  }

  /** All that was remembered is lost. */
  restart(): void {
    this.health = stepHealth(
      this.checks,
      NO_HISTORY,
      { probes: [], metrics: {}, routingControls: {} },
      this.now,
    );
  }

  private step(probes: readonly ProbeReply[]): Health {
    const metrics = Object.fromEntries(
      Object.entries(this.alarms).map(([id, settings]) => [
        id,
        { settings, points: this.points.get(this.metrics[id]!) ?? [] },
      ]),
    );
    const observations = { probes, metrics, routingControls: {} };
    return stepHealth(this.checks, this.health?.state ?? NO_HISTORY, observations, this.now);
  }

  private replyOf(checkId: string): ProbeReply["reply"] {
    const region = this.regions[this.homes[checkId]!]!;
    if (!region.isReachable) return {};
    return { connectedAfterMs: 20, status: isHealthy(region) ? 200 : 503, statusAfterMs: 30 };
  }

  /** What the controllers publish once a minute. */
  private publish(): void {
    const { failoverGroup } = this.configuration;
    for (const [region, state] of Object.entries(this.regions)) {
      if (!state.publishes) continue;
      const series = seriesOf(region, METRICS.healthy, controllerDimensions({ failoverGroup, region }));
      const one = Number(isHealthy(state));
      const point = { at: this.now, sampleCount: 1, sum: one, minimum: one, maximum: one };
      this.points.set(series, [...(this.points.get(series) ?? []), point].slice(-10));
    }
  }
}

/** What the health endpoint says, and the controller's metric. */
function isHealthy({ isFit, ownsItself }: Region): boolean {
  return isFit && ownsItself;
}

function seriesOf(region: string, metric: string, dimensions: Readonly<Record<string, string>>): string {
  return [
    region,
    metric,
    ...Object.entries(dimensions)
      .map((dimension) => dimension.join("="))
      .sort(),
  ].join(" ");
}

function zoneName({ dns }: Configuration): string {
  return `${dns!.record.split(".").slice(1).join(".")}.`;
}

function configOf(attributes: CheckAttributes): HealthCheckConfig {
  const { type, fqdn, cloudwatch_alarm_name, child_healthchecks, routing_control_arn } = attributes;
  return {
    Type: type,
    ...(routing_control_arn !== undefined && { RoutingControlArn: routing_control_arn }),
    ...(fqdn !== undefined && {
      FullyQualifiedDomainName: fqdn,
      Port: attributes.port,
      ResourcePath: attributes.resource_path,
      RequestInterval: attributes.request_interval,
      FailureThreshold: attributes.failure_threshold,
    }),
    ...(cloudwatch_alarm_name !== undefined && {
      AlarmIdentifier: { Region: attributes.cloudwatch_alarm_region, Name: cloudwatch_alarm_name },
      InsufficientDataHealthStatus: attributes.insufficient_data_health_status,
    }),
    ...(child_healthchecks !== undefined && {
      ChildHealthChecks: child_healthchecks.map(idIn),
      HealthThreshold: attributes.child_health_threshold,
    }),
  };
}

function alarmOf(attributes: AlarmAttributes): MetricAlarm {
  return {
    AlarmName: attributes.alarm_name,
    Statistic: attributes.statistic,
    Period: attributes.period,
    EvaluationPeriods: attributes.evaluation_periods,
    Threshold: attributes.threshold,
    ComparisonOperator: attributes.comparison_operator,
    TreatMissingData: attributes.treat_missing_data,
  };
}

function recordOf(attributes: RecordAttributes): ResourceRecordSet {
  const { alias, records = [], health_check_id } = attributes;
  return {
    Name: attributes.name,
    Type: attributes.type,
    SetIdentifier: attributes.set_identifier,
    ...(alias === undefined
      ? { TTL: attributes.ttl, ResourceRecords: records.map((Value) => ({ Value })) }
      : {
          AliasTarget: {
            DNSName: alias.name,
            HostedZoneId: alias.zone_id,
            EvaluateTargetHealth: alias.evaluate_target_health,
          },
        }),
    Failover: attributes.failover_routing_policy?.type,
    Region: attributes.latency_routing_policy?.region,
    ...(health_check_id !== undefined && { HealthCheckId: idIn(health_check_id) }),
  };
}

/** The address in a reference to a check's id. */
function idIn(reference: string): string {
  return reference.replace(/^\$\{aws_route53_health_check\.([\w-]+)\.id\}$/, "$1");
}
