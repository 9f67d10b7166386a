import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { regionSets } from "../../config/region-sets";
import { json, mapOf } from "../../core/expression";
import { logicalId } from "../../core/names";
import { initialRoles } from "../../ownership/roles";
import { initialStates } from "../../ownership/states";
import { addressed } from "../address";
import { groupTagsOf } from "../tags";

export interface OwnershipParametersProps {
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/**
 * Roles and states of a failover group in one region. Terraform gives them their first values and never another: a plan after a
 * failover is empty, and an apply does not undo it.
 */
export class OwnershipParameters extends Construct {
  constructor(scope: Construct, id: string, { configuration, region, provider }: OwnershipParametersProps) {
    super(scope, id);
    const { failoverGroup } = configuration;
    const { parameters } = groupTopologyOf(configuration, region);
    const parameter = (word: "roles" | "states", description: string, value: string) =>
      addressed(
        new SsmParameter(this, word, {
          provider,
          name: parameters[word],
          description,
          type: "String",
          value,
          tags: mapOf(groupTagsOf(configuration, word)),
          lifecycle: { ignoreChanges: ["value"] },
        }),
        logicalId(failoverGroup, word),
      );
    const regions = [region, ...regionSets(configuration).others(region)];
    parameter("roles", `Who answers for each home of ${failoverGroup}`, json(initialRoles(regions)));
    parameter(
      "states",
      `What ${region} does about each home of ${failoverGroup}`,
      json(initialStates(region, regions)),
    );
  }
}
