import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import { dimensionsOf, FAILURE_CLASS_DIMENSION, METRICS, METRICS_NAMESPACE } from "../telemetry/metrics";
import type { Drained } from "./drain";
import type { DrainerSettings } from "./settings";
import type { DrainTask } from "./task";
import type { RefusedTask } from "./task-of";

/** Message ids that a log line names. */
const LOGGED_IDS = 50;

/**
 * Logs and metrics of a drainer: one log line and one metric document per task, and one document more for each class of failure in
 * it. Never contents of messages.
 */
export class DrainTelemetry {
  private readonly logger: Logger;
  private readonly metrics: Metrics;

  constructor(settings: DrainerSettings) {
    const dimensions = dimensionsOf(settings);
    this.logger = new Logger({ serviceName: "drainer", persistentKeys: { ...dimensions } });
    this.metrics = new Metrics({ namespace: METRICS_NAMESPACE });
    // Powertools sets a dimension `service` unasked; alarms and dashboards name exactly these.
    this.metrics.clearDefaultDimensions();
    this.metrics.setDefaultDimensions(dimensions);
  }

  /** Says why a task is not done. */
  refuse({ refused }: RefusedTask, context: Context): void {
    this.logger.addContext(context);
    this.logger.warn("task refused", { reason: refused });
  }

  record(task: DrainTask, { result, tally }: Drained, durationMs: number, context: Context): void {
    const { failures } = tally;
    this.logger.addContext(context);
    this.logger[failures.length === 0 ? "info" : "warn"]("drained", {
      action: task.action,
      home: task.home,
      ...result,
      left: tally.left,
      ...(tally.deadLetters.length === 0 ? {} : { deadLetters: tally.deadLetters.slice(0, LOGGED_IDS) }),
      durationMs,
      ...(failures.length === 0 ? {} : { failed: failures }),
    });
    // What is zero is left out: CloudWatch bills a metric by the hour in which it has a value.
    this.count(METRICS.pruned, result.pruned);
    this.count(METRICS.movedToWork, result.moved);
    this.count(METRICS.left, tally.left);
    this.count(METRICS.deadLettered, result.deadLettered);
    this.count(METRICS.reclaimed, result.reclaimed);
    if (this.metrics.hasStoredMetrics()) this.metrics.publishStoredMetrics();
    for (const failureClass of new Set(failures.map((failure) => failure.class))) {
      const alike = failures.filter((failure) => failure.class === failureClass);
      this.metrics.addDimension(FAILURE_CLASS_DIMENSION, failureClass);
      this.count(
        METRICS.drainFailures,
        alike.reduce((sum, { count }) => sum + count, 0),
      );
      this.metrics.publishStoredMetrics();
    }
  }

  private count(metric: string, value: number): void {
    if (value > 0) this.metrics.addMetric(metric, MetricUnit.Count, value);
  }
}
