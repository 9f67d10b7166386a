import { loses, movesTo, othersFinish, pilesUp, tellRescue, WARM_UP } from "./conditions";
import { FIRST_RESCUED, PRODUCERS_SECONDS } from "./limits";
import type { Scenario } from "./scenario";

export const lostForGood: Scenario = {
  summary:
    "A region is lost and never returns: everything that its peer has a copy of is processed all the same.",
  rescue: { from: "home", isForGood: true },
  async play(stage) {
    const { home, peer, traffic } = stage;
    await traffic.flows(WARM_UP);
    const accept = await pilesUp(stage, home);
    await loses(stage, home);
    accept();
    tellRescue(stage);
    await movesTo(stage, peer);
    await othersFinish(stage, home);
    await traffic.flows(WARM_UP);
  },
  seconds: {
    dnsMoved: ["lost", "dnsMoved"],
    producersMoved: ["lost", "producersMoved"],
    takenOver: ["lost", "takenOver"],
  },
  limits: { firstRescued: FIRST_RESCUED, seconds: { dnsMoved: PRODUCERS_SECONDS } },
};
