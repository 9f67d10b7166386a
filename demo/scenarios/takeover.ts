import { takeoverSeconds } from "../../ownership/times";
import { loseHome, phaseIs, producersGo, returns, trackRescue, WARM_UP } from "./conditions";
import { outage } from "./outage";
import type { Scenario } from "./scenario";

export const takeover: Scenario = {
  summary:
    "A region is lost under traffic and nobody is awake; its peer takes over by itself, and hands back by order.",
  async play(stage) {
    const { deployment, home, peer, timeline, traffic } = stage;
    const { dns, recovery } = deployment.configuration;
    if (dns === undefined || recovery?.takeover !== "automatic") {
      throw new Error("takeover: without records a region is taken over by order alone");
    }
    await traffic.flows(WARM_UP);
    const lost = await loseHome(stage);
    const stopTracking = trackRescue(stage);
    await producersGo(stage, peer);
    timeline.mark("dnsMoved", `producers are sent to ${peer}`);
    const longest = takeoverSeconds(recovery, dns.ttlSeconds);
    timeline.say(
      `${peer} takes over within ${longest} s if the signals last for ${recovery.takeoverDelaySeconds} s`,
    );
    await phaseIs(stage, peer, home, "owner", longest * 1_000);
    timeline.mark("takenOver", `${peer} answers for the messages of ${home}`);
    await returns(stage, lost, stopTracking);
  },
  seconds: outage.seconds,
};
