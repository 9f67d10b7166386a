import type { Configuration } from "../config/configuration";
import type { QueueReference, RegionalTopology } from "../config/topology";
import type { QueueWord } from "../core/names";
import type { Plain } from "../core/value";
import { createRole } from "./clients";
import type { Emulator } from "./emulator";
import type { Terraform } from "./terraform";

/** A failover group on the emulator, whether stacks or modules make it. */
export interface DeployedGroup {
  readonly configuration: Configuration;
  /** Account of a region, 12 digits. */
  account(region: string): string;
  /** What is there of a logical queue in a region, as computed from the configuration. */
  topology(queue: string, region: string): Plain<RegionalTopology>;
  /** Terraform for everything that makes a region, each state once. */
  readonly regionTerraforms: readonly Terraform[];
  /** What Terraform puts out of a region. */
  outputs(region: string): Promise<RegionOutputs>;
}

/** Outputs of a region, however they are called. */
export interface RegionOutputs {
  /** @param other the peer of an outbox, the home of a standby queue */
  queue(queue: string, word: QueueWord, other?: string): Pick<QueueReference, "arn" | "url">;
  /** Policy document for roles that send or receive. */
  policy(queue: string, word: ClientWord): object;
}

export type ClientWord = "producer" | "consumer";

/**
 * Creates a role that the configuration names as producer or consumer, with the policies that Terraform puts out for it.
 * @param arn of a role of the first region's account
 */
export async function createClientRole(
  emulator: Emulator,
  group: DeployedGroup,
  word: ClientWord,
  arn: string,
): Promise<void> {
  const { queues, regions } = group.configuration;
  const region = Object.keys(regions)[0]!;
  const outputs = await group.outputs(region);
  const policies = Object.entries(queues)
    .filter(([, settings]) => settings[`${word}s`].includes(arn))
    .map(([queue]) => [queue, outputs.policy(queue, word)]);
  await createRole(emulator, {
    account: group.account(region),
    name: arn.slice(arn.lastIndexOf("/") + 1),
    policies: Object.fromEntries(policies),
  });
}
