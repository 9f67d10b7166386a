import { handBack, isOwner, loses, producersGo, staysAtHome, WARM_UP } from "./conditions";
import { HAND_BACK_SECONDS, HAND_OVER_SECONDS } from "./limits";
import { order } from "./operator";
import type { Scenario } from "./scenario";

/** Orders of each logical queue that are processed without the witness: for longer than a lease lasts. */
const ALONE = 250;

export const witnessLost: Scenario = {
  summary: "The witness is lost: nothing moves, and an evacuation still works with two of three voters.",
  async play(stage) {
    const { deployment, home, peer, timeline, traffic } = stage;
    const { witness } = deployment.configuration.recovery!;
    await traffic.flows(WARM_UP);
    const lost = await loses(stage, witness!.region);
    await staysAtHome(stage, [home, peer], () => traffic.flows(ALONE));
    timeline.mark("alone", `both regions have gone on without ${witness!.region}`);
    await order(stage, "evacuate", home, "--to", peer);
    timeline.mark("ordered");
    await isOwner(stage, peer, home);
    timeline.mark("takenOver");
    await producersGo(stage, peer);
    await traffic.flows(WARM_UP);
    await handBack(stage);
    await lost.restore();
    timeline.mark("returned", `${witness!.region} is back`);
    await staysAtHome(stage, [home, peer], () => traffic.flows(WARM_UP));
  },
  seconds: {
    undisturbed: ["lost", "alone"],
    takenOver: ["ordered", "takenOver"],
    handBack: ["failbackOrdered", "handedBack"],
  },
  limits: { seconds: { takenOver: HAND_OVER_SECONDS, handBack: HAND_BACK_SECONDS } },
};
