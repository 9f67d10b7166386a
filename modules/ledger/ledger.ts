import { DynamodbTable, type DynamodbTableConfig } from "@cdktf/provider-aws/lib/dynamodb-table";
import { DynamodbTableReplicaA } from "@cdktf/provider-aws/lib/dynamodb-table-replica";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { GroupSettings, LedgerBilling } from "../../config/configuration";
import { regionOrder } from "../../config/region-sets";
import { args, entryOf, isSet, mapOf, plain, text } from "../../core/expression";
import { logicalId } from "../../core/names";
import { LEDGER_ATTRIBUTES } from "../../ledger/attributes";
import { addressed } from "../address";
import { blocks } from "../block";
import { groupTagsOf } from "../tags";
import { LedgerScaling } from "./ledger-scaling";

export interface LedgerProps {
  /** With a managed ledger. */
  readonly configuration: GroupSettings;
  /** Providers by region. The table is made in the first region; the others are asked for with provisioned capacity only. */
  readonly providers: (region: string) => AwsProvider;
}

/**
 * The ledger of a failover group: a DynamoDB table with a replica in every other region. It belongs to one state, because replicas
 * that two states manage delete each other.
 */
export class Ledger extends Construct {
  readonly table: DynamodbTable;

  constructor(scope: Construct, id: string, { configuration, providers }: LedgerProps) {
    super(scope, id);
    const { failoverGroup } = configuration;
    const { first, others } = regionOrder(configuration);
    const { tableName, managed } = configuration.ledger!;
    const { kmsKeyArns } = managed!;
    const billing = plain(managed!.billing, "ledger.billing");
    const { pointInTimeRecovery, deletionProtection } = args({
      pointInTimeRecovery: managed!.pointInTimeRecovery,
      deletionProtection: managed!.deletionProtection,
    });
    const address = logicalId(failoverGroup, "ledger");
    const tags = mapOf(groupTagsOf(configuration, "ledger"));
    const keyIn = (region: string) => {
      const kmsKeyArn = entryOf(kmsKeyArns, region);
      return kmsKeyArn === undefined ? {} : args({ kmsKeyArn });
    };
    const firstKey = entryOf(kmsKeyArns, first);
    const provisioned = billing.type === "provisioned";

    this.table = addressed(
      new DynamodbTable(this, "table", {
        provider: providers(first),
        name: text(tableName),
        hashKey: LEDGER_ATTRIBUTES.id,
        attribute: [{ name: LEDGER_ATTRIBUTES.id, type: "S" }],
        ttl: { attributeName: LEDGER_ATTRIBUTES.expiration, enabled: true },
        pointInTimeRecovery: { enabled: pointInTimeRecovery },
        // Without a key of the customer, DynamoDB encrypts by one of its own, which needs no setting.
        ...blocks(isSet(firstKey), { serverSideEncryption: { enabled: true, kmsKeyArn: firstKey! } }),
        deletionProtectionEnabled: deletionProtection,
        streamEnabled: true,
        streamViewType: "NEW_AND_OLD_IMAGES",
        tags,
        ...capacity(billing),
        ...(!provisioned && {
          replica: others.map((regionName) => ({
            regionName,
            pointInTimeRecovery,
            propagateTags: true,
            ...keyIn(regionName),
          })),
        }),
      }),
      address,
    );

    if (billing.type !== "provisioned") return;
    const scaling = new LedgerScaling(this, "scaling", {
      provider: providers(first),
      address,
      table: this.table,
      billing,
    });
    // DynamoDB refuses a replica of a provisioned table whose writes are not scaled yet, which they can be once it exists, and makes
    // one replica at a time:
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html
    let before: ITerraformDependable[] = scaling.policies;
    for (const region of others) {
      const replica = addressed(
        new DynamodbTableReplicaA(this, `replica-${region}`, {
          provider: providers(region),
          globalTableArn: this.table.arn,
          pointInTimeRecovery,
          deletionProtectionEnabled: deletionProtection,
          ...keyIn(region),
          tags,
          dependsOn: before,
        }),
        logicalId(failoverGroup, "ledger", region),
      );
      before = [replica];
    }
  }
}

function capacity(billing: LedgerBilling): Partial<DynamodbTableConfig> {
  if (billing.type === "on_demand") return { billingMode: "PAY_PER_REQUEST" };
  return {
    billingMode: "PROVISIONED",
    readCapacity: billing.readCapacityUnits,
    writeCapacity: billing.writeCapacityUnits,
    // Scaling changes the capacities, and the replicas are resources of their own.
    lifecycle: { ignoreChanges: ["read_capacity", "write_capacity", "replica"] },
  };
}
