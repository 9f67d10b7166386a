import { type OrderProcessing, orderProcessing, RATES } from "../../demo/order-processing";
import { play, SCENARIOS, type ScenarioName, type ScenarioResult, type Stage } from "../../demo/scenarios";
import { repeatedAt } from "../../demo/scenarios/judge";
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

export interface Played extends ScenarioResult {
  /** When things happened that the scenario names, in epoch milliseconds. */
  readonly moments: Readonly<Record<string, number>>;
  /** First requests of orders that were asked for again, in epoch milliseconds, by logical queue. */
  readonly repeats: Readonly<Record<string, readonly number[]>>;
}

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

/** Plays a scenario as the demo does. */
export async function played(
  { emulator, deployment, shop, producerRole }: OrderProcessing,
  name: ScenarioName,
  whileEvacuated: NonNullable<Stage["whileEvacuated"]> = async () => {},
): Promise<Played> {
  const before = shop.requests.length;
  const began = Date.now();
  const said: string[] = [];
  const timeline = new Timeline((line) => said.push(line));
  const watch = new OwnershipWatch(emulator, deployment, timeline);
  const traffic = await Traffic.start({ emulator, deployment, shop, home: HOME, producerRole, rates: RATES });
  try {
    const stage = { emulator, deployment, shop, home: HOME, peer: PEER, traffic, watch, timeline };
    const result = await play(SCENARIOS[name], { ...stage, whileEvacuated });
    const requests = shop.requests.slice(before);
    const moments = Object.entries(timeline.moments).map(([moment, at]) => [moment, began + at * 1_000]);
    const repeats = Object.keys(RATES).map((queue) => [
      queue,
      repeatedAt(requests.filter((request) => request.queue === queue)),
    ]);
    return { ...result, moments: Object.fromEntries(moments), repeats: Object.fromEntries(repeats) };
  } catch (error) {
    throw new Error(`${name} failed:\n${said.join("\n")}`, { cause: error });
  } finally {
    traffic.close();
    await watch.stop();
  }
}

export const NOTHING_WRONG = { lost: 0, processedTwice: 0, altered: 0, orderViolations: 0 };
