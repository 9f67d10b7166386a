import { allIsMoved, handBack, movesTo, othersFinish, tellRescue, WARM_UP } from "./conditions";
import { FIRST_RESCUED_BY_HAND_OVER, HAND_BACK_SECONDS } from "./limits";
import type { Scenario } from "./scenario";

export const pollerStall: Scenario = {
  summary:
    "Lambda's pollers of a region stand still while SQS answers; the region hands its home over by itself, and its peer reads the queues from afar.",
  rescue: { from: "home" },
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    const stall = await emulator.stallPollers(home);
    timeline.mark("lost", `the pollers of ${home} stand still`);
    tellRescue(stage);
    await movesTo(stage, peer);
    await allIsMoved(stage);
    await othersFinish(stage, home);
    timeline.mark("rescued", `ingress and outbox queues of ${home} are empty, while its pollers still stand`);
    await stall.restore();
    timeline.mark("returned", `the pollers of ${home} run again`);
    await handBack(stage);
  },
  seconds: {
    dnsMoved: ["lost", "dnsMoved"],
    takenOver: ["lost", "takenOver"],
    rescued: ["lost", "rescued"],
    handBack: ["failbackOrdered", "handedBack"],
  },
  limits: { firstRescued: FIRST_RESCUED_BY_HAND_OVER, seconds: { handBack: HAND_BACK_SECONDS } },
};
