import {
  comesHome,
  handBack,
  isOwner,
  loses,
  movesTo,
  othersFinish,
  pilesUp,
  producersGo,
  tellRescue,
  WARM_UP,
} from "./conditions";
import { FIRST_RESCUED, HAND_BACK_SECONDS, PRODUCERS_SECONDS } from "./limits";
import { order } from "./operator";
import type { Scenario } from "./scenario";

export const ownerLost: Scenario = {
  summary:
    "Of three regions one is evacuated, and then its new owner is lost while nobody is awake: the third takes over from that.",
  regions: 3,
  rescue: { from: "peer" },
  async play(stage) {
    const { deployment, home, peer, timeline, traffic } = stage;
    const third = deployment.regions.find((region) => region !== home && region !== peer)!;
    await traffic.flows(WARM_UP);
    await order(stage, "evacuate", home, "--to", peer);
    timeline.mark("ordered");
    await isOwner(stage, peer, home);
    timeline.mark("evacuated");
    await producersGo(stage, peer);
    await traffic.flows(WARM_UP);
    const accept = await pilesUp(stage, peer);
    const lost = await loses(stage, peer);
    accept();
    tellRescue(stage);
    await Promise.all([movesTo(stage, third), isOwner(stage, third, peer)]);
    await othersFinish(stage, peer);
    await traffic.flows(WARM_UP);
    await lost.restore();
    timeline.mark("returned", `${peer} is back`);
    await comesHome(stage, peer);
    await handBack(stage);
  },
  seconds: {
    dnsMoved: ["lost", "dnsMoved"],
    takenOver: ["lost", "takenOver"],
    handBack: ["failbackOrdered", "handedBack"],
  },
  limits: {
    firstRescued: FIRST_RESCUED,
    seconds: { dnsMoved: PRODUCERS_SECONDS, handBack: HAND_BACK_SECONDS },
  },
};
