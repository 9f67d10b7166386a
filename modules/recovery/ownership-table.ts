import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { GroupSettings } from "../../config/configuration";
import { args, entryOf, isSet, mapOf } from "../../core/expression";
import { logicalId, ownershipTableName } from "../../core/names";
import { OWNERSHIP_ATTRIBUTES } from "../../ownership/lease/table";
import { addressed } from "../address";
import { blocks } from "../block";
import { groupTagsOf } from "../tags";

export interface OwnershipTableProps {
  /** With recovery. */
  readonly configuration: GroupSettings;
  /** A region of the group, or its witness. */
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/**
 * A voter: the table by which one region has a say about who owns a home. Each region's table stands for itself, so there is no replica, and
 * no stream. There is no backup either, and nobody may restore one: a table that is restored votes for claims that have ended. An empty
 * table is safe, because it counts for nobody.
 */
export class OwnershipTable extends Construct {
  readonly table: DynamodbTable;

  constructor(scope: Construct, id: string, { configuration, region, provider }: OwnershipTableProps) {
    super(scope, id);
    const { naming, failoverGroup } = configuration;
    const { ownershipKmsKeyArns, ownershipDeletionProtection } = configuration.recovery!;
    const key = entryOf(ownershipKmsKeyArns, region);
    this.table = addressed(
      new DynamodbTable(this, "table", {
        provider,
        name: ownershipTableName(naming.prefix, failoverGroup),
        billingMode: "PAY_PER_REQUEST",
        hashKey: OWNERSHIP_ATTRIBUTES.kind,
        rangeKey: OWNERSHIP_ATTRIBUTES.of,
        attribute: Object.values(OWNERSHIP_ATTRIBUTES).map((name) => ({ name, type: "S" })),
        // A deletion would leave a system backup behind with it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/pointintimerecovery_beforeyoubegin.html
        pointInTimeRecovery: { enabled: false },
        // Without a key of the customer, DynamoDB encrypts by one of its own, which needs no setting.
        ...blocks(isSet(key), { serverSideEncryption: { enabled: true, kmsKeyArn: key! } }),
        ...args({ deletionProtectionEnabled: ownershipDeletionProtection }),
        tags: mapOf(groupTagsOf(configuration, "ownership")),
      }),
      logicalId(failoverGroup, "ownership"),
    );
  }
}
