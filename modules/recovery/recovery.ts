import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { Alarms } from "./alarms";
import { Controller } from "./controller";
import { OwnershipParameters } from "./parameters";

export interface RecoveryProps {
  /** With recovery. */
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/** What a failover group has once in a region to recover: controller, roles and states, alarms. */
export class Recovery extends Construct {
  constructor(scope: Construct, id: string, props: RecoveryProps) {
    super(scope, id);
    new OwnershipParameters(this, "ownership", props);
    new Controller(this, "controller", props);
    new Alarms(this, "alarms", props);
  }
}
