import { allIsMoved, handBack, movesTo, othersFinish, pilesUp, tellRescue, WARM_UP } from "./conditions";
import { FIRST_RESCUED_BY_HAND_OVER, HAND_BACK_SECONDS } from "./limits";
import type { Scenario } from "./scenario";

export const dynamodbOutage: Scenario = {
  summary:
    "DynamoDB alone fails in one region, whose consumers hold what needs the ledger; the region hands its home over by itself.",
  rescue: { from: "home" },
  async play(stage) {
    const { deployment, emulator, home, peer, timeline, traffic } = stage;
    const delay = deployment.configuration.recovery!.takeoverDelaySeconds;
    await traffic.flows(WARM_UP);
    const accept = await pilesUp(stage, home);
    const tables = await emulator.loseTable(home, { manner: "hang" });
    timeline.lose("lost", `every call to a table of ${home} hangs`);
    accept();
    tellRescue(stage);
    await Promise.all([movesTo(stage, peer), stage.whileAway?.()]);
    if (timeline.between("lost", "takenOver")! < delay) {
      throw new Error(`${home} is to keep its home for ${delay} s, because most failures are over by then`);
    }
    await allIsMoved(stage);
    await othersFinish(stage, home);
    await tables.restore();
    timeline.mark("returned", `DynamoDB answers in ${home} again`);
    await handBack(stage);
  },
  seconds: {
    dnsMoved: ["lost", "dnsMoved"],
    takenOver: ["lost", "takenOver"],
    handBack: ["failbackOrdered", "handedBack"],
  },
  limits: { firstRescued: FIRST_RESCUED_BY_HAND_OVER, seconds: { handBack: HAND_BACK_SECONDS } },
};
