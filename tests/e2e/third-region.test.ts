import { describeFull } from "../tier";
import { played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

describeFull("three regions", () => {
  const example = useOrderProcessing({ regions: 3 });

  test.each([
    ["when the owner of an evacuated home is lost, the third region takes over", "owner-lost"],
    ["two lost regions stop the third, and one that returns is enough", "two-lost"],
  ] as const)(
    "%s",
    async (_, name) => {
      await played(example(), name);
    },
    SCENARIO_TIMEOUT_MS,
  );
});
