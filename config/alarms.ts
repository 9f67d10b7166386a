import { equal, isSet, known, text, when } from "../core/expression";
import { CONTROLLER_PERIOD_SECONDS, LEDGER_LAG_ALARM_SECONDS } from "../core/limits";
import type { Condition, Operand } from "../core/value";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../replicator/telemetry/metrics";
import type { GroupSettings } from "./configuration";
import { groupTopologyOf } from "./group-topology";

/** What an alarm is about. */
export interface AlarmSubject {
  /** Name of the failover group. */
  readonly group: string;
  readonly region: string;
  /** Of an alarm about another region's home. @default "" */
  readonly home: string;
  /** Name of the controller's function. */
  readonly controller: string;
  /** Name of the ledger's table. */
  readonly ledger: string;
  /** What comes of it for the region's homes. */
  readonly consequence: string;
  /** For how long it has lasted. */
  readonly minutes: number;
}

/** An alarm of a failover group in each region. */
export interface AlarmDefinition {
  readonly metric: string;
  readonly statistic: "Sum" | "Minimum" | "Maximum";
  readonly comparison: "LessThanThreshold" | "GreaterThanThreshold";
  readonly threshold: number;
  /** Periods of {@link CONTROLLER_PERIOD_SECONDS} in a row. */
  readonly periods: number;
  readonly missingData: "breaching" | "notBreaching";
  /** What there is one of. */
  readonly per: "region" | "home of another region";
  /** Whether the topics of `recovery.alarm_action_arns` are told. */
  readonly tells: boolean;
  readonly exists: (configuration: GroupSettings) => Condition;
  /** For the reader of a module, in a few words. */
  readonly what: string;
  /** For the person who is woken: what it is, what comes of it, where to look. */
  readonly sentence: (subject: AlarmSubject) => string;
}

/** Every alarm, by its word. `docs/reference/alarms.md` is made from it. */
export const ALARMS = {
  controllerSilent: {
    what: "no controller has run for a while",
    metric: METRICS.controllerRuns,
    statistic: "Sum",
    comparison: "LessThanThreshold",
    threshold: 1,
    periods: 5,
    missingData: "breaching",
    per: "region",
    tells: true,
    exists: () => known(true),
    sentence: ({ group, region, controller, consequence, minutes }) =>
      `The controller of ${group} in ${region} has not run for ${minutes} minutes: this region renews no lease, so its gates are closed, and its replicators hold what they take in until a peer owns the home. ${consequence}. Look at the log of the function ${controller} and at the schedule and the rule that start it.`,
  },
  ledgerLag: {
    what: "entries of the ledger are behind",
    metric: METRICS.ledgerLag,
    statistic: "Maximum",
    comparison: "GreaterThanThreshold",
    threshold: LEDGER_LAG_ALARM_SECONDS * 1_000,
    // One run may be late, or its metric.
    periods: 3,
    missingData: "notBreaching",
    per: "home of another region",
    tells: true,
    exists: ({ ledger }) => isSet(ledger),
    sentence: ({ region, home, ledger, minutes }) =>
      `What consumers in ${home} note in the ledger ${ledger} has been visible in ${region} only after more than ${LEDGER_LAG_ALARM_SECONDS} seconds for ${minutes} minutes. Nothing is lost, but a message claimed in both regions within that time may be processed twice: wait with a planned evacuation or failback until this is over, and look at ReplicationLatency of the table.`,
  },
  homeUnhealthy: {
    what: "the region says that it is not healthy",
    metric: METRICS.healthy,
    statistic: "Maximum",
    comparison: "LessThanThreshold",
    threshold: 1,
    periods: 5,
    missingData: "breaching",
    per: "region",
    tells: true,
    exists: ({ dns }) => isSet(dns),
    sentence: ({ group, region, consequence, minutes }) =>
      `For ${minutes} minutes ${region} has not been fit to work for ${group}, has not owned its home, or has said nothing: producers are sent elsewhere. ${consequence}. Look at the status that the command line shows, and at what the controller logs about queues, canary and ledger there. Evacuate the home if the region does not recover; hand back by failback what is with a peer once the region is sound.`,
  },
  /**
   * Route 53 copies it: one metric of standard resolution, one statistic, no metric math.
   * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-cloudwatch
   */
  healthy: {
    what: "the region says that it is healthy, for a health check to copy",
    metric: METRICS.healthy,
    statistic: "Minimum",
    comparison: "LessThanThreshold",
    threshold: 1,
    periods: 1,
    missingData: "breaching",
    per: "region",
    // No news for anybody: homeUnhealthy tells when this lasts.
    tells: false,
    exists: ({ dns }) => equal(dns?.health.type, "metric"),
    sentence: ({ group, region }) =>
      `A signal for Route 53: in alarm while ${region} is not fit to work for ${group}, does not own its home, or says nothing. Producers are sent elsewhere. Look at the alarm home-unhealthy, which tells when this lasts.`,
  },
} as const satisfies Readonly<Record<string, AlarmDefinition>>;

export type AlarmWord = keyof typeof ALARMS;

/** What an alarm of a region is about; of one about a peer's home, with that home. */
export function alarmSubject(
  configuration: GroupSettings,
  alarm: AlarmDefinition,
  region: string,
  home = "",
): AlarmSubject {
  const { failoverGroup, recovery, ledger } = configuration;
  return {
    group: text(failoverGroup),
    region,
    home,
    controller: groupTopologyOf(configuration, region).controller.name,
    ledger: text(ledger?.tableName ?? ""),
    consequence: text(
      when(
        equal(recovery!.takeover, "automatic"),
        `A peer takes its homes over by itself when ${region} is lost, or has been unfit for ${recovery!.takeoverDelaySeconds} seconds`,
        "Nobody takes its homes over but by order",
      ),
    ),
    minutes: minutesOf(alarm),
  };
}

/** For how long it lasts before an alarm tells. */
export function minutesOf({ periods }: AlarmDefinition): number {
  return (periods * CONTROLLER_PERIOD_SECONDS) / 60;
}

/** What CloudWatch evaluates. */
export function evaluationOf(
  { metric, statistic, comparison, threshold, periods, missingData }: AlarmDefinition,
  failoverGroup: Operand<string>,
  region: string,
  home?: string,
) {
  return {
    namespace: METRICS_NAMESPACE,
    metricName: metric,
    dimensions: controllerDimensions({ failoverGroup: text(failoverGroup), region }, home),
    statistic,
    comparisonOperator: comparison,
    threshold,
    period: CONTROLLER_PERIOD_SECONDS,
    evaluationPeriods: periods,
    treatMissingData: missingData,
  } as const;
}
