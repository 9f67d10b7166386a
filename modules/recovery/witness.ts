import { DynamodbResourcePolicy } from "@cdktf/provider-aws/lib/dynamodb-resource-policy";
import type { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { Construct } from "constructs";
import { witnessPolicy } from "../../config/access/voter-policies";
import { isAbroad, witnessTopologyOf } from "../../config/voters";
import { json } from "../../core/expression";
import { logicalId } from "../../core/names";
import { addressed, under } from "../address";
import { OwnershipTable, type OwnershipTableProps } from "./ownership-table";

/** All that a witness has: its table, and in an account of its own the policy that admits the group's account. */
export class Witness extends Construct {
  readonly table: DynamodbTable;

  /** @param props of the witness's region; with a witness */
  constructor(scope: Construct, id: string, props: OwnershipTableProps) {
    super(scope, id);
    const { configuration, provider } = props;
    this.table = new OwnershipTable(this, "ownership", props).table;
    const witness = witnessTopologyOf(configuration)!;
    const abroad = under(this, isAbroad(witness, configuration));
    if (abroad === undefined) return;
    addressed(
      new DynamodbResourcePolicy(abroad, "policy", {
        provider,
        resourceArn: this.table.arn,
        policy: json(witnessPolicy(configuration, witness)),
      }),
      logicalId(configuration.failoverGroup, "ownership"),
    );
  }
}
