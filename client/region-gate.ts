import { parameterNames } from "../ownership/parameters";
import { roleReader } from "../ownership/reader";
import type { RecordSettings, Resolver } from "../ownership/records";
import { Gate } from "./gate";
import { ownRegion } from "./own-region";

export interface RegionGateOptions {
  /** Name of the failover group, as in the configuration. */
  readonly failoverGroup: string;
  /** All regions of the group, so that the same code runs in each of them. */
  readonly regions: readonly string[];
  /** Region in which the consumer runs. @default `AWS_REGION` */
  readonly region?: string;
  /** For groups with `dns`: the discovery record of the group, and how it is looked up. @default only the parameters are read */
  readonly records?: RegionGateRecords;
}

export interface RegionGateRecords extends RecordSettings {
  /** Looks records up. @default DNS, at `resolverAddresses` or the machine's servers */
  readonly resolver?: Resolver;
}

/**
 * The gate of the region in which this code runs, by the SSM parameters of the failover group, and its records. Make one for the life of the process:
 * it keeps for seconds what it has read, and what it has read last for as long as nothing can be read. Throws when the region is
 * not one of the group.
 */
export function regionGate({
  failoverGroup,
  regions,
  region = ownRegion(),
  records,
}: RegionGateOptions): Gate {
  if (!regions.includes(region)) {
    throw new Error(`regions: must contain the own region, ${region}, but are ${regions.join(", ")}`);
  }
  const peers = regions.filter((peer) => peer !== region);
  return new Gate(
    roleReader({ region, peers, names: parameterNames(failoverGroup), ...(records && { records }) }),
    region,
  );
}
