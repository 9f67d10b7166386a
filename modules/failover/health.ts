import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { topologyOf } from "../../config/topology";
import { fields, isSet } from "../../core/expression";
import { CONTROLLER_PERIOD_SECONDS, HEALTH_TIMEOUT_SECONDS } from "../../core/limits";
import { canaryQueue, logicalId } from "../../core/names";
import type { HealthSettings } from "../../replicator/health/settings";
import { addressed } from "../address";
import { RegionFunction } from "../function/region-function";
import { healthStatements } from "../policy/health-policies";
import type { GroupPolicies } from "../recovery/group-policies";
import { groupTagsOf } from "../tags";

export interface HealthProps {
  /** With a health endpoint. */
  readonly configuration: Configuration;
  readonly region: string;
  /** Provider of that region and account. */
  readonly provider: AwsProvider;
  readonly policies: GroupPolicies;
}

/**
 * The health function of a failover group in one region. Its public URL, whose address is random, is in the global stack. The
 * reservation keeps concurrency for it, and is all that a flood of requests can use up.
 */
export class Health extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, { configuration, region, provider, policies }: HealthProps) {
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
      description: `Tells whether ${region} can work for ${failoverGroup}`,
      environment: healthSettings(configuration, region),
      statements: healthStatements(configuration, region),
      managedPolicies: policies.for("health", ["look"]),
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

function healthSettings(configuration: Configuration, region: string): HealthSettings {
  const { failoverGroup, ledger, regions } = configuration;
  const canary = topologyOf(configuration, canaryQueue(failoverGroup), region);
  return {
    failoverGroup,
    region,
    regions: Object.keys(regions),
    account: regions[region]!.account,
    ...(ledger && fields(isSet(ledger), { ledgerTable: ledger.tableName })),
    canary: { ingressQueueUrl: canary.ingress.url, workQueueUrl: canary.work.url },
  };
}
