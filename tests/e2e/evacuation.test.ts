import { describeFull } from "../tier";
import { changesOf, noChanges, played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

describeFull("a region that gives its home up", () => {
  const example = useOrderProcessing();

  test(
    "is evacuated and takes its messages back while the ledger lags: nothing is done twice, and Terraform sees nothing of it",
    async () => {
      const { deployment } = example();
      let changes: unknown;
      await played(example(), "evacuate", async () => {
        changes = await changesOf(deployment);
        // Whatever it undid would show in what follows.
        await deployment.apply();
      });
      expect(changes).toEqual(noChanges(deployment));
    },
    SCENARIO_TIMEOUT_MS,
  );

  test(
    "because its pollers stand still is emptied from afar",
    async () => {
      await played(example(), "poller-stall");
    },
    SCENARIO_TIMEOUT_MS,
  );
});
