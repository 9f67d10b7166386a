import { describeFull } from "../tier";
import { played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

describeFull("what a home does not notice", () => {
  const example = useOrderProcessing();

  test.each([
    ["a lost peer disturbs nobody, and its home is taken over", "peer-outage"],
    ["a cut between the regions moves nothing", "partition"],
    ["a lost witness moves nothing, and a region can still be evacuated", "witness-lost"],
  ] as const)(
    "%s",
    async (_, name) => {
      await played(example(), name);
    },
    SCENARIO_TIMEOUT_MS,
  );
});
