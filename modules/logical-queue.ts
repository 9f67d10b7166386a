import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { GroupSettings } from "../config/configuration";
import { type RegionalTopology, topologyOf } from "../config/topology";
import { allOf, isSet, not } from "../core/expression";
import { under } from "./address";
import { Replication } from "./engines/lambda/replication";
import { RegionalQueues } from "./queue/regional-queues";
import { DrainerFunctions } from "./recovery/drainage";

export interface LogicalQueueProps {
  /** From `parseConfiguration` or `loadConfiguration`. */
  readonly configuration: GroupSettings;
  /** Name of the logical queue in the configuration. */
  readonly queue: string;
  /** Region of the configuration whose part is made here. */
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/** One region's part of a logical queue: its queues, policies, functions and mappings. Nothing of another region. */
export class LogicalQueue extends Construct {
  readonly topology: RegionalTopology;
  readonly queues: RegionalQueues;

  constructor(scope: Construct, id: string, { configuration, queue, region, provider }: LogicalQueueProps) {
    super(scope, id);
    this.topology = topologyOf(configuration, queue, region);
    const common = { configuration, topology: this.topology, provider };
    this.queues = new RegionalQueues(this, "queues", common);
    new Replication(this, "replication", { ...common, queues: this.queues });
    const { canary } = configuration.queues[queue]!;
    const listed = under(this, allOf(isSet(configuration.recovery), not(canary)));
    if (listed !== undefined) new DrainerFunctions(listed, "drainage", common);
  }
}
