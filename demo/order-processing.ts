import { readFileSync } from "node:fs";
import path from "node:path";
import type { ConfigurationInput } from "../config/schema";
import { AS_AWS } from "../emulator/as-aws";
import { createZone } from "../emulator/clients";
import { Deployment } from "../emulator/deployment";
import { type Emulator, startEmulator } from "../emulator/emulator";
import { PROJECT_ROOT } from "../emulator/paths";
import type { Route53StandIn } from "../emulator/route53/stand-in";
import { Shop } from "./shop";

const EXAMPLE = path.join(PROJECT_ROOT, "examples", "order-processing", "sqs-multi-region.json");
/** The order-processing example on an emulator of its own, with the shop's services, not applied yet. */
export interface OrderProcessing {
  readonly emulator: Emulator;
  /** Absent in groups without records. */
  readonly route53?: Route53StandIn;
  readonly deployment: Deployment;
  readonly shop: Shop;
  readonly producerRole: string;
}

export interface OrderProcessingOptions {
  /** Told what is going on. */
  readonly log: (line: string) => void;
  /** Whether there are records in a zone. @default true */
  readonly records?: boolean;
  /** How health is told. @default by endpoint */
  readonly health?: "metric";
  /** Regions, 2 or 3. @default 2, those of the example, with a witness */
  readonly regions?: number;
}

/** Where the order system goes if two regions are not enough. */
const THIRD_REGION = "eu-west-1";

export async function orderProcessing({
  log,
  records = true,
  health,
  regions: count = 2,
}: OrderProcessingOptions): Promise<OrderProcessing> {
  const written = JSON.parse(readFileSync(EXAMPLE, "utf8")) as ConfigurationInput;
  const { dns, ...input } = count > 2 ? withThirdRegion(written) : written;
  const shop = await Shop.open();
  const emulator = await startEmulator({ regions: regionsOf(input), log, lateSchedules: {}, asAws: AS_AWS });
  const zone =
    records && dns
      ? await zoneOf(emulator, input, { ...dns, ...(health && { health: { type: health } }) })
      : undefined;
  // Functions time out as early as is allowed, so that what a lost worker had is back soon.
  const quick = {
    ...input,
    ...(zone && { dns: zone.dns }),
    functions: { timeout_seconds: 10 },
  };
  const deployment = await Deployment.synthesize(emulator, quick, {
    script: "synth:order-processing",
    environment: { TF_VAR_services_url: shop.url },
  });
  const [producerRole] = Object.values(deployment.configuration.queues)[0]!.producers;
  return {
    emulator,
    deployment,
    shop,
    producerRole: String(producerRole),
    ...(zone && { route53: zone.route53 }),
  };
}

/** Regions that a configuration has something in: those of the group, and the witness. */
export function regionsOf({
  regions,
  recovery,
}: Pick<ConfigurationInput, "regions" | "recovery">): readonly string[] {
  return [...Object.keys(regions), ...(recovery?.witness ? [recovery.witness.region] : [])];
}

/** The example with another region in place of the witness, and with consumers there. */
function withThirdRegion(input: ConfigurationInput): ConfigurationInput {
  const [[first, settings]] = Object.entries(input.regions) as [[string, { account: string }]];
  const queues = Object.entries(input.queues).map(([name, queue]) => {
    const [consumer] = (queue.consumers ?? []) as [string];
    const consumers = [...(queue.consumers ?? []), consumer.replace(first, THIRD_REGION)];
    return [name, { ...queue, consumers }];
  });
  const { witness: _, ...recovery } = input.recovery ?? {};
  return {
    ...input,
    recovery,
    regions: { ...input.regions, [THIRD_REGION]: settings },
    queues: Object.fromEntries(queues) as ConfigurationInput["queues"],
  };
}

type Dns = NonNullable<ConfigurationInput["dns"]>;

/** A hosted zone for the records, with what answers for it, and the settings that name both. */
async function zoneOf(
  emulator: Emulator,
  { regions }: Pick<ConfigurationInput, "regions">,
  dns: Dns,
): Promise<{ readonly route53: Route53StandIn; readonly dns: Dns }> {
  const [{ account }] = Object.values(regions) as [{ account: string }];
  const route53 = await emulator.route53({ account });
  const zone_id = await createZone(emulator, { account, name: dns.record.split(".").slice(1).join(".") });
  return { route53, dns: { ...dns, zone_id } };
}

/** Orders per second, by logical queue. */
export const RATES = { orders: 10, shipments: 5, mails: 3 } as const;
