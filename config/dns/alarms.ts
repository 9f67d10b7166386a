import { CONTROLLER_PERIOD_SECONDS } from "../../core/limits";
import { alarmName } from "../../core/names";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../../replicator/telemetry/metrics";
import type { Configuration } from "../configuration";

/**
 * The alarm that a health check copies its settings from, as Route 53 evaluates it: one metric of standard resolution, one statistic, no
 * metric math.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-cloudwatch
 */
export interface HealthyAlarm {
  readonly name: string;
  /** Region in which it stands. */
  readonly region: string;
  readonly evaluation: {
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: "Minimum";
    readonly comparisonOperator: "LessThanThreshold";
    readonly threshold: number;
    readonly period: number;
    readonly evaluationPeriods: number;
    readonly treatMissingData: "breaching";
  };
}

/** In ALARM while the home does not process its own messages, or says nothing. */
export function healthyAlarm({ naming, failoverGroup }: Configuration, home: string): HealthyAlarm {
  return {
    name: alarmName(naming.prefix, failoverGroup, "healthy", home),
    region: home,
    evaluation: {
      namespace: METRICS_NAMESPACE,
      metricName: METRICS.healthy,
      dimensions: controllerDimensions({ failoverGroup, region: home }),
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: CONTROLLER_PERIOD_SECONDS,
      evaluationPeriods: 1,
      treatMissingData: "breaching",
    },
  };
}
