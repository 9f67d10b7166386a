import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Configuration } from "../config/configuration";
import { groupTopologies } from "../config/group-topology";
import { addressed } from "../modules/address";
import { Failover } from "../modules/failover/failover";
import { Ledger } from "../modules/ledger/ledger";
import { ExplicitProvider } from "../modules/validation/explicit-provider";
import { recordNames } from "../ownership/records";
import { providerOf, REQUIRED_TERRAFORM } from "./provider";
import { GLOBAL, setStateBackend } from "./state-backend";

/** Whether a failover group has something that spans its regions. */
export function needsGlobalStack({ ledger, dns }: Configuration): boolean {
  return ledger?.managed !== undefined || dns !== undefined;
}

/**
 * What of a failover group spans its regions, called `<failover group>-global`: the managed ledger; health endpoints, health checks and
 * records. No region's stack refers to it, and no failover needs to change it. It works from the group's first region. With records it
 * is applied after the stacks of all regions, whose functions and alarms it names.
 */
export class GlobalStack extends TerraformStack {
  constructor(scope: Construct, configuration: Configuration) {
    super(scope, `${configuration.failoverGroup}-${GLOBAL}`);
    const first = Object.keys(configuration.regions)[0]!;
    setStateBackend(this, configuration.stateBackend, {
      group: configuration.failoverGroup,
      name: GLOBAL,
      region: first,
    });
    this.addOverride("terraform.required_version", REQUIRED_TERRAFORM);

    const made = new Map<string, AwsProvider>([[first, providerOf(this, configuration, first)]]);
    const providers: Providers = (region) => {
      const provider = made.get(region) ?? providerOf(this, configuration, region, region);
      made.set(region, provider);
      return provider;
    };
    if (configuration.ledger?.managed) this.addLedger(configuration, providers);
    if (configuration.dns) this.addFailover(configuration, providers);
    this.node.addValidation(new ExplicitProvider(this));
  }

  private addLedger(configuration: Configuration, providers: Providers): void {
    const { table } = new Ledger(this, "ledger", { configuration, providers });
    const first = Object.keys(configuration.regions)[0]!;
    this.output("ledger_table_name", table.name, "Name of the ledger in every region");
    for (const { region, ledgerArn } of groupTopologies(configuration)) {
      this.output(
        `ledger_table_arn_${region}`,
        region === first ? table.arn : ledgerArn!,
        `ARN of the ledger in ${region}`,
      );
    }
  }

  private addFailover(configuration: Configuration, providers: Providers): void {
    const { homes } = new Failover(this, "failover", { configuration, providers });
    const names = recordNames(configuration.dns!.record);
    this.output("discovery_record", names.discovery, "TXT record of the region to send to");
    for (const { home, healthCheckId, routingCheckId, url } of homes) {
      this.output(
        `home_record_${home}`,
        names.home(home),
        `TXT record of the region for ${home}'s producers`,
      );
      this.output(`health_record_${home}`, names.health(home), `TXT record of the health of ${home}`);
      this.output(`owner_record_${home}`, names.owner(home), `TXT record of the owner of ${home}`);
      this.output(`health_check_id_${home}`, healthCheckId, `Health check of ${home}`);
      this.output(
        `routing_check_id_${home}`,
        routingCheckId,
        `Health check of ${home}: it is healthy and no peer owns it`,
      );
      if (url !== undefined)
        this.output(`health_url_${home}`, url, `Health endpoint of ${home}, which is public`);
    }
  }

  private output(id: string, value: string, description: string): void {
    addressed(new TerraformOutput(this, id, { value, description }), id);
  }
}

type Providers = (region: string) => AwsProvider;
