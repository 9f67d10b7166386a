import type { ConfigurationInput } from "../../config/schema";
import { runCleanup } from "../emulator/cleanup";
import { createRole } from "../emulator/clients";
import { Deployment } from "../emulator/deployment";
import { type Emulator, startEmulator } from "../emulator/emulator";
import { CONSUMER_ROLE, configurationInput, HOME_ACCOUNT, PEER_ACCOUNT, PRODUCER_ROLE } from "../fixtures";

export const HOME = "us-east-1";
export const PEER = "us-west-2";
export const QUEUE = "orders";

/** Installing, starting and two applies, on a slow machine. */
const DEPLOY_TIMEOUT_MS = 600_000;

/**
 * What a whole suite runs against. The two regions are of two accounts, so that every copy needs the policies of both; functions
 * time out as early as is allowed, so that a killed one is over soon.
 */
const CONFIGURATION: ConfigurationInput = configurationInput(
  {
    regions: { [HOME]: { account: HOME_ACCOUNT }, [PEER]: { account: PEER_ACCOUNT } },
    functions: { timeout_seconds: 10 },
    role_path: "/queues/",
  },
  { producers: [PRODUCER_ROLE], consumers: [CONSUMER_ROLE] },
);

export interface Deployed {
  readonly emulator: Emulator;
  readonly deployment: Deployment;
}

/** Deploys once for all tests of a file, with the roles that the configuration names. */
export function useDeployed(): () => Deployed {
  let deployed: Deployed | undefined;
  beforeAll(async () => {
    const emulator = await startEmulator({ regions: [HOME, PEER] });
    const deployment = await Deployment.synthesize(emulator, CONFIGURATION);
    await deployment.apply();
    const outputs = await deployment.terraform(HOME).output();
    const policies = {
      [PRODUCER_ROLE]: `${QUEUE}_producer_policy`,
      [CONSUMER_ROLE]: `${QUEUE}_consumer_policy`,
    };
    for (const [arn, output] of Object.entries(policies)) {
      const name = arn.slice(arn.lastIndexOf("/") + 1);
      const queues = JSON.parse(String(outputs[output]));
      await createRole(emulator, { account: HOME_ACCOUNT, name, policies: { queues } });
    }
    deployed = { emulator, deployment };
  }, DEPLOY_TIMEOUT_MS);
  afterAll(() => runCleanup(), 60_000);
  return () => {
    if (deployed === undefined) throw new Error("nothing is deployed");
    return deployed;
  };
}
