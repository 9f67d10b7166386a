import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { regionSets } from "../../config/region-sets";
import { equal, fallback, isEmpty, isSet, listOf, mapOf, not, optional, when } from "../../core/expression";
import { CONTROLLER_PERIOD_SECONDS, LEDGER_LAG_ALARM_SECONDS } from "../../core/limits";
import { alarmName, logicalId } from "../../core/names";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../../replicator/telemetry/metrics";
import { addressed, under } from "../address";
import { groupTagsOf } from "../tags";

export interface AlarmsProps {
  /** With recovery. */
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/** Periods in a row: one run may be late, or its metric. */
const SILENT_PERIODS = 5;
const LAGGING_PERIODS = 3;

/** Alarms of a failover group in one region. Each description is for the person who is woken. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.controllerSilent(props);
    const ledger = under(this, isSet(props.configuration.ledger));
    if (ledger === undefined) return;
    for (const home of regionSets(props.configuration).others(props.region)) {
      this.ledgerLag(ledger, props, home);
    }
  }

  private controllerSilent(props: AlarmsProps): void {
    const { configuration, region } = props;
    const { failoverGroup, recovery } = configuration;
    const { controller } = groupTopologyOf(configuration, region);
    const address = logicalId(failoverGroup, "controllerSilent");
    const consequence = when(
      equal(recovery!.takeover, "automatic"),
      "A peer takes its homes over by itself",
      "Nobody takes its homes over but by order",
    );
    addressed(
      new CloudwatchMetricAlarm(this, "controller-silent", {
        ...common(props, "controllerSilent"),
        alarmName: alarmName(configuration.naming.prefix, failoverGroup, "controllerSilent", region),
        alarmDescription: `The controller of ${failoverGroup} in ${region} has not run for ${SILENT_PERIODS} minutes: this region renews no lease, so its gates are closed, and its replicators hold what they take in until a peer owns the home. ${consequence}. Look at the log of the function ${controller.name} and at the schedule and the rule that start it.`,
        metricName: METRICS.controllerRuns,
        dimensions: controllerDimensions({ failoverGroup, region }),
        statistic: "Sum",
        comparisonOperator: "LessThanThreshold",
        threshold: 1,
        evaluationPeriods: SILENT_PERIODS,
        treatMissingData: "breaching",
      }),
      address,
    );
  }

  private ledgerLag(scope: Construct, props: AlarmsProps, home: string): void {
    const { configuration, region } = props;
    const { failoverGroup, ledger } = configuration;
    const address = logicalId(failoverGroup, "ledgerLag", home);
    addressed(
      new CloudwatchMetricAlarm(scope, `ledger-lag-${home}`, {
        ...common(props, "ledgerLag"),
        alarmName: alarmName(configuration.naming.prefix, failoverGroup, "ledgerLag", region, home),
        alarmDescription: `What consumers in ${home} note in the ledger ${ledger!.tableName} has been visible in ${region} only after more than ${LEDGER_LAG_ALARM_SECONDS} seconds for ${LAGGING_PERIODS} minutes. Nothing is lost, but a message claimed in both regions within that time may be processed twice: wait with a planned evacuation or failback until this is over, and look at ReplicationLatency of the table.`,
        metricName: METRICS.ledgerLag,
        dimensions: controllerDimensions({ failoverGroup, region }, home),
        statistic: "Maximum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: LEDGER_LAG_ALARM_SECONDS * 1_000,
        evaluationPeriods: LAGGING_PERIODS,
        treatMissingData: "notBreaching",
      }),
      address,
    );
  }
}

function common({ configuration, region, provider }: AlarmsProps, word: "controllerSilent" | "ledgerLag") {
  const topics = fallback<readonly string[]>(configuration.recovery!.alarmActionArns[region], []);
  return {
    provider,
    namespace: METRICS_NAMESPACE,
    period: CONTROLLER_PERIOD_SECONDS,
    ...optional(not(isEmpty(topics)), { alarmActions: listOf(topics) }),
    tags: mapOf(groupTagsOf(configuration, word)),
  };
}
