import { staysAtHome, WARM_UP } from "./conditions";
import type { Scenario } from "./scenario";

/** Orders of each logical queue that are processed while the regions are cut off from each other: for longer than a lease lasts. */
const APART = 250;

export const partition: Scenario = {
  summary: "The regions are cut off from each other: both go on, and neither takes the other's home.",
  async play(stage) {
    const { emulator, home, peer, timeline, traffic } = stage;
    await traffic.flows(WARM_UP);
    await staysAtHome(stage, [home, peer], async () => {
      const cut = await emulator.cut(home, peer, { manner: "hang" });
      timeline.mark("cut", `${home} and ${peer} do not reach each other`);
      await traffic.flows(APART);
      timeline.mark("apart", `${home} has processed ${APART} more orders of each queue meanwhile`);
      await cut.restore();
      timeline.mark("restored", "they reach each other again");
      await traffic.flows(WARM_UP);
    });
  },
  seconds: { undisturbed: ["cut", "apart"] },
  limits: {},
};
