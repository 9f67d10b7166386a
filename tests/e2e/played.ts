import { type OrderProcessing, orderProcessing, RATES } from "../../demo/order-processing";
import { play, SCENARIOS, type ScenarioName, type ScenarioResult, type Stage } from "../../demo/scenarios";
import { Timeline } from "../../demo/scenarios/timeline";
import { Traffic } from "../../demo/scenarios/traffic";
import { OwnershipWatch } from "../../demo/scenarios/watch";
import { runCleanup } from "../emulator/cleanup";

export const HOME = "us-east-1";
export const PEER = "us-west-2";
/** A test of the full tier alone: each scenario takes minutes, most of which it waits. */
export const testFull = process.env.TEST_TIER === "full" ? test : test.skip;

/** Installing, starting and five applies, on a slow machine. */
const DEPLOY_TIMEOUT_MS = 600_000;
export const SCENARIO_TIMEOUT_MS = 900_000;

/** The order-processing example, deployed once for all tests of a file. */
export function useOrderProcessing(): () => OrderProcessing {
  let example: OrderProcessing | undefined;
  beforeAll(async () => {
    const started = await orderProcessing(() => {});
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
  { emulator, deployment, shop, producerRole }: OrderProcessing,
  name: ScenarioName,
  whileEvacuated: NonNullable<Stage["whileEvacuated"]> = async () => {},
): Promise<ScenarioResult> {
  const said: string[] = [];
  const timeline = new Timeline((line) => said.push(line));
  const watch = new OwnershipWatch(emulator, deployment, timeline);
  const traffic = await Traffic.start({ emulator, deployment, shop, home: HOME, producerRole, rates: RATES });
  try {
    const stage = { emulator, deployment, shop, home: HOME, peer: PEER, traffic, watch, timeline };
    const result = await play(SCENARIOS[name], { ...stage, whileEvacuated });
    expect(result).toMatchObject({ ...NOTHING_WRONG, processed: result.sent });
    return result;
  } catch (error) {
    throw new Error(`${name} failed:\n${said.join("\n")}`, { cause: error });
  } finally {
    traffic.close();
    await watch.stop();
  }
}

const NOTHING_WRONG = { lost: 0, processedTwice: 0, chargedTwice: 0, altered: 0, orderViolations: 0 };
