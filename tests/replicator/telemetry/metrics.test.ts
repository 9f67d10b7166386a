import { dimensionsOf } from "../../../replicator/telemetry/metrics";
import { drainerSettings } from "../drain/world";
import { FORWARDER_SETTINGS, REPLICATOR_SETTINGS } from "../records";

test("metrics of forwarders and drainers say which peer, a replicator's have none", () => {
  const common = { FailoverGroup: "payments", LogicalQueue: "orders", HomeRegion: "us-east-1" };
  expect(dimensionsOf(REPLICATOR_SETTINGS)).toEqual(common);
  expect(dimensionsOf(FORWARDER_SETTINGS)).toEqual({ ...common, PeerRegion: "us-west-2" });
  expect(dimensionsOf(drainerSettings())).toEqual({ ...common, PeerRegion: "us-west-2" });
});
