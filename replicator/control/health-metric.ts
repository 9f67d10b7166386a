import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { controllerDimensions, METRICS, METRICS_NAMESPACE } from "../telemetry/metrics";
import type { RunReport } from "./controller";
import { attemptWithin, type Dependencies } from "./dependencies";

/** Nothing waits for CloudWatch. */
const PUBLISHING_MS = 5_000;

/**
 * Publishes whether the region processes its own home and can do its work, as its health endpoint says it. A metric of its own, because a
 * health check of Route 53 reads it, and the logs that other metrics are made of may be late or lost. A run that does not know yet says
 * nothing.
 */
export async function publishHealth(
  parts: Pick<Dependencies, "settings" | "cloudWatch" | "sleep" | "onFailure">,
  { homes, fit }: Pick<RunReport, "homes" | "fit">,
): Promise<void> {
  const { settings, cloudWatch } = parts;
  if (!settings.publishesHealth || fit === undefined) return;
  const isHealthy = fit && homes[settings.region]?.open === true;
  await attemptWithin(parts, PUBLISHING_MS, "metrics", () =>
    cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: METRICS_NAMESPACE,
        MetricData: [
          {
            MetricName: METRICS.healthy,
            Dimensions: Object.entries(controllerDimensions(settings)).map(([Name, Value]) => ({
              Name,
              Value,
            })),
            Value: isHealthy ? 1 : 0,
            Unit: "Count",
          },
        ],
      }),
    ),
  );
}
