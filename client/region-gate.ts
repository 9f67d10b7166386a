import { passReader } from "../ownership/lease/pass-reader";
import { Gate } from "./gate";
import { ownRegion } from "./own-region";

export interface RegionGateOptions {
  /** Name of the failover group, as in the configuration. */
  readonly failoverGroup: string;
  /** All regions that have a table of ownership: those of the group, and the witness. The same code then runs in each region of the group. */
  readonly regions: readonly string[];
  /** Region in which the consumer runs. @default `AWS_REGION` */
  readonly region?: string;
  /** Prefix of names, as in the configuration. @default none */
  readonly prefix?: string;
  /** ARNs of tables in another account, such as the witness's, by region. @default all are in the consumer's account */
  readonly arns?: Readonly<Record<string, string>>;
}

/**
 * The gate of the region in which this code runs. Make one for the life of the process: it keeps for five seconds what it has read. Throws
 * when the region is not among `regions`.
 */
export function regionGate({
  failoverGroup: group,
  regions,
  region = ownRegion(),
  ...names
}: RegionGateOptions): Gate {
  if (!regions.includes(region)) {
    throw new Error(`regions: must contain the own region, ${region}, but are ${regions.join(", ")}`);
  }
  return new Gate(passReader({ group, regions, region, ...names }), region);
}
