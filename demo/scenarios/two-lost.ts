import {
  givenBack,
  handBack,
  loseHome,
  phaseIs,
  producersGo,
  standbysOf,
  strandedIn,
  takesOver,
  WARM_UP,
} from "./conditions";
import { order } from "./operator";
import type { Scenario } from "./scenario";

export const twoLost: Scenario = {
  summary:
    "Of three regions two are lost, one after the other: the home, and the peer that was to own it. The last one takes over by itself.",
  regions: 3,
  async play(stage) {
    const { emulator, deployment, home, peer, timeline, traffic } = stage;
    const last = deployment.regions.find((region) => region !== home && region !== peer)!;
    await traffic.flows(WARM_UP);
    const lostHome = await loseHome(stage);
    await order(stage, "evacuate", home, "--to", peer, "--lost", home);
    timeline.mark("ordered");
    await phaseIs(stage, peer, home, "owner");
    timeline.mark("takenOver", `${peer} answers for the messages of ${home}`);
    await producersGo(stage, peer);
    await traffic.flows(WARM_UP);
    const lostPeer = await emulator.loseRegion(peer, { manner: "hang" });
    timeline.mark("peerLost", `${peer} is lost too`);
    await producersGo(stage, last);
    timeline.mark("dnsMoved", `producers are sent to ${last}`);
    await takesOver(stage, last);
    timeline.mark("takenOverAgain", `${last} answers for the messages of ${home}`);
    await traffic.flows(WARM_UP);
    await lostPeer.restore();
    timeline.mark("peerReturned", `${peer} is back`);
    await phaseIs(stage, peer, peer, "standing-by");
    await givenBack(stage, peer);
    await phaseIs(stage, peer, home, "standing-by");
    await lostHome.restore();
    timeline.mark("returned", `${home} is back`);
    await phaseIs(stage, home, home, "standing-by");
    await strandedIn(stage);
    await standbysOf(stage, last);
    await handBack(stage);
  },
  seconds: {
    dnsMoved: ["peerLost", "dnsMoved"],
    takenOverAgain: ["peerLost", "takenOverAgain"],
    handBack: ["failbackOrdered", "handedBack"],
  },
};
