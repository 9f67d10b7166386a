import { allIsMoved, handBack, phaseIs, producersGo, trackRescue, WARM_UP } from "./conditions";
import { order } from "./operator";
import type { Scenario } from "./scenario";

/** Replication of the ledger between regions takes this long while the scenario plays. */
const LEDGER_LAG_SECONDS = 60;

export const evacuate: Scenario = {
  summary: `A live region is evacuated under traffic while the ledger lags by ${LEDGER_LAG_SECONDS} s, and takes its messages back.`,
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    const lag = await emulator.delayReplication(LEDGER_LAG_SECONDS);
    timeline.say(`what one region writes into the ledger is seen by the other ${LEDGER_LAG_SECONDS} s later`);
    await traffic.flows(WARM_UP);
    const stopTracking = trackRescue(stage);
    await order(stage, "evacuate", home, "--to", peer);
    timeline.mark("ordered");
    await phaseIs(stage, peer, home, "owner");
    timeline.mark("takenOver");
    await traffic.flows(WARM_UP);
    await stage.whileEvacuated?.();
    await producersGo(stage, peer);
    timeline.mark("producersMoved", `producers are sent to ${peer}`);
    await allIsMoved(stage);
    stopTracking();
    timeline.mark("rescued", `everything that ${home} took in is with ${peer}`);
    await handBack(stage);
    await lag.restore();
  },
  seconds: {
    takenOver: ["ordered", "takenOver"],
    firstRescued: ["ordered", "firstRescued"],
    lastRescued: ["ordered", "lastRescued"],
    handBack: ["failbackOrdered", "handedBack"],
  },
};
