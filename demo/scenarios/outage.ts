import { loseHome, phaseIs, producersGo, returns, trackRescue, WARM_UP } from "./conditions";
import { order } from "./operator";
import type { Scenario } from "./scenario";

export const outage: Scenario = {
  summary:
    "A region is lost under traffic; its peer takes over by order, and hands back when it has returned.",
  async play(stage) {
    const { home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    const lost = await loseHome(stage);
    const stopTracking = trackRescue(stage);
    await order(stage, "evacuate", home, "--to", peer, "--lost", home);
    timeline.mark("ordered");
    await producersGo(stage, peer);
    timeline.mark("dnsMoved", `producers are sent to ${peer}`);
    await phaseIs(stage, peer, home, "owner");
    timeline.mark("takenOver");
    await returns(stage, lost, stopTracking);
  },
  seconds: {
    dnsMoved: ["lost", "dnsMoved"],
    producersMoved: ["lost", "producersMoved"],
    takenOver: ["lost", "takenOver"],
    firstRescued: ["lost", "firstRescued"],
    lastRescued: ["lost", "lastRescued"],
    handBack: ["failbackOrdered", "handedBack"],
    producersBack: ["failbackOrdered", "producersBack"],
  },
};
