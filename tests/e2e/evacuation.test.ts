import { changedResources } from "../emulator/terraform-plan";
import { testFull } from "../tier";
import { played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

const example = useOrderProcessing();

testFull(
  "a live region is evacuated and takes its messages back while the ledger lags: nothing is done twice, and Terraform sees nothing of it",
  async () => {
    const { deployment } = example();
    const changes: Record<string, unknown> = {};
    await played(example(), "evacuate", async () => {
      for (const stack of deployment.stacks) {
        changes[stack] = changedResources((await deployment.terraform(stack).plan()).plan);
      }
      // Whatever it undid would show in what follows.
      await deployment.apply();
    });
    expect(changes).toEqual(Object.fromEntries(deployment.stacks.map((stack) => [stack, []])));
  },
  SCENARIO_TIMEOUT_MS,
);

testFull(
  "a region whose pollers stand still is emptied from afar",
  async () => {
    await played(example(), "poller-stall");
  },
  SCENARIO_TIMEOUT_MS,
);
