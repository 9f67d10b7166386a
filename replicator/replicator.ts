import { batchHandler } from "./batch-handler";
import { sqsClient } from "./client";
import { dimensionsOf, METRICS } from "./metrics";
import { replicate } from "./replicate";
import { replicatorSettings } from "./settings";

const settings = replicatorSettings(process.env);
const home = sqsClient(settings.homeRegion);

/** The function on the ingress queue: ingress → outboxes and work queue. */
export const handler = batchHandler({
  name: "replicator",
  dimensions: dimensionsOf(settings),
  doneMetric: METRICS.takenIn,
  withoutOriginMetric: METRICS.withoutOrigin,
  clients: [home],
  process: (records, surroundings) => replicate(records, settings, home, surroundings),
});
