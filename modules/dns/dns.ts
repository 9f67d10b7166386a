import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import { type Configuration, settingsOf } from "../../config/configuration";
import { recordsOf } from "../../config/dns/records";
import { groupTopologyOf } from "../../config/group-topology";
import { HEALTH_PATH } from "../../replicator/health/settings";
import { HealthChecks } from "./health-checks";
import { HealthEndpoint } from "./health-endpoint";
import { Records } from "./records";

export interface DnsProps {
  /** With records. */
  readonly configuration: Configuration;
  /** Providers by region. Route 53 is asked through the first one; the others are asked for with health endpoints only. */
  readonly providers: (region: string) => AwsProvider;
}

/** Health of a home, for whoever looks at it. */
export interface HomeHealth {
  readonly home: string;
  readonly checkId: string;
  /** Of the health endpoint. Undefined with health by metric. */
  readonly url?: string;
}

/**
 * Health endpoints, health checks and records of a failover group. They look at alarms and functions of the region stacks, which are
 * applied before.
 */
export class Dns extends Construct {
  readonly homes: readonly HomeHealth[];

  constructor(scope: Construct, id: string, { configuration, providers }: DnsProps) {
    super(scope, id);
    const settings = settingsOf(configuration);
    const regions = Object.keys(configuration.regions);
    const endpoints = new Map(
      regions
        .filter(() => configuration.dns!.healthEndpoint !== undefined)
        .map((region) => [
          region,
          new HealthEndpoint(this, `endpoint-${region}`, {
            configuration: settings,
            region,
            functionName: groupTopologyOf(settings, region).health!.name,
            provider: providers(region),
          }),
        ]),
    );
    const provider = providers(regions[0]!);
    const { idOf } = new HealthChecks(this, "checks", {
      configuration: settings,
      provider,
      hosts: Object.fromEntries([...endpoints].map(([region, { host }]) => [region, host])),
    });
    new Records(this, "records", {
      dns: settings.dns!,
      provider,
      records: recordsOf(configuration),
      idOf,
    });
    this.homes = regions.map((home) => {
      const endpoint = endpoints.get(home);
      return {
        home,
        checkId: idOf(home),
        ...(endpoint && { url: `https://${endpoint.host}${HEALTH_PATH}` }),
      };
    });
  }
}
