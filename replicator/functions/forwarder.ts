import { passOf } from "../../ownership/lease/pass-reader";
import { batchHandler } from "../replicate/batch-handler";
import { forward } from "../replicate/forward";
import { forwarderSettings } from "../settings";
import { sqsClient } from "../sqs/client";
import { dimensionsOf, METRICS } from "../telemetry/metrics";

const settings = forwarderSettings(process.env);
const home = sqsClient(settings.homeRegion);
const peer = sqsClient(settings.peerRegion);
const { homeRegion: region, ownership } = settings;
const passes = ownership && passOf(region, ownership.tables);
const connections = { home, peer, ...(passes && { passes }) };

/** The function on an outbox queue: outbox → the peer's standby queue, or the own work queue while the region owns the peer's home. */
export const handler = batchHandler({
  name: "forwarder",
  dimensions: dimensionsOf(settings),
  doneMetric: METRICS.copied,
  lagMetric: METRICS.replicationLag,
  clients: [home, peer],
  process: (records, context) => forward(records, settings, connections, context),
});
