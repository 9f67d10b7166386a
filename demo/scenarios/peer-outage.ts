import { comesHome, isOwner, loses, staysAtHome, strandedIn, WARM_UP } from "./conditions";
import type { Scenario } from "./scenario";

/** Orders of each logical queue that are processed while the peer is away: for longer than it takes to take its home over. */
const ALONE = 250;

export const peerOutage: Scenario = {
  summary:
    "The peer is lost: the home goes on and takes the peer's home over, its outboxes wait, and drain by themselves afterwards.",
  async play(stage) {
    const { home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    await staysAtHome(stage, [home], async () => {
      const lost = await loses(stage, peer);
      const takenOver = isOwner(stage, home, peer).then(() => timeline.mark("takenOver"));
      await traffic.flows(ALONE);
      timeline.mark("alone", `${home} has processed ${ALONE} more orders of each queue meanwhile`);
      await takenOver;
      await lost.restore();
      timeline.mark("returned", `${peer} is back`);
      await comesHome(stage, peer);
      await traffic.stop();
      await strandedIn(stage);
      timeline.mark("copied", `every copy has arrived in ${peer}`);
    });
  },
  seconds: {
    undisturbed: ["lost", "alone"],
    takenOver: ["lost", "takenOver"],
    outboxesDrained: ["returned", "copied"],
  },
  limits: {},
};
