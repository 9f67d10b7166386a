import type { ConfigurationInput } from "../../config/schema";
import { type ReplicateCounts, type ReplicateOptions, replicate } from "../../demo/replicate";
import { AS_AWS } from "../../emulator/as-aws";
import { runCleanup } from "../../emulator/cleanup";
import type { DeployedGroup } from "../../emulator/deployed-group";
import { Deployment } from "../../emulator/deployment";
import { type Emulator, startEmulator } from "../../emulator/emulator";
import { CONSUMER_ROLE, configurationInput, HOME_ACCOUNT, PEER_ACCOUNT, PRODUCER_ROLE } from "../fixtures";

export const HOME = "us-east-1";
export const PEER = "us-west-2";
/** Logical queues by what is special about them; all of them are in one deployment. */
export const QUEUES = {
  async: "orders",
  "semi-sync": "shipments",
  sync: "payments",
  none: "audit",
  "FIFO async": "invoices",
  "FIFO sync": "transfers",
} as const;
export const QUEUE = QUEUES.async;

const { duplicates: _repeats, lostAnswers: _losses, ...others } = AS_AWS;
/** As AWS, but that nothing comes twice: tests that share queues know each message, and take it once. */
export const COUNTED = others;

/** Orders of a run, unless a test says otherwise. */
export const MESSAGES = 1_000;

/** Installing, starting and two applies, on a slow machine. */
export const DEPLOY_TIMEOUT_MS = 600_000;

/**
 * What a whole suite runs against. The two regions are of two accounts, so that every copy needs the policies of both; functions
 * time out as early as is allowed, so that a killed one is over soon.
 */
const clients = { producers: [PRODUCER_ROLE], consumers: [CONSUMER_ROLE] };
const CONFIGURATION: ConfigurationInput = configurationInput({
  regions: { [HOME]: { account: HOME_ACCOUNT }, [PEER]: { account: PEER_ACCOUNT } },
  functions: { timeout_seconds: 10 },
  role_path: "/queues/",
  queues: {
    [QUEUES.async]: { ...clients, mode: "async" },
    [QUEUES["semi-sync"]]: { ...clients, mode: "semi-sync" },
    [QUEUES.sync]: { ...clients, mode: "sync" },
    [QUEUES.none]: { ...clients, mode: "none" },
    [QUEUES["FIFO async"]]: { ...clients, mode: "async", fifo: true },
    [QUEUES["FIFO sync"]]: { ...clients, mode: "sync", fifo: true },
  },
});

export interface Deployed {
  readonly emulator: Emulator;
  readonly deployment: DeployedGroup;
}

export type RunOptions = Partial<
  Pick<ReplicateOptions, "queue" | "messages" | "producerRegion" | "producerRole" | "consumerRole">
>;

/** Starts an order system against what is deployed; `counts` tells how far it is. */
export function runOrders({ emulator, deployment }: Deployed, over: RunOptions = {}) {
  let counts: ReplicateCounts = { sent: 0, delivered: 0, copied: 0 };
  const finished = replicate({
    emulator,
    deployment,
    queue: QUEUE,
    home: HOME,
    peer: PEER,
    producerRole: PRODUCER_ROLE,
    consumerRole: CONSUMER_ROLE,
    messages: MESSAGES,
    ...over,
    onProgress: (now) => {
      counts = now;
    },
  });
  return { finished, counts: () => counts };
}

/** What is left when nothing was lost on the way. */
export const everyOrder = (count = MESSAGES) => ({
  sent: count,
  delivered: count,
  copied: count,
  missing: 0,
  altered: 0,
  orderViolations: 0,
});

/** Deploys once for all tests of a file, with the roles that the configuration names. */
export function useDeployed(): () => Deployed {
  let deployed: Deployed | undefined;
  beforeAll(async () => {
    const emulator = await startEmulator({ regions: [HOME, PEER], asAws: { ...COUNTED, seed: "deployed" } });
    const deployment = await Deployment.synthesize(emulator, CONFIGURATION);
    await deployment.apply();
    await deployment.createClientRole("producer", PRODUCER_ROLE);
    await deployment.createClientRole("consumer", CONSUMER_ROLE);
    deployed = { emulator, deployment };
  }, DEPLOY_TIMEOUT_MS);
  afterAll(() => runCleanup(), 60_000);
  return () => {
    if (deployed === undefined) throw new Error("nothing is deployed");
    return deployed;
  };
}
