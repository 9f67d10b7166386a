import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** What a health check copies from an alarm. */
export interface AlarmSettings {
  readonly statistic: keyof typeof STATISTICS;
  readonly comparison: keyof typeof COMPARISONS;
  readonly threshold: number;
  /** 60 or a multiple. */
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly treatMissingData: (typeof MISSING_DATA)[number];
}

/** Values of a metric of one moment, as a statistic set. */
export interface DataPoint {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_AlarmIdentifier.html (Name): these, and no extended statistics */
const STATISTICS = {
  Average: (points: readonly DataPoint[]) => sumOf(points, "sum") / sumOf(points, "sampleCount"),
  Minimum: (points: readonly DataPoint[]) => Math.min(...points.map(({ minimum }) => minimum)),
  Maximum: (points: readonly DataPoint[]) => Math.max(...points.map(({ maximum }) => maximum)),
  Sum: (points: readonly DataPoint[]) => sumOf(points, "sum"),
  SampleCount: (points: readonly DataPoint[]) => sumOf(points, "sampleCount"),
};

const COMPARISONS = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

const MISSING_DATA = ["missing", "ignore", "breaching", "notBreaching"] as const;

/** Periods that are looked at beyond those that are evaluated: 5 for 3. */
const FURTHER_PERIODS = 2;

/**
 * The settings of an alarm that a health check can watch: one metric of standard resolution, a plain statistic, no "M out of N".
 *
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-cloudwatch
 *
 * @throws Error that names what is not supported
 */
export function alarmSettings(alarm: MetricAlarm): AlarmSettings {
  const {
    AlarmName: name,
    Period: periodSeconds = 0,
    EvaluationPeriods: evaluationPeriods = 0,
    DatapointsToAlarm: datapoints = evaluationPeriods,
    Threshold: threshold,
  } = alarm;
  const unsupported = (what: string): Error =>
    new Error(`alarm ${name}: ${what}, which no health check can watch`);
  if ((alarm.Metrics ?? []).length > 0) throw unsupported("it is on metric math");
  if (alarm.ExtendedStatistic !== undefined) throw unsupported(`its statistic is ${alarm.ExtendedStatistic}`);
  if (periodSeconds < 60 || periodSeconds % 60 !== 0) {
    throw unsupported(`its period is ${periodSeconds} s and not a multiple of 60 s`);
  }
  if (datapoints !== evaluationPeriods) throw unsupported(`it is ${datapoints} out of ${evaluationPeriods}`);
  if (threshold === undefined) throw unsupported("it has no threshold");
  return {
    statistic: keyIn(STATISTICS, alarm.Statistic, () => unsupported(`its statistic is ${alarm.Statistic}`)),
    comparison: keyIn(COMPARISONS, alarm.ComparisonOperator, () =>
      unsupported(`it compares by ${alarm.ComparisonOperator}`),
    ),
    threshold,
    periodSeconds,
    evaluationPeriods,
    treatMissingData: MISSING_DATA.find((each) => each === alarm.TreatMissingData) ?? "missing",
  };
}

/** How far back a metric is looked at, in milliseconds. */
export function evaluationRangeMs(
  { periodSeconds, evaluationPeriods }: AlarmSettings,
  minuteMs: number,
): number {
  return (evaluationPeriods + FURTHER_PERIODS) * (periodSeconds / 60) * minuteMs;
}

/**
 * The state that the data points of a metric come to. Periods end at whole minutes. Missing periods are replaced by older ones of
 * the evaluation range; only if there are too few of these, by what the alarm says about missing data. With "missing" and
 * "ignore", breaching points alone alarm when the oldest is as many periods old as must breach; otherwise "ignore" leaves the
 * alarm as it is.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-evaluating-missing-data
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-ge-cfn.html (health checks do look at the treatment of missing data)
 *
 * @param before the state at the evaluation before
 */
export function evaluateAlarm(
  settings: AlarmSettings,
  points: readonly DataPoint[],
  before: AlarmState,
  now: number,
  minuteMs: number,
): AlarmState {
  const { evaluationPeriods: wanted, treatMissingData } = settings;
  const periods = breachesByPeriod(settings, points, now, minuteMs);
  const real = periods.filter((breach) => breach !== undefined).slice(0, wanted);
  const breaching = real.filter(Boolean).length;
  const missing = wanted - real.length;
  if (missing === 0) return breaching === wanted ? "ALARM" : "OK";
  if (treatMissingData === "breaching") return breaching + missing === wanted ? "ALARM" : "OK";
  if (treatMissingData === "notBreaching") return "OK";
  if (breaching < real.length) return "OK";
  if (treatMissingData === "ignore") return before;
  if (real.length === 0) return "INSUFFICIENT_DATA";
  const oldest = periods.lastIndexOf(true);
  return oldest + 1 >= wanted ? "ALARM" : "OK";
}

/** Whether the metric breaches in each period of the evaluation range, the newest first; `undefined` where data is missing. */
function breachesByPeriod(
  settings: AlarmSettings,
  points: readonly DataPoint[],
  now: number,
  minuteMs: number,
): readonly (boolean | undefined)[] {
  const periodMs = (settings.periodSeconds / 60) * minuteMs;
  const end = Math.floor(now / minuteMs) * minuteMs;
  return Array.from({ length: settings.evaluationPeriods + FURTHER_PERIODS }, (_, index) => {
    const until = end - index * periodMs;
    const within = points.filter(({ at }) => at >= until - periodMs && at < until);
    if (within.length === 0) return undefined;
    return COMPARISONS[settings.comparison](STATISTICS[settings.statistic](within), settings.threshold);
  });
}

function sumOf(points: readonly DataPoint[], field: "sum" | "sampleCount"): number {
  return points.reduce((sum, point) => sum + point[field], 0);
}

function keyIn<T extends object>(table: T, key: string | undefined, error: () => Error): keyof T {
  if (key === undefined || !Object.hasOwn(table, key)) throw error();
  return key as keyof T;
}
