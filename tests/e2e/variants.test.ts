import type { OrderProcessingOptions } from "../../demo/order-processing";
import { describeFull } from "../tier";
import { played, SCENARIO_TIMEOUT_MS, useOrderProcessing } from "./played";

const VARIANTS: Readonly<Record<string, Omit<OrderProcessingOptions, "log">>> = {
  "without records, producers turn to another region by themselves": { records: false },
  "with health by metric, nothing is public": { health: "metric" },
};

describeFull.each(Object.entries(VARIANTS))("%s", (_name, options) => {
  const example = useOrderProcessing(options);

  test(
    "a lost region is taken over and handed back",
    async () => {
      await played(example(), "takeover");
    },
    SCENARIO_TIMEOUT_MS,
  );
});
