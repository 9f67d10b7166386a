import {
  type OrderProcessing,
  type OrderProcessingOptions,
  orderProcessing,
} from "../../demo/order-processing";
import { playOn } from "../../demo/play";
import { hasPassed, type ScenarioName, type ScenarioResult, type Stage } from "../../demo/scenarios";
import { runCleanup } from "../../emulator/cleanup";
import type { Deployment } from "../../emulator/deployment";
import { changedResources } from "../../emulator/terraform-plan";

export { HOME, PEER } from "../../demo/play";

/** Installing, starting and six applies, on a slow machine. */
const DEPLOY_TIMEOUT_MS = 600_000;
export const SCENARIO_TIMEOUT_MS = 1_800_000;

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

/** Plays a scenario as the demo does, and expects that everything holds that must hold. What was said is shown when it does not. */
export async function played(
  example: OrderProcessing,
  name: ScenarioName,
  whileAway: NonNullable<Stage["whileAway"]> = async () => {},
): Promise<ScenarioResult> {
  const said: string[] = [];
  try {
    const result = await playOn(example, name, (line) => said.push(line), { whileAway });
    process.stdout.write(`${name}: ${JSON.stringify(result)}\n`);
    expect({ ...result, passed: hasPassed(result) }).toEqual({
      ...result,
      passed: true,
      processed: result.sent - result.stranded,
    });
    return result;
  } catch (error) {
    throw new Error(`${name} failed:\n${said.join("\n")}`, { cause: error });
  }
}

/** What Terraform would change, by stack. */
export async function changesOf(
  deployment: Deployment,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const changes: Record<string, readonly unknown[]> = {};
  for (const stack of deployment.stacks) {
    changes[stack] = changedResources((await deployment.terraform(stack).plan()).plan);
  }
  return changes;
}

/** Of every stack, nothing. */
export function noChanges({ stacks }: Deployment): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(stacks.map((stack) => [stack, []]));
}
