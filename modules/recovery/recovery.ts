import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { GroupSettings } from "../../config/configuration";
import { isSet } from "../../core/expression";
import { under } from "../address";
import { HealthFunction } from "../dns/health";
import { Alarms } from "./alarms";
import { ControllerFunction } from "./controller";
import { GroupPolicies } from "./group-policies";
import { OwnershipTable } from "./ownership-table";

export interface RecoveryProps {
  /** With recovery. */
  readonly configuration: GroupSettings;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/**
 * What a failover group has once in a region to recover: controller, its policies, table of ownership, alarms; with records
 * also what health checks look at.
 */
export class Recovery extends Construct {
  /** With a health endpoint. */
  readonly health?: HealthFunction;

  constructor(scope: Construct, id: string, props: RecoveryProps) {
    super(scope, id);
    new OwnershipTable(this, "voter", props);
    const policies = new GroupPolicies(this, "policies", props);
    new ControllerFunction(this, "controller", { ...props, policies });
    new Alarms(this, "alarms", props);
    const { dns } = props.configuration;
    const records = under(this, isSet(dns));
    if (records === undefined) return;
    const endpoint = under(records, isSet(dns!.healthEndpoint));
    if (endpoint !== undefined) this.health = new HealthFunction(endpoint, "health", props);
  }
}
