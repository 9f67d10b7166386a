/** Each rule is on a page that the code names beside it. */
import { NO_HISTORY, stepHealth } from "../../../../emulator/route53/engine/checks";
import { ALARM, calculated, check, fixed, observe, point, START, statusesOf } from "./fixtures";

const MINUTE = 60_000;

describe("a calculated check", () => {
  const children = [fixed("a", true), fixed("b", true), fixed("c", false)];

  test.each([
    [2, "healthy"],
    [3, "unhealthy"],
    [0, "healthy"],
    [4, "unhealthy"],
  ] as const)("with two of three children healthy and a threshold of %i is %s", (threshold, status) => {
    const parent = calculated("parent", threshold, "a", "b", "c");
    expect(statusesOf([...children, parent]).parent).toBe(status);
  });

  test("is healthy with a threshold of 0 and no healthy child", () => {
    expect(statusesOf([fixed("a", false), calculated("parent", 0, "a")]).parent).toBe("healthy");
  });

  test("counts what its children are said to be: inverted, or disabled and therefore healthy", () => {
    const inverted = fixed("a", false, { Inverted: true });
    const disabled = fixed("b", false, { Disabled: true });
    const neither = fixed("c", true, { Disabled: true, Inverted: true });
    const statuses = statusesOf([
      inverted,
      disabled,
      neither,
      calculated("two", 2, "a", "b", "c"),
      calculated("three", 3, "a", "b", "c"),
    ]);
    expect(statuses).toMatchObject({
      a: "healthy",
      b: "healthy",
      c: "unhealthy",
      two: "healthy",
      three: "unhealthy",
    });
  });

  test("can be inverted and disabled itself", () => {
    const parent = calculated("parent", 1, "a");
    const with_ = (config: object) => ({ ...parent, config: { ...parent.config, ...config } });
    expect(statusesOf([fixed("a", true), with_({ Inverted: true })]).parent).toBe("unhealthy");
    expect(statusesOf([fixed("a", false), with_({ Disabled: true })]).parent).toBe("healthy");
    expect(statusesOf([fixed("a", true), with_({ Disabled: true, Inverted: true })]).parent).toBe(
      "unhealthy",
    );
  });

  test("fails with a calculated child, one that does not exist, and without a threshold", () => {
    const checks = [
      fixed("a", true),
      calculated("child", 1, "a"),
      calculated("parent", 1, "child"),
      calculated("orphan", 1, "gone"),
      check("open", { Type: "CALCULATED", ChildHealthChecks: ["a"] }),
    ];
    const { problems, statuses } = stepHealth(checks, NO_HISTORY, observe(), START);
    expect(problems).toEqual({
      parent: "health check parent: its child child is CALCULATED itself",
      orphan: "health check orphan: its child gone does not exist",
      open: "health check open: it has no HealthThreshold",
    });
    expect(statuses).toEqual({ a: "healthy", child: "healthy" });
  });
});

test("a check on a routing control is as the control, and has no status as long as nothing was told", () => {
  const checks = [fixed("on", true), fixed("off", false), fixed("new", true, { RoutingControlArn: "arn" })];
  const { statuses, problems } = stepHealth(checks, NO_HISTORY, observe(), START);
  expect(statuses).toEqual({ on: "healthy", off: "unhealthy" });
  expect(problems.new).toBe('health check new: whether its routing control "arn" is on was not told');
});

describe("a check on an alarm", () => {
  const metricCheck = (config: object = {}) => check("m", { Type: "CLOUDWATCH_METRIC", ...config });
  const onTime = (value: number) => ({ m: { settings: ALARM, points: [point(START - MINUTE, value)] } });
  const silent = { m: { settings: ALARM, points: [] } };

  test("is healthy while the metric is all right, unhealthy while it would alarm", () => {
    expect(statusesOf([metricCheck()], { metrics: onTime(1) }).m).toBe("healthy");
    expect(statusesOf([metricCheck()], { metrics: onTime(0) }).m).toBe("unhealthy");
    expect(statusesOf([metricCheck({ Inverted: true })], { metrics: onTime(0) }).m).toBe("healthy");
  });

  test.each([
    ["Healthy", "healthy"],
    ["Unhealthy", "unhealthy"],
    ["LastKnownStatus", "healthy"],
    [undefined, "healthy"],
  ])("without data and history is, by %s, %s", (InsufficientDataHealthStatus, status) => {
    const checks = [metricCheck({ InsufficientDataHealthStatus })];
    expect(statusesOf(checks, { metrics: silent }).m).toBe(status);
    expect(statusesOf(checks).m).toBe(status);
  });

  test("that is new, without data, and inverted is unhealthy", () => {
    expect(statusesOf([metricCheck({ Inverted: true })], { metrics: silent }).m).toBe("unhealthy");
  });

  test("stays by LastKnownStatus what it was when there was data, inverted or not", () => {
    for (const [Inverted, expected] of [
      [false, "unhealthy"],
      [true, "healthy"],
    ] as const) {
      const checks = [metricCheck({ InsufficientDataHealthStatus: "LastKnownStatus", Inverted })];
      const before = stepHealth(checks, NO_HISTORY, observe({ metrics: onTime(0) }), START);
      const { statuses } = stepHealth(
        checks,
        before.state,
        observe({ metrics: silent }),
        START + 60 * MINUTE,
      );
      expect(statuses.m).toBe(expected);
    }
  });

  test("forgets what it knew when its history is lost", () => {
    const checks = [metricCheck({ InsufficientDataHealthStatus: "LastKnownStatus" })];
    stepHealth(checks, NO_HISTORY, observe({ metrics: onTime(0) }), START);
    expect(stepHealth(checks, NO_HISTORY, observe({ metrics: silent }), START).statuses.m).toBe("healthy");
  });

  test("that is disabled is healthy whatever its metric says", () => {
    expect(statusesOf([metricCheck({ Disabled: true })], { metrics: onTime(0) }).m).toBe("healthy");
    expect(statusesOf([metricCheck({ Disabled: true, Inverted: true })], { metrics: onTime(1) }).m).toBe(
      "unhealthy",
    );
  });
});

test("a check on an alarm that it cannot watch has no status, and neither has one that counts it, unless it is disabled", () => {
  const metrics = { m: { problem: "it is 1 out of 2" }, off: { problem: "it is 1 out of 2" } };
  const watching = { Type: "CLOUDWATCH_METRIC" } as const;
  const checks = [
    check("m", watching),
    check("off", { ...watching, Disabled: true }),
    calculated("parent", 1, "m"),
  ];
  const { problems, statuses } = stepHealth(checks, NO_HISTORY, observe({ metrics }), START);
  expect(problems).toEqual({
    m: "health check m: it is 1 out of 2",
    parent: "health check parent: its child m: it is 1 out of 2",
  });
  expect(statuses).toEqual({ off: "healthy" });
});

test("fails for a type that is not known", () => {
  const { problems } = stepHealth([check("x", { Type: undefined })], NO_HISTORY, observe(), START);
  expect(problems.x).toBe("health check x: its type undefined is not known");
});
