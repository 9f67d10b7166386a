import type { OrderProcessingOptions } from "../../demo/order-processing";
import { testFull } from "../tier";
import { played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

const VARIANTS: Readonly<Record<string, Omit<OrderProcessingOptions, "log">>> = {
  "without records, producers turn to another region by themselves": { records: false },
  "with health by metric, nothing is public": { health: "metric" },
};

describe.each(Object.entries(VARIANTS))("%s", (_name, options) => {
  const example = useOrderProcessing(options);

  testFull(
    "a lost region is taken over by order and handed back",
    async () => {
      const result = await played(example(), "outage");
      expect(result.seconds.takenOver).toBeDefined();
    },
    SCENARIO_TIMEOUT_MS,
  );
});
