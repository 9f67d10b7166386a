import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { checksOf } from "../../config/dns/checks";
import { homesOf } from "../../config/dns/topology";
import { allOf, expression, isSet } from "../../core/expression";
import { under } from "../../modules/address";
import { HealthChecks } from "../../modules/failover/health-checks";
import { Ledger } from "../../modules/ledger/ledger";
import { addLedgerOutputs, addRecordOutputs } from "../global-outputs";
import { globalModuleSettings } from "./global-settings";
import { chainsLocal, GroupRecords } from "./group-records";
import { IS_MADE } from "./own-variables";
import { recordOf } from "./references";
import { ANY_REGION } from "./symbols";

/** What of a failover group spans its regions as a module: ledger, health checks, records. */
export class GlobalModule extends TerraformStack {
  readonly settings = globalModuleSettings();
  /** Names that answer the first of their choices that is healthy. */
  readonly chains: Readonly<Record<string, unknown>>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { configuration } = this.settings;
    const provider = new AwsProvider(this, "aws", {});

    const ledger = under(
      this,
      allOf(IS_MADE, isSet(configuration.ledger), isSet(configuration.ledger!.managed)),
    )!;
    addLedgerOutputs(
      ledger,
      configuration,
      new Ledger(ledger, "ledger", { configuration, providers: () => provider }),
    );

    const hasRecords = allOf(IS_MADE, isSet(configuration.dns));
    const dns = under(this, hasRecords)!;
    const hosts = recordOf([ANY_REGION], (region) => expression`var.health_hosts[${region}]`);
    const { idOf } = new HealthChecks(dns, "checks", {
      configuration,
      provider,
      checks: checksOf(configuration),
      hosts,
    });
    // There are none without records: what they are made for is empty.
    new GroupRecords(this, "records", { configuration, provider, idOf });
    this.chains = chainsLocal({ configuration, idOf }, hasRecords);
    addRecordOutputs(
      dns,
      configuration,
      homesOf(configuration).map(({ home, health, routing }) => ({
        home,
        healthCheckId: idOf(health),
        routingCheckId: idOf(routing),
      })),
    );
  }
}
