import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { healthyAlarm } from "../../config/dns/alarms";
import { equal, fallback, isEmpty, listOf, mapOf, not, optional, when } from "../../core/expression";
import { CONTROLLER_PERIOD_SECONDS } from "../../core/limits";
import { alarmName, logicalId } from "../../core/names";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../../replicator/telemetry/metrics";
import { addressed, under } from "../address";
import { groupTagsOf } from "../tags";

export interface HealthAlarmsProps {
  /** With records. */
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/** Periods in a row after which a person is woken. */
const UNHEALTHY_PERIODS = 5;

/**
 * Alarms about the health of a home, in its region: with health by metric the one that its health check in the global stack is made of, and
 * the one that wakes a person.
 */
export class HealthAlarms extends Construct {
  constructor(scope: Construct, id: string, props: HealthAlarmsProps) {
    super(scope, id);
    const byMetric = under(this, equal(props.configuration.dns!.health.type, "metric"));
    if (byMetric !== undefined) healthy(byMetric, props);
    homeUnhealthy(this, props);
  }
}

/** No news for anybody: home-unhealthy tells when this lasts. */
function healthy(scope: Construct, { configuration, region, provider }: HealthAlarmsProps): void {
  const { failoverGroup } = configuration;
  const { name, evaluation } = healthyAlarm(configuration, region);
  addressed(
    new CloudwatchMetricAlarm(scope, "healthy", {
      provider,
      alarmName: name,
      alarmDescription: `A signal for Route 53: in alarm while ${region} is not fit to work for ${failoverGroup}, does not own its home, or says nothing. Producers are sent elsewhere. Look at the alarm home-unhealthy, which tells when this lasts.`,
      ...evaluation,
      dimensions: { ...evaluation.dimensions },
      tags: mapOf(groupTagsOf(configuration, "healthy")),
    }),
    logicalId(failoverGroup, "healthy"),
  );
}

function homeUnhealthy(scope: Construct, props: HealthAlarmsProps): void {
  const { configuration, region, provider } = props;
  const { failoverGroup, naming, recovery } = configuration;
  const consequence = when(
    equal(recovery!.takeover, "automatic"),
    `A peer takes the home over by itself when ${region} is lost, or has been unfit for ${recovery!.takeoverDelaySeconds} seconds`,
    "Nobody takes the home over but by order",
  );
  addressed(
    new CloudwatchMetricAlarm(scope, "home-unhealthy", {
      provider,
      alarmName: alarmName(naming.prefix, failoverGroup, "homeUnhealthy", region),
      alarmDescription: `For ${UNHEALTHY_PERIODS} minutes ${region} has not been fit to work for ${failoverGroup}, has not owned its home, or has said nothing: producers are sent elsewhere. ${consequence}. Look at the status that the command line shows, and at what the controller logs about queues, canary and ledger there. Evacuate the home if the region does not recover; hand back by failback what is with a peer once the region is sound.`,
      namespace: METRICS_NAMESPACE,
      metricName: METRICS.healthy,
      dimensions: controllerDimensions({ failoverGroup, region }),
      statistic: "Maximum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: CONTROLLER_PERIOD_SECONDS,
      evaluationPeriods: UNHEALTHY_PERIODS,
      treatMissingData: "breaching",
      ...actions(props),
      tags: mapOf(groupTagsOf(configuration, "homeUnhealthy")),
    }),
    logicalId(failoverGroup, "homeUnhealthy"),
  );
}

function actions({ configuration, region }: HealthAlarmsProps): { readonly alarmActions?: string[] } {
  const topics = fallback<readonly string[]>(configuration.recovery!.alarmActionArns[region], []);
  return optional(not(isEmpty(topics)), { alarmActions: listOf(topics) });
}
