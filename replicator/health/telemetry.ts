import { Logger } from "@aws-lambda-powertools/logger";
import { controllerDimensions } from "../metrics";
import type { HealthParts } from "./parts";
import type { Verdict } from "./sight";

/** Checkers ask several times a second. */
const LOGGED_MS = 60_000;

/** The log of a health function: a line when the verdict changes, and otherwise one per minute and worker at most. No metrics. */
export class HealthTelemetry {
  private readonly logger: Logger;
  private healthy: boolean | undefined;
  private loggedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: Pick<HealthParts, "settings" | "now">) {
    this.logger = new Logger({ serviceName: "health", persistentKeys: controllerDimensions(parts.settings) });
  }

  /** @param failures names of errors by the part that failed without being a reason by itself */
  record(
    { healthy, reasons }: Verdict,
    failures: Readonly<Record<string, string>>,
    durationMs: number,
  ): void {
    const now = this.parts.now();
    if (healthy === this.healthy && now - this.loggedAt < LOGGED_MS) return;
    this.healthy = healthy;
    this.loggedAt = now;
    this.logger[healthy ? "info" : "warn"]("verdict", {
      healthy,
      ...(healthy ? {} : { reasons }),
      durationMs,
      ...(Object.keys(failures).length === 0 ? {} : { failures }),
    });
  }
}
