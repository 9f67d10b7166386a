import { Logger } from "@aws-lambda-powertools/logger";
import { controllerDimensions } from "../telemetry/metrics";
import type { HealthSettings } from "./settings";
import type { HealthVerdict } from "./verdict";

/** Checkers ask several times a second. */
const LOGGED_MS = 60_000;

/** The log of a health function: a line when the verdict changes, and otherwise one per minute and worker at most. No metrics. */
export class HealthTelemetry {
  private readonly logger: Logger;
  private told: string | undefined;
  private toldAt = Number.NEGATIVE_INFINITY;

  /** @param now the clock, in epoch milliseconds */
  constructor(
    settings: Pick<HealthSettings, "failoverGroup" | "region">,
    private readonly now: () => number,
  ) {
    this.logger = new Logger({ serviceName: "health", persistentKeys: controllerDimensions(settings) });
  }

  record(verdict: HealthVerdict): void {
    const text = JSON.stringify(verdict);
    if (text === this.told && this.now() - this.toldAt < LOGGED_MS) return;
    this.told = text;
    this.toldAt = this.now();
    this.logger[verdict.healthy ? "info" : "warn"]("verdict", { ...verdict });
  }
}
