import { givenBack, phaseIs, producersGo, takesOver, WARM_UP } from "./conditions";
import { order } from "./operator";
import type { Scenario } from "./scenario";

export const ownerLost: Scenario = {
  summary:
    "A home is evacuated, and then its new owner is lost while nobody is awake; the home, which is sound, takes itself back.",
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    await order(stage, "evacuate", home, "--to", peer);
    timeline.mark("ordered");
    await phaseIs(stage, peer, home, "owner");
    timeline.mark("takenOver", `${peer} answers for the messages of ${home}`);
    await producersGo(stage, peer);
    await traffic.flows(WARM_UP);
    const lost = await emulator.loseRegion(peer, { manner: "hang" });
    timeline.mark("lost", `${peer} is lost: calls hang, functions and schedules stand still`);
    await producersGo(stage, home);
    timeline.mark("dnsMoved", `producers are sent to ${home}`);
    await takesOver(stage, home);
    timeline.mark("takenBack", `${home} answers for its messages itself`);
    await traffic.flows(WARM_UP);
    await lost.restore();
    timeline.mark("returned", `${peer} is back`);
    // Its consumers process what it has of the home when it owns itself again.
    await phaseIs(stage, peer, peer, "standing-by");
    await givenBack(stage, peer);
    await phaseIs(stage, peer, home, "standing-by");
    timeline.mark("standsBy", `${peer} has nothing of ${home} left`);
    await traffic.flows(WARM_UP);
  },
  seconds: {
    dnsMoved: ["lost", "dnsMoved"],
    takenBack: ["lost", "takenBack"],
    standsBy: ["returned", "standsBy"],
  },
};
