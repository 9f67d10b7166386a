import { allIsMoved, handBack, phaseIs, producersGo, trackRescue, WARM_UP } from "./conditions";
import { order } from "./operator";
import type { Scenario } from "./scenario";

/** Orders that pile up before somebody is woken. */
const PILE = 100;

export const pollerStall: Scenario = {
  summary: "Lambda's pollers of a region stand still while SQS answers; its peer reads the queues from afar.",
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    const stall = await emulator.stallPollers(home);
    timeline.mark("stalled", `the pollers of ${home} stand still`);
    await traffic.sends(PILE);
    const stopTracking = trackRescue(stage);
    await order(stage, "evacuate", home, "--to", peer);
    timeline.mark("ordered");
    await producersGo(stage, peer);
    timeline.mark("producersMoved", `producers are sent to ${peer}`);
    await phaseIs(stage, peer, home, "owner");
    timeline.mark("takenOver");
    await allIsMoved(stage);
    stopTracking();
    timeline.mark("rescued", `ingress and outbox queues of ${home} are empty, while its pollers still stand`);

    await stall.restore();
    timeline.mark("returned", `the pollers of ${home} run again`);
    await handBack(stage);
  },
  seconds: {
    takenOver: ["stalled", "takenOver"],
    firstRescued: ["stalled", "firstRescued"],
    lastRescued: ["stalled", "lastRescued"],
    handBack: ["failbackOrdered", "handedBack"],
  },
};
