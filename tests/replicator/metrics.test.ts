import { dimensionsOf } from "../../replicator/metrics";
import { FORWARDER_SETTINGS, REPLICATOR_SETTINGS } from "./records";

test("a forwarder's metrics say which peer, a replicator's have none", () => {
  const common = { FailoverGroup: "payments", LogicalQueue: "orders", HomeRegion: "us-east-1" };
  expect(dimensionsOf(REPLICATOR_SETTINGS)).toEqual(common);
  expect(dimensionsOf(FORWARDER_SETTINGS)).toEqual({ ...common, PeerRegion: "us-west-2" });
});
