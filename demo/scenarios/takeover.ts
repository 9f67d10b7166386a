import { loseHome, producersGo, returns, takesOver, trackRescue, WARM_UP } from "./conditions";
import { outage } from "./outage";
import type { Scenario } from "./scenario";

export const takeover: Scenario = {
  summary:
    "A region is lost under traffic and nobody is awake; its peer takes over by itself, and hands back by order.",
  async play(stage) {
    const { home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    const lost = await loseHome(stage);
    const stopTracking = trackRescue(stage);
    await producersGo(stage, peer);
    timeline.mark("dnsMoved", `producers are sent to ${peer}`);
    await takesOver(stage, peer);
    timeline.mark("takenOver", `${peer} answers for the messages of ${home}`);
    await returns(stage, lost, stopTracking);
  },
  seconds: outage.seconds,
};
