import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { type DnsTopology, dnsTopologyOf } from "../../config/dns/topology";
import { groupTopologyOf } from "../../config/group-topology";
import { HEALTH_PATH } from "../../replicator/health/settings";
import { HealthChecks } from "./health-checks";
import { HealthEndpoint } from "./health-endpoint";
import { Records } from "./records";

export interface FailoverProps {
  /** With records. */
  readonly configuration: Configuration;
  /** Providers by region. Route 53 is asked through the first one; the others are asked for with health endpoints only. */
  readonly providers: (region: string) => AwsProvider;
}

/** Health of a home, for whoever looks at it. */
export interface HomeHealth {
  readonly home: string;
  readonly healthCheckId: string;
  readonly routingCheckId: string;
  /** Of the health endpoint. Undefined with health by metric. */
  readonly url?: string;
}

/**
 * Health endpoints, health checks and records of a failover group. They look at alarms and functions of the region stacks, which are
 * applied before.
 */
export class Failover extends Construct {
  readonly homes: readonly HomeHealth[];

  constructor(scope: Construct, id: string, { configuration, providers }: FailoverProps) {
    super(scope, id);
    const regions = Object.keys(configuration.regions);
    const endpoints = new Map(
      regions
        .filter(() => configuration.dns!.healthEndpoint !== undefined)
        .map((region) => [
          region,
          new HealthEndpoint(this, `endpoint-${region}`, {
            configuration,
            region,
            functionName: groupTopologyOf(configuration, region).health!.name,
            provider: providers(region),
          }),
        ]),
    );
    const provider = providers(regions[0]!);
    const topology: DnsTopology = dnsTopologyOf(configuration);
    const checks = new HealthChecks(this, "checks", {
      configuration,
      provider,
      checks: topology.checks,
      hosts: Object.fromEntries([...endpoints].map(([region, { host }]) => [region, host])),
    });
    new Records(this, "records", {
      dns: configuration.dns!,
      provider,
      records: topology.records,
      idOf: (reference) => checks.idOf(reference),
    });
    this.homes = topology.homes.map(({ home, health, routing }) => {
      const endpoint = endpoints.get(home);
      return {
        home,
        healthCheckId: checks.idOf(health),
        routingCheckId: checks.idOf(routing),
        ...(endpoint && { url: `https://${endpoint.host}${HEALTH_PATH}` }),
      };
    });
  }
}
