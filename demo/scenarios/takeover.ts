import {
  allIsMoved,
  handBack,
  isOwner,
  isRunning,
  loses,
  movesTo,
  othersFinish,
  pilesUp,
  tellRescue,
  WARM_UP,
} from "./conditions";
import { FIRST_RESCUED, HAND_BACK_SECONDS, PRODUCERS_SECONDS } from "./limits";
import type { Scenario } from "./scenario";

export const takeover: Scenario = {
  summary:
    "A region is lost under traffic and nobody is awake; its peer takes over by itself, and hands back by order.",
  rescue: { from: "home" },
  async play(stage) {
    const { home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    const accept = await pilesUp(stage, home);
    const lost = await loses(stage, home);
    accept();
    tellRescue(stage);
    await movesTo(stage, peer);
    await othersFinish(stage, home);
    await traffic.flows(WARM_UP);
    await lost.restore();
    timeline.mark("returned", `${home} is back`);
    await isRunning(stage, home);
    await allIsMoved(stage);
    timeline.mark("stranded", `what was stranded in ${home} has been passed on`);
    await stage.whileAway?.();
    // It has asked nobody, and goes by its pass, which has ended.
    await isOwner(stage, peer, home);
    await handBack(stage);
  },
  seconds: {
    dnsMoved: ["lost", "dnsMoved"],
    producersMoved: ["lost", "producersMoved"],
    takenOver: ["lost", "takenOver"],
    handBack: ["failbackOrdered", "handedBack"],
    producersBack: ["failbackOrdered", "producersBack"],
  },
  limits: {
    firstRescued: FIRST_RESCUED,
    seconds: { dnsMoved: PRODUCERS_SECONDS, handBack: HAND_BACK_SECONDS },
  },
};
