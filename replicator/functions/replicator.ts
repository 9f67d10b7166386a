import { WITH_FALLBACK } from "../../core/modes";
import { OwnerReader } from "../../ownership/lease/owner-reader";
import { passTables, processClocks } from "../../ownership/lease/pass-reader";
import { batchHandler } from "../replicate/batch-handler";
import { Breaker } from "../replicate/breaker";
import { replicate } from "../replicate/replicate";
import { replicatorSettings } from "../settings";
import { IMPATIENT, PATIENT, sqsClient } from "../sqs/client";
import { dimensionsOf, METRICS } from "../telemetry/metrics";

const settings = replicatorSettings(process.env);
const home = sqsClient(settings.homeRegion);
const peers = Object.fromEntries(
  Object.keys(settings.standbyQueueUrls).map((peer) => {
    const client = sqsClient(peer, WITH_FALLBACK.includes(settings.mode) ? IMPATIENT : PATIENT);
    return [peer, { client, breaker: new Breaker() }];
  }),
);
const { ownership } = settings;
const owners =
  ownership &&
  new OwnerReader({
    region: settings.homeRegion,
    regions: ownership.regions,
    tables: passTables(ownership.tables),
    clocks: processClocks,
  });
const connections = { home, peers, ...(owners && { owners }) };

/** The function on the ingress queue: ingress → work queue, and outboxes or standby queues. */
export const handler = batchHandler({
  name: "replicator",
  dimensions: dimensionsOf(settings),
  doneMetric: METRICS.takenIn,
  withoutOriginMetric: METRICS.withoutOrigin,
  clients: [home, ...Object.values(peers).map(({ client }) => client)],
  process: (records, context) => replicate(records, settings, connections, context),
});
