import { groupName, ownershipTableName, parameterArn, roleArn, tableArn } from "../core/names";
import type { Value } from "../core/value";
import { parameterNames } from "../ownership/parameters";
import type { GroupSettings } from "./configuration";
import type { FunctionReference } from "./topology";

/** What a failover group with recovery has once in a region. */
export interface GroupTopology {
  readonly region: string;
  readonly account: Value<string>;
  readonly controller: FunctionReference;
  /** The schedule that starts the controller, and the role by which it does. */
  readonly schedule: FunctionReference;
  /** The rule that starts the controller too. */
  readonly ruleName: string;
  /** The function behind the health endpoint. Undefined without records, or with health by metric. */
  readonly health: FunctionReference | undefined;
  /** Path of the parameters that describe the logical queues to the controller, and its ARN. */
  readonly queuesPath: string;
  readonly queuesPathArn: string;
  /** Undefined without a ledger. */
  readonly ledgerArn: string | undefined;
  readonly ownershipTableArn: string;
}

/** Names and ARNs of a failover group in a region; computed from the configuration alone. */
export function groupTopologyOf(configuration: GroupSettings, region: string): GroupTopology {
  const { failoverGroup, naming, rolePath, ledger, dns } = configuration;
  const { account } = configuration.regions[region]!;
  const reference = (word: "controller" | "schedule" | "health"): FunctionReference => {
    const name = groupName(naming.prefix, failoverGroup, word, region);
    return { name, roleArn: roleArn(region, account, rolePath, name) };
  };
  const queuesPath = parameterNames(failoverGroup).queues;
  return {
    region,
    account,
    controller: reference("controller"),
    schedule: reference("schedule"),
    ruleName: groupName(naming.prefix, failoverGroup, "rule", region),
    health: dns?.healthEndpoint && reference("health"),
    queuesPath,
    queuesPathArn: parameterArn(region, account, queuesPath),
    ledgerArn: ledger && tableArn(region, account, ledger.tableName),
    ownershipTableArn: tableArn(region, account, ownershipTableName(naming.prefix, failoverGroup)),
  };
}

/** The same in every region of the group, in the order of the configuration. */
export function groupTopologies(configuration: GroupSettings): readonly GroupTopology[] {
  return Object.keys(configuration.regions).map((region) => groupTopologyOf(configuration, region));
}
