import { allIsMoved, handBack, phaseIs, producersGo, standbysOf, trackRescue, WARM_UP } from "./conditions";
import { order } from "./operator";
import type { Scenario } from "./scenario";

export const outage: Scenario = {
  summary:
    "A region is lost under traffic; its peer takes over by order, and hands back when it has returned.",
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    traffic.onMoved = (region) => timeline.mark("producersMoved", `the first order is accepted by ${region}`);
    const lost = await emulator.loseRegion(home, { manner: "hang" });
    timeline.mark("lost", `${home} is lost: calls hang, functions and schedules stand still`);
    const stopTracking = trackRescue(stage);
    await order(stage, "evacuate", home, "--to", peer, "--lost", home);
    timeline.mark("ordered");
    await producersGo(stage, peer);
    timeline.mark("dnsMoved", `producers are sent to ${peer}`);
    await phaseIs(stage, peer, home, "owner");
    timeline.mark("takenOver");
    await standbysOf(stage);
    await traffic.flows(WARM_UP);
    stopTracking();
    timeline.mark("rescued", `${peer} has no copy of ${home} left`);

    await lost.restore();
    timeline.mark("returned", `${home} is back`);
    await phaseIs(stage, home, home, "standing-by");
    await allIsMoved(stage);
    timeline.mark("stranded", `what was stranded in ${home} has been passed on`);
    await handBack(stage);
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
