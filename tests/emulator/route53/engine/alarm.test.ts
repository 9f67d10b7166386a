import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { type AlarmState, alarmSettings, evaluateAlarm } from "../../../../emulator/route53/engine/alarm";
import { ALARM, point, START } from "./fixtures";

const MINUTE = 60_000;

/** Points of whole minutes, the oldest first: `0` is all right, `X` breaches, `-` is missing. */
function pointsOf(pattern: string) {
  const marks = pattern.split(" ");
  return marks.flatMap((mark, index) =>
    mark === "-" ? [] : [point(START - (marks.length - index) * MINUTE, mark === "X" ? 0 : 1)],
  );
}

const evaluated = (
  pattern: string,
  settings: Partial<typeof ALARM>,
  before: AlarmState = "INSUFFICIENT_DATA",
  now = START,
) => evaluateAlarm({ ...ALARM, ...settings }, pointsOf(pattern), before, now, MINUTE);

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-evaluating-missing-data
test.each([
  ["0 - X - X", "OK", "OK", "OK", "OK"],
  ["0 - - - -", "OK", "OK", "OK", "OK"],
  ["- - - - -", "INSUFFICIENT_DATA", "before", "ALARM", "OK"],
  ["0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
  ["- - X - -", "ALARM", "before", "ALARM", "OK"],
])("the table of the user guide: %s", (pattern, missing, ignore, breaching, notBreaching) => {
  for (const before of ["OK", "ALARM"] as const) {
    const states = (["missing", "ignore", "breaching", "notBreaching"] as const).map((treatMissingData) =>
      evaluated(pattern, { evaluationPeriods: 3, treatMissingData }, before),
    );
    expect(states).toEqual(
      [missing, ignore, breaching, notBreaching].map((state) => (state === "before" ? before : state)),
    );
  }
});

test.each(["- - - - X", "- - - X -"])("no alarm before its time: %s", (pattern) => {
  expect(evaluated(pattern, { evaluationPeriods: 3 })).toBe("OK");
});

test("a point counts from the end of its minute until it is out of the evaluation range", () => {
  const points = [point(START + 30_000, 0)];
  const states = [59_999, 60_000, 3 * MINUTE + 59_999, 4 * MINUTE].map((after) =>
    evaluateAlarm(ALARM, points, "INSUFFICIENT_DATA", START + after, MINUTE),
  );
  expect(states).toEqual(["INSUFFICIENT_DATA", "ALARM", "ALARM", "INSUFFICIENT_DATA"]);
});

test("a longer period is evaluated each minute, over its whole length", () => {
  const settings = {
    periodSeconds: 300,
    statistic: "Sum",
    threshold: 5,
    comparison: "LessThanThreshold",
  } as const;
  expect(evaluated("0 0 0 0 0", settings)).toBe("OK");
  expect(evaluated("X 0 0 0 0", settings)).toBe("ALARM");
  expect(evaluated("X 0 0 0 0 0", settings)).toBe("OK");
});

test("the newest periods count", () => {
  expect(evaluated("0 X", {})).toBe("ALARM");
  expect(evaluated("X 0", {})).toBe("OK");
});

test("periods shrink with the minute", () => {
  const points = [point(START - 2_000, 0)];
  expect(evaluateAlarm(ALARM, points, "OK", START, 2_000)).toBe("ALARM");
  expect(evaluateAlarm(ALARM, points, "OK", START + 6_000, 2_000)).toBe("INSUFFICIENT_DATA");
});

test.each([
  ["Average", 2.5],
  ["Minimum", 1],
  ["Maximum", 4],
  ["Sum", 10],
  ["SampleCount", 4],
] as const)("statistic %s", (statistic, value) => {
  const points = [
    { ...point(START - MINUTE, 1), sampleCount: 2, sum: 4, maximum: 3 },
    { ...point(START - 1, 2), sampleCount: 2, sum: 6, maximum: 4 },
  ];
  const at = (threshold: number) =>
    evaluateAlarm(
      { ...ALARM, statistic, threshold, comparison: "GreaterThanOrEqualToThreshold" },
      points,
      "OK",
      START,
      MINUTE,
    );
  expect([at(value), at(value + 0.01)]).toEqual(["ALARM", "OK"]);
});

test.each([
  ["GreaterThanThreshold", ["OK", "OK", "ALARM"]],
  ["GreaterThanOrEqualToThreshold", ["OK", "ALARM", "ALARM"]],
  ["LessThanThreshold", ["ALARM", "OK", "OK"]],
  ["LessThanOrEqualToThreshold", ["ALARM", "ALARM", "OK"]],
] as const)("%s", (comparison, states) => {
  expect(
    [0, 1, 2].map((value) =>
      evaluateAlarm({ ...ALARM, comparison }, [point(START - 1, value)], "OK", START, MINUTE),
    ),
  ).toEqual(states);
});

describe("settings of an alarm", () => {
  const alarm: MetricAlarm = {
    AlarmName: "healthy",
    Namespace: "SqsMultiRegion",
    MetricName: "Healthy",
    Statistic: "Minimum",
    ComparisonOperator: "LessThanThreshold",
    Threshold: 1,
    Period: 60,
    EvaluationPeriods: 2,
    DatapointsToAlarm: 2,
    TreatMissingData: "breaching",
  };

  test("are copied", () => {
    expect(alarmSettings(alarm)).toEqual({ ...ALARM, evaluationPeriods: 2, treatMissingData: "breaching" });
    expect(alarmSettings({ ...alarm, TreatMissingData: undefined }).treatMissingData).toBe("missing");
  });

  test.each([
    [{ DatapointsToAlarm: 1 }, "it is 1 out of 2"],
    [{ Period: 10 }, "its period is 10 s and not a multiple of 60 s"],
    [{ Period: 90 }, "its period is 90 s and not a multiple of 60 s"],
    [{ Metrics: [{ Id: "a" }] }, "it is on metric math"],
    [{ ExtendedStatistic: "p99" }, "its statistic is p99"],
    [{ Statistic: undefined }, "its statistic is undefined"],
    [{ ComparisonOperator: "GreaterThanUpperThreshold" }, "it compares by GreaterThanUpperThreshold"],
    [{ Threshold: undefined }, "it has no threshold"],
  ] as const)("fail for what no health check can watch: %o", (change, message) => {
    expect(() => alarmSettings({ ...alarm, ...change } as MetricAlarm)).toThrow(
      `alarm healthy: ${message}, which no health check can watch`,
    );
  });
});
