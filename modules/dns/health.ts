import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import { healthStatements } from "../../config/access/health-policies";
import type { GroupSettings } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { CONTROLLER_PERIOD_SECONDS, HEALTH_TIMEOUT_SECONDS } from "../../core/limits";
import { logicalId, ownershipTableName } from "../../core/names";
import type { Written } from "../../core/value";
import type { HealthSettings } from "../../replicator/health/settings";
import { addressed } from "../address";
import { RegionFunction } from "../function/region-function";
import { groupTagsOf } from "../tags";

export interface HealthProps {
  /** With a health endpoint. */
  readonly configuration: GroupSettings;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
}

/**
 * The health function of a failover group in one region. Its public URL, whose address is random, is in the global stack. The
 * reservation keeps concurrency for it, and is all that a flood of requests can use up.
 */
export class HealthFunction extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, { configuration, region, provider }: HealthProps) {
    super(scope, id);
    const { failoverGroup, functions, dns } = configuration;
    const { memoryMb, reservedConcurrency } = dns!.healthEndpoint!;
    const address = logicalId(failoverGroup, "health");
    const { resource } = new RegionFunction(this, "function", {
      configuration,
      region,
      provider,
      address,
      reference: groupTopologyOf(configuration, region).health!,
      word: "health",
      description: `Tells whether ${region} does its own work for ${failoverGroup}`,
      environment: healthSettings(configuration, region),
      statements: healthStatements(configuration, region),
      settings: { ...functions, memoryMb, timeoutSeconds: HEALTH_TIMEOUT_SECONDS },
      reservedConcurrency,
      tags: groupTagsOf(configuration, "health"),
    });
    this.functionName = resource.functionName;
    // Nobody has a reason to invoke it asynchronously; what a stranger queues up must not be in the way for long.
    addressed(
      new LambdaFunctionEventInvokeConfig(this, "invocation", {
        provider,
        functionName: this.functionName,
        maximumEventAgeInSeconds: CONTROLLER_PERIOD_SECONDS,
        maximumRetryAttempts: 0,
      }),
      address,
    );
  }
}

function healthSettings(configuration: GroupSettings, region: string): Written<HealthSettings> {
  const { failoverGroup, naming } = configuration;
  return { failoverGroup, region, ownershipTable: ownershipTableName(naming.prefix, failoverGroup) };
}
