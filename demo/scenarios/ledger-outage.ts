import { allIsMoved, handBack, phaseIs, producersGo, trackRescue, WARM_UP } from "./conditions";
import { order } from "./operator";
import type { Scenario } from "./scenario";

/** Orders that pile up before somebody is woken. */
const PILE = 300;

export const ledgerOutage: Scenario = {
  summary:
    "DynamoDB fails for one region, whose consumers hold everything; its peer takes over by a forced order, since the region cannot tell by the ledger what it has done.",
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    const refusal = emulator.gateway.inject({ kind: "refuse", source: home, service: "dynamodb" });
    timeline.mark("broken", `every call of ${home} to DynamoDB is refused`);
    await traffic.sends(PILE);
    const stopTracking = trackRescue(stage);
    await order(stage, "evacuate", home, "--to", peer, "--force");
    timeline.mark("ordered");
    const hook = stage.whileEvacuated?.();
    await producersGo(stage, peer);
    timeline.mark("producersMoved", `producers are sent to ${peer}`);
    await phaseIs(stage, peer, home, "owner");
    timeline.mark("takenOver");
    await hook;
    await allIsMoved(stage);
    stopTracking();
    timeline.mark("rescued", `everything that ${home} took in is with ${peer}`);

    refusal.lift();
    timeline.mark("returned", `DynamoDB answers ${home} again`);
    await handBack(stage);
  },
  seconds: {
    takenOver: ["ordered", "takenOver"],
    firstRescued: ["broken", "firstRescued"],
    lastRescued: ["broken", "lastRescued"],
    handBack: ["failbackOrdered", "handedBack"],
  },
};
