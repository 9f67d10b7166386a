import { strandedIn, WARM_UP } from "./conditions";
import type { Scenario } from "./scenario";

/** Orders of each logical queue that are processed while the peer is away. */
const ALONE = 100;

export const peerOutage: Scenario = {
  summary: "The peer is lost: the home goes on, its outboxes wait, and drain by themselves afterwards.",
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    const lost = await emulator.loseRegion(peer, { manner: "hang" });
    timeline.mark("lost", `${peer} is lost: calls hang, functions and schedules stand still`);
    await traffic.flows(ALONE);
    timeline.mark("alone", `${home} has processed ${ALONE} more orders of each queue meanwhile`);
    await lost.restore();
    timeline.mark("returned", `${peer} is back`);
    await traffic.stop();
    await strandedIn(stage);
    timeline.mark("copied", `every copy has arrived in ${peer}`);
  },
  seconds: {
    undisturbed: ["lost", "alone"],
    outboxesDrained: ["returned", "copied"],
  },
};
