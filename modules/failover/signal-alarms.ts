import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { type SignalAlarm, signalAlarmsOf } from "../../config/dns/alarms";
import { equal, fallback, isEmpty, listOf, mapOf, not, optional, when } from "../../core/expression";
import { CONTROLLER_PERIOD_SECONDS } from "../../core/limits";
import { alarmName, logicalId } from "../../core/names";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../../replicator/metrics";
import { addressed, under } from "../address";
import { groupTagsOf } from "../tags";

export interface SignalAlarmsProps {
  /** With records. */
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/** Periods in a row after which a person is woken. */
const UNHEALTHY_PERIODS = 5;

/**
 * Alarms of a failover group in one region that health checks in the global stack are made of, and the one that wakes a person when the
 * region is unhealthy.
 */
export class SignalAlarms extends Construct {
  constructor(scope: Construct, id: string, props: SignalAlarmsProps) {
    super(scope, id);
    for (const alarm of signalAlarmsOf(props.configuration, props.region)) {
      const place = under(this, alarm.exists ?? true);
      if (place !== undefined) this.signal(place, props, alarm);
    }
    this.homeUnhealthy(props);
  }

  private signal(
    scope: Construct,
    props: SignalAlarmsProps,
    { word, name, home, evaluation }: SignalAlarm,
  ): void {
    const { configuration, region, provider } = props;
    const { failoverGroup } = configuration;
    addressed(
      new CloudwatchMetricAlarm(scope, home === undefined ? word : `${word}-${home}`, {
        provider,
        alarmName: name,
        alarmDescription: describe(failoverGroup, region, word, home),
        ...evaluation,
        dimensions: { ...evaluation.dimensions },
        // The others are no news: a home does not claim itself as a rule, and home-unhealthy tells of the verdict.
        ...(word === "owned" && actions(props)),
        tags: mapOf(groupTagsOf(configuration, word)),
      }),
      logicalId(failoverGroup, word, home),
    );
  }

  private homeUnhealthy(props: SignalAlarmsProps): void {
    const { configuration, region, provider } = props;
    const { failoverGroup, naming, recovery } = configuration;
    const consequence = when(
      equal(recovery!.takeover, "automatic"),
      `A peer takes it over when its heartbeats say the same for ${recovery!.takeoverDelaySeconds} seconds`,
      "Nobody takes it over but by order",
    );
    addressed(
      new CloudwatchMetricAlarm(this, "home-unhealthy", {
        provider,
        alarmName: alarmName(naming.prefix, failoverGroup, "homeUnhealthy", region),
        alarmDescription: `By its own verdict ${region} has not been able to work for ${failoverGroup} for ${UNHEALTHY_PERIODS} minutes, or has said nothing: producers are sent elsewhere. ${consequence}. Look at what the controller logs about queues, canary and ledger there, and order an evacuation if the region does not recover.`,
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
}

function describe(group: string, region: string, word: SignalAlarm["word"], home?: string): string {
  switch (word) {
    case "owned":
      return `The home ${home} of ${group} was taken over by ${region}, which answers for its messages. Route 53 sends producers of ${home} elsewhere until it is handed back. Look at the status that the command line shows, and hand back by failback when ${home} is sound.`;
    case "claim":
      return `A signal for Route 53, in alarm as a rule. It is not while ${region} claims its own home in ${group} back from an owner that is gone and has not released it. Nobody needs to do anything; look at the health check that it feeds.`;
    case "healthy":
      return `A signal for Route 53: in alarm while ${region} cannot work for ${group} by its own verdict, or says nothing. Producers are sent elsewhere. Look at the alarm home-unhealthy, which tells when this lasts.`;
  }
}

function actions({ configuration, region }: SignalAlarmsProps): { readonly alarmActions?: string[] } {
  const topics = fallback<readonly string[]>(configuration.recovery!.alarmActionArns[region], []);
  return optional(not(isEmpty(topics)), { alarmActions: listOf(topics) });
}
