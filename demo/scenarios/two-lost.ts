import {
  comesHome,
  handBack,
  hasOwnerBut,
  isClosed,
  isRunning,
  loses,
  othersFinish,
  pilesUp,
  producersGo,
  strandedIn,
  WARM_UP,
} from "./conditions";
import { HAND_BACK_SECONDS } from "./limits";
import type { Scenario } from "./scenario";

/** Orders that the last region takes in while nobody may process. */
const PILE = 60;

export const twoLost: Scenario = {
  summary:
    "Of three regions two are lost, one after the other: the last one has no majority, and stops. As soon as one of the two is back, everything goes on, and nothing is lost.",
  regions: 3,
  rescue: { from: "home" },
  async play(stage) {
    const { deployment, home, peer, timeline, traffic } = stage;
    const last = deployment.regions.find((region) => region !== home && region !== peer)!;
    await traffic.flows(WARM_UP);
    const accept = await pilesUp(stage, home);
    const lostHome = await loses(stage, home);
    accept();
    await hasOwnerBut(stage, [home], home);
    timeline.mark("takenOver");
    await producersGo(stage, peer);
    await traffic.flows(WARM_UP);
    const lostPeer = await loses(stage, peer, "peerLost");
    await producersGo(stage, last);
    timeline.mark("dnsMoved", `producers are sent to ${last}`);
    await Promise.all(deployment.regions.map((region) => isClosed(stage, region)));
    timeline.mark("closed", `${last} has no majority, and processes nothing`);
    await traffic.sends(PILE);
    await lostPeer.restore();
    timeline.mark("peerReturned", `${peer} is back`);
    await Promise.all(deployment.regions.map((region) => hasOwnerBut(stage, [home], region)));
    timeline.mark("goesOn", "every home has an owner again");
    await othersFinish(stage, home);
    await traffic.flows(WARM_UP);
    await lostHome.restore();
    timeline.mark("returned", `${home} is back`);
    await isRunning(stage, home);
    await strandedIn(stage);
    for (const region of [peer, last]) await comesHome(stage, region);
    await handBack(stage);
  },
  seconds: {
    dnsMoved: ["peerLost", "dnsMoved"],
    closed: ["peerLost", "closed"],
    goesOn: ["peerReturned", "goesOn"],
    handBack: ["failbackOrdered", "handedBack"],
  },
  limits: { seconds: { handBack: HAND_BACK_SECONDS } },
};
