import { readFileSync } from "node:fs";
import path from "node:path";
import type { ConfigurationInput } from "../config/schema";
import { Deployment } from "../tests/emulator/deployment";
import { type Emulator, startEmulator } from "../tests/emulator/emulator";
import { PROJECT_ROOT } from "../tests/emulator/paths";
import { Shop } from "./shop";

const EXAMPLE = path.join(PROJECT_ROOT, "examples", "order-processing", "sqs-multi-region.json");
/** The order-processing example on an emulator of its own, with the shop's services, not applied yet. */
export interface OrderProcessing {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
  readonly shop: Shop;
  readonly producerRole: string;
}

/** @param log told what is going on */
export async function orderProcessing(log: (line: string) => void): Promise<OrderProcessing> {
  const input = JSON.parse(readFileSync(EXAMPLE, "utf8")) as ConfigurationInput;
  // Functions time out as early as is allowed, so that what a lost worker had is back soon.
  const quick = { ...input, functions: { timeout_seconds: 10 } };
  const regions = Object.keys(input.regions);
  const shop = await Shop.open();
  const emulator = await startEmulator({ regions, log });
  const deployment = await Deployment.synthesize(emulator, quick, {
    script: "synth:order-processing",
    environment: { TF_VAR_services_url: shop.url },
  });
  const [producerRole] = Object.values(deployment.configuration.queues)[0]!.producers;
  return { emulator, deployment, shop, producerRole: String(producerRole) };
}

/** Orders per second, by logical queue. */
export const RATES = { orders: 10, shipments: 5, mails: 3 } as const;
