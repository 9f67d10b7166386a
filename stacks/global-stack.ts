import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { type Configuration, settingsOf } from "../config/configuration";
import { Dns } from "../modules/dns/dns";
import { Ledger } from "../modules/ledger/ledger";
import { ExplicitProvider } from "../modules/validation/explicit-provider";
import { addLedgerOutputs, addRecordOutputs } from "./global-outputs";
import { providerOf } from "./provider";
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

    const made = new Map<string, AwsProvider>([[first, providerOf(this, configuration, first)]]);
    const providers: Providers = (region) => {
      const provider = made.get(region) ?? providerOf(this, configuration, region, region);
      made.set(region, provider);
      return provider;
    };
    if (configuration.ledger?.managed) this.addLedger(configuration, providers);
    if (configuration.dns) this.addDns(configuration, providers);
    this.node.addValidation(new ExplicitProvider(this));
  }

  private addLedger(configuration: Configuration, providers: Providers): void {
    const settings = settingsOf(configuration);
    addLedgerOutputs(this, settings, new Ledger(this, "ledger", { configuration: settings, providers }));
  }

  private addDns(configuration: Configuration, providers: Providers): void {
    const { homes } = new Dns(this, "dns", { configuration, providers });
    addRecordOutputs(this, settingsOf(configuration), homes);
  }
}

type Providers = (region: string) => AwsProvider;
