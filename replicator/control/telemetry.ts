import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import { stateOf } from "../../ownership/states";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../metrics";
import type { RunReport } from "./controller";
import type { ControllerSettings } from "./settings";

/** Logs and metrics of a controller: one log line per run, one metric document for the run, and one for each home. */
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
   * Writes what a run saw, or that it could not decide anything.
   * @param failures names of errors by the part of the run that failed
   */
  record(
    report: RunReport | undefined,
    failures: Readonly<Record<string, string>>,
    durationMs: number,
    context: Context,
  ): void {
    const failed = Object.keys(failures).length;
    this.logger.addContext(context);
    this.logger[failed === 0 ? "info" : "warn"]("run", {
      ...(report && { homes: report.states.homes, fit: report.fit, looks: report.looks }),
      durationMs,
      ...(failed === 0 ? {} : { failures }),
    });
    this.publish(controllerDimensions(this.settings), {
      [METRICS.controllerRuns]: 1,
      [METRICS.controllerFailures]: failed,
    });
    if (report === undefined) return;
    for (const home of this.settings.regions) {
      const lag = report.ledgerLagMs[home];
      const age = report.canaryAgeMs[home];
      this.publish(
        controllerDimensions(this.settings, home),
        { [METRICS.homeOwned]: stateOf(report.states, home).phase === "owner" ? 1 : 0 },
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
