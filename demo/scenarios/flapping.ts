import { setTimeout as sleep } from "node:timers/promises";
import {
  allIsMoved,
  handBack,
  hasOwnerBut,
  isRunning,
  loses,
  othersFinish,
  pilesUp,
  tellRescue,
  WARM_UP,
} from "./conditions";
import { FIRST_RESCUED } from "./limits";
import type { Scenario } from "./scenario";

const TIMES = 5;
/** For how long the region is lost each time: for longer than its peer needs to take its home over. */
const LOST_MS = 75_000;
const BACK_MS = 45_000;

export const flapping: Scenario = {
  summary: `A region is lost and back again ${TIMES} times, every two minutes: its home moves once, nothing is lost, and order is kept.`,
  rescue: { from: "home" },
  async play(stage) {
    const { home, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    const accept = await pilesUp(stage, home);
    tellRescue(stage);
    for (let time = 1; time <= TIMES; time += 1) {
      const lost = await loses(stage, home);
      accept();
      await sleep(LOST_MS);
      await lost.restore();
      timeline.say(`${home} is back`);
      await sleep(BACK_MS);
    }
    const owner = await hasOwnerBut(stage, [], home);
    await isRunning(stage, home);
    await allIsMoved(stage, owner);
    await othersFinish(stage, home);
    timeline.mark("returned", `${home} stays`);
    await handBack(stage);
  },
  seconds: { handBack: ["failbackOrdered", "handedBack"] },
  limits: { firstRescued: FIRST_RESCUED },
};
