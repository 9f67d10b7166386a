import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../telemetry/metrics";
import type { RunReport } from "./controller";
import type { ControllerSettings } from "./settings";

/** Logs and metrics of a controller: each minute one log line, one metric document for the run, and one for each home. */
export class ControlTelemetry {
  private readonly logger: Logger;
  private readonly metrics: Metrics;

  constructor(private readonly settings: ControllerSettings) {
    this.logger = new Logger({
      serviceName: "controller",
      persistentKeys: { ...controllerDimensions(settings) },
    });
    this.metrics = new Metrics({ namespace: METRICS_NAMESPACE });
    // Powertools sets a dimension `service` unasked; alarms and dashboards name exactly these.
    this.metrics.clearDefaultDimensions();
  }

  /**
   * Writes what a run has found out.
   * @param failures names of errors by the part of the run that failed since this was written last
   */
  record(report: RunReport, failures: Readonly<Record<string, string>>, context: Context): void {
    const failed = Object.keys(failures).length;
    const { homes, fit, reasons } = report;
    this.logger.addContext(context);
    this.logger[failed === 0 && reasons.length === 0 ? "info" : "warn"]("run", {
      homes,
      fit,
      ...(reasons.length > 0 && { reasons }),
      ...(failed > 0 && { failures }),
    });
    this.publish(controllerDimensions(this.settings), {
      [METRICS.controllerRuns]: 1,
      [METRICS.controllerFailures]: failed,
    });
    for (const home of this.settings.regions) {
      const lag = report.ledgerLagMs[home];
      const age = report.canaryAgeMs[home];
      this.publish(
        controllerDimensions(this.settings, home),
        { [METRICS.homeOwned]: homes[home]?.open ? 1 : 0 },
        {
          ...(lag === undefined ? {} : { [METRICS.ledgerLag]: lag }),
          ...(age === undefined ? {} : { [METRICS.canaryAge]: age }),
        },
      );
    }
  }

  /** Homes that a run holds, with the numbers of their epochs, when that has changed. */
  held(homes: Readonly<Record<string, number>>): void {
    this.logger.info("leases", { held: homes });
  }

  /** Something about the leases that failed; the others go on. */
  trouble(part: string, code: string): void {
    this.logger.warn("leases", { failures: { [part]: code } });
  }

  private publish(
    dimensions: Readonly<Record<string, string>>,
    counts: Readonly<Record<string, number>>,
    milliseconds: Readonly<Record<string, number>> = {},
  ): void {
    this.metrics.addDimensions({ ...dimensions });
    for (const [name, value] of Object.entries(counts)) this.metrics.addMetric(name, MetricUnit.Count, value);
    for (const [name, value] of Object.entries(milliseconds)) {
      this.metrics.addMetric(name, MetricUnit.Milliseconds, value);
    }
    this.metrics.publishStoredMetrics();
  }
}
