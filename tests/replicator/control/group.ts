import { HEARTBEAT_VERSION, type Heartbeat } from "../../../ownership/heartbeat";
import type { HomeNow } from "../../../ownership/lease/settings";
import type { ControlledQueue, ControllerSettings } from "../../../replicator/control/settings";

export const [HOME, PEER, THIRD] = ["us-east-1", "us-west-2", "eu-west-1"] as const;
export const REGIONS = [HOME, PEER, THIRD];
export const NOW = 1_700_000_000_000;

/** A region with a table alone. */
export const WITNESS = "eu-central-1";

/** A logical queue as the controller of a region knows it, with a drainer for each of the homes. */
export function controlledQueue(
  over: Partial<ControlledQueue> = {},
  ...homes: readonly string[]
): ControlledQueue {
  const { queue = "orders" } = over;
  const all = homes.length === 0 ? [HOME] : homes;
  return {
    queue,
    rescue: "ledger",
    marginSeconds: 120,
    drainers: Object.fromEntries(all.map((home) => [home, `${queue}-drainer-${home}`])),
    standbys: Object.fromEntries(all.map((home) => [home, `${queue}-standby-${home}`])),
    ingress: `${queue}-ingress`,
    work: queue,
    ...over,
  };
}

export function controllerSettings(
  region: string,
  regions: readonly string[] = [HOME, PEER],
): ControllerSettings {
  const url = (queue: string) => `https://sqs.${region}.amazonaws.com/111122223333/${queue}`;
  const others = regions.filter((one) => one !== region);
  return {
    failoverGroup: "shop",
    region,
    regions,
    takeoverDelaySeconds: 60,
    takeoverOrder: Object.fromEntries(regions.map((home) => [home, regions.filter((one) => one !== home)])),
    takeover: "automatic",
    failback: "manual",
    failbackAfterSeconds: 900,
    inFlightSeconds: 20,
    handBackTimeoutSeconds: 900,
    ownership: {
      tables: Object.fromEntries([...regions, WITNESS].map((one) => [one, "shop-ownership"])),
      voters: Object.fromEntries(
        regions.map((home) => [
          home,
          regions.length === 2 ? [...regions, WITNESS].sort() : [...regions].sort(),
        ]),
      ),
    },
    canary: {
      ingressQueueUrl: url("shop-canary-ingress"),
      workQueueUrl: url("shop-canary"),
      standbyQueueUrls: Object.fromEntries(others.map((home) => [home, url(`shop-canary-standby-${home}`)])),
    },
  };
}

export function heartbeatOf(region: string, over: Partial<Heartbeat> = {}): Heartbeat {
  return {
    v: HEARTBEAT_VERSION,
    region,
    at: NOW,
    fit: true,
    ...over,
  };
}

/** What a look shows of a home that its own region owns, or another. */
export function homeOf(owner: string, over: Partial<HomeNow> = {}): HomeNow {
  return { owner, epoch: 1, held: false, open: false, ...over };
}

/** What a service answers when it does not do what it is asked. */
export function refusal(name: string): Error {
  return Object.assign(new Error("no"), { name });
}

type Send = (command: { readonly constructor: { readonly name: string }; readonly input: never }) => unknown;

/** A client of any service that answers by a function. */
export function clientOf<Client>(send: Send): Client {
  return { send: async (command: Parameters<Send>[0]) => send(command) } as Client;
}
