import {
  type OrderProcessing,
  type OrderProcessingOptions,
  orderProcessing,
} from "../../demo/order-processing";
import { playOn } from "../../demo/play";
import type { ScenarioName, ScenarioResult, Stage } from "../../demo/scenarios";
import { runCleanup } from "../emulator/cleanup";

export { HOME, PEER } from "../../demo/play";

/** Installing, starting and five applies, on a slow machine. */
const DEPLOY_TIMEOUT_MS = 600_000;
export const SCENARIO_TIMEOUT_MS = 1_500_000;

/** The order-processing example, deployed once for all tests of a file. */
export function useOrderProcessing(options: Omit<OrderProcessingOptions, "log"> = {}): () => OrderProcessing {
  let example: OrderProcessing | undefined;
  beforeAll(async () => {
    const started = await orderProcessing({ log: () => {}, ...options });
    await started.deployment.apply();
    await started.deployment.createClientRole("producer", started.producerRole);
    example = started;
  }, DEPLOY_TIMEOUT_MS);
  afterAll(() => runCleanup(), 60_000);
  return () => {
    if (example === undefined) throw new Error("nothing is deployed");
    return example;
  };
}

/** Plays a scenario as the demo does, and expects that nothing is lost, processed twice, altered or out of order. */
export async function played(
  example: OrderProcessing,
  name: ScenarioName,
  whileEvacuated: NonNullable<Stage["whileEvacuated"]> = async () => {},
): Promise<ScenarioResult> {
  const said: string[] = [];
  try {
    const result = await playOn(example, name, (line) => said.push(line), { whileEvacuated });
    expect(result).toMatchObject({ ...NOTHING_WRONG, processed: result.sent });
    return result;
  } catch (error) {
    throw new Error(`${name} failed:\n${said.join("\n")}`, { cause: error });
  }
}

const NOTHING_WRONG = { lost: 0, processedTwice: 0, chargedTwice: 0, altered: 0, orderViolations: 0 };
