import { allIsMoved, handBack, isOwner, producersGo, tellRescue, WARM_UP } from "./conditions";
import { HAND_BACK_SECONDS, HAND_OVER_SECONDS } from "./limits";
import { order } from "./operator";
import type { Scenario } from "./scenario";

/** Replication of the ledger takes this long. Between the last claim of one owner and the first of the next are thirty seconds. */
const LEDGER_LAG_SECONDS = 20;

export const evacuate: Scenario = {
  summary: `A live region is evacuated under traffic while the ledger lags by ${LEDGER_LAG_SECONDS} s, and takes its messages back.`,
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    const lag = await emulator.delayReplication(LEDGER_LAG_SECONDS);
    timeline.say(`what one region writes into the ledger is seen by the other ${LEDGER_LAG_SECONDS} s later`);
    await traffic.flows(WARM_UP);
    tellRescue(stage);
    await order(stage, "evacuate", home, "--to", peer);
    timeline.mark("ordered");
    await isOwner(stage, peer, home);
    timeline.mark("takenOver");
    await traffic.flows(WARM_UP);
    await stage.whileAway?.();
    await producersGo(stage, peer);
    timeline.mark("dnsMoved");
    await allIsMoved(stage);
    timeline.mark("rescued", `everything that ${home} took in is with ${peer}`);
    await handBack(stage);
    await lag.restore();
  },
  seconds: {
    takenOver: ["ordered", "takenOver"],
    dnsMoved: ["ordered", "dnsMoved"],
    handBack: ["failbackOrdered", "handedBack"],
  },
  limits: { seconds: { takenOver: HAND_OVER_SECONDS, handBack: HAND_BACK_SECONDS } },
};
