import { type Condition, equal } from "../../core/expression";
import { CONTROLLER_PERIOD_SECONDS } from "../../core/limits";
import { alarmName } from "../../core/names";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../../replicator/metrics";
import type { Configuration } from "../configuration";
import { regionSets } from "../region-sets";

/** Alarms that health checks copy their settings from. */
export type SignalWord = "owned" | "claim" | "healthy";

/**
 * An alarm as Route 53 evaluates it: one metric of standard resolution, one statistic, no metric math.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-cloudwatch
 */
export interface SignalAlarm {
  readonly word: SignalWord;
  readonly name: string;
  /** Region in which it stands. */
  readonly region: string;
  /** Home that `owned` is about. */
  readonly home?: string;
  /** @default it does */
  readonly exists?: Condition;
  readonly evaluation: {
    readonly namespace: string;
    readonly metricName: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly statistic: "Minimum" | "Maximum";
    readonly comparisonOperator: "GreaterThanOrEqualToThreshold" | "LessThanThreshold";
    readonly threshold: number;
    readonly period: number;
    readonly evaluationPeriods: number;
    readonly treatMissingData: "ignore" | "breaching";
  };
}

/** Alarms of a region that its own and others' health checks are made of. */
export function signalAlarmsOf(configuration: Configuration, region: string): readonly SignalAlarm[] {
  return [
    ...regionSets(configuration)
      .others(region)
      .map((home) => ownedAlarm(configuration, region, home)),
    claimAlarm(configuration, region),
    { ...healthyAlarm(configuration, region), exists: equal(configuration.dns?.health.type, "metric") },
  ].filter(({ exists }: SignalAlarm) => exists !== false);
}

/** In ALARM while a region owns a peer's home. Without data it stays as it is: a controller that stands still gives no home up. */
export function ownedAlarm(configuration: Configuration, region: string, home: string): SignalAlarm {
  return alarm(configuration, "owned", region, home, {
    metricName: METRICS.owned,
    statistic: "Maximum",
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    treatMissingData: "ignore",
  });
}

/** In ALARM, which is the rule, unless the home claims itself back. */
export function claimAlarm(configuration: Configuration, home: string): SignalAlarm {
  return alarm(configuration, "claim", home, undefined, {
    metricName: METRICS.claim,
    statistic: "Maximum",
    comparisonOperator: "LessThanThreshold",
    treatMissingData: "breaching",
  });
}

/** In ALARM while the home cannot do its work, or says nothing. */
export function healthyAlarm(configuration: Configuration, home: string): SignalAlarm {
  return alarm(configuration, "healthy", home, undefined, {
    metricName: METRICS.healthy,
    statistic: "Minimum",
    comparisonOperator: "LessThanThreshold",
    treatMissingData: "breaching",
  });
}

function alarm(
  { naming, failoverGroup }: Configuration,
  word: SignalWord,
  region: string,
  home: string | undefined,
  evaluation: Pick<
    SignalAlarm["evaluation"],
    "metricName" | "statistic" | "comparisonOperator" | "treatMissingData"
  >,
): SignalAlarm {
  return {
    word,
    name: alarmName(naming.prefix, failoverGroup, word, region, home),
    region,
    ...(home !== undefined && { home }),
    evaluation: {
      namespace: METRICS_NAMESPACE,
      dimensions: controllerDimensions({ failoverGroup, region }, home),
      threshold: 1,
      period: CONTROLLER_PERIOD_SECONDS,
      evaluationPeriods: 1,
      ...evaluation,
    },
  };
}
