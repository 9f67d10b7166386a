import { AppautoscalingPolicy } from "@cdktf/provider-aws/lib/appautoscaling-policy";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import type { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { LedgerBilling } from "../../config/configuration";
import { addressed } from "../address";

export interface LedgerScalingProps {
  readonly provider: AwsProvider;
  /** Of the ledger; those of its scaling begin with it. */
  readonly address: string;
  readonly table: DynamodbTable;
  readonly billing: Extract<LedgerBilling, { readonly type: "provisioned" }>;
}

/** Use of the provisioned capacity that scaling aims at, percent: what AWS suggests. */
const TARGET_USE = 70;

/**
 * Scales the capacities of a provisioned ledger by their use. DynamoDB applies both policies to the replicas:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html
 */
export class LedgerScaling extends Construct {
  readonly policies: AppautoscalingPolicy[];

  constructor(scope: Construct, id: string, { provider, address, table, billing }: LedgerScalingProps) {
    super(scope, id);
    const scale = (unit: "read" | "write", dimension: "Read" | "Write", least: number, most: number) => {
      const target = addressed(
        new AppautoscalingTarget(this, `${unit}-target`, {
          provider,
          serviceNamespace: "dynamodb",
          resourceId: `table/${table.name}`,
          scalableDimension: `dynamodb:table:${dimension}CapacityUnits`,
          minCapacity: least,
          maxCapacity: most,
        }),
        `${address}_${unit}`,
      );
      return addressed(
        new AppautoscalingPolicy(this, `${unit}-policy`, {
          provider,
          name: `DynamoDB${dimension}CapacityUtilization:${target.resourceId}`,
          policyType: "TargetTrackingScaling",
          serviceNamespace: target.serviceNamespace,
          resourceId: target.resourceId,
          scalableDimension: target.scalableDimension,
          targetTrackingScalingPolicyConfiguration: {
            targetValue: TARGET_USE,
            predefinedMetricSpecification: {
              predefinedMetricType: `DynamoDB${dimension}CapacityUtilization`,
            },
          },
        }),
        `${address}_${unit}`,
      );
    };
    this.policies = [
      scale("read", "Read", billing.readCapacityUnits, billing.maximumReadCapacityUnits),
      scale("write", "Write", billing.writeCapacityUnits, billing.maximumWriteCapacityUnits),
    ];
  }
}
