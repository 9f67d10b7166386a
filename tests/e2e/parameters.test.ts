import { played, SCENARIO_TIMEOUT_MS, testFull, useOrderProcessing } from "./played";

const example = useOrderProcessing({ records: false });

testFull(
  "without records, producers turn to another region by themselves, and a lost region is taken over by order",
  async () => {
    const result = await played(example(), "outage");
    expect(result.seconds.takenOver).toBeDefined();
  },
  SCENARIO_TIMEOUT_MS,
);
