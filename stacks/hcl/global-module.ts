import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { allOf, expression, fields, isSet, text } from "../../core/expression";
import { under } from "../../modules/address";
import { HealthChecks } from "../../modules/dns/health-checks";
import { Ledger } from "../../modules/ledger/ledger";
import { addLedgerOutputs, addRecordOutputs } from "../global-outputs";
import { globalModuleSettings } from "./global-settings";
import { chainsOf, checkOf, ModuleRecords } from "./group-records";
import { IS_MADE } from "./own-variables";
import { ANY_REGION } from "./symbols";

/** What of a failover group spans its regions as a module: ledger, health checks, records. */
export class GlobalModule extends TerraformStack {
  readonly settings = globalModuleSettings();
  /** By home, the id of its check. */
  readonly checks: Readonly<Record<string, string>>;
  /** By home, the name that answers the first of its choices that is healthy. */
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
    const hosts = { [ANY_REGION]: text(expression`var.health_hosts[${ANY_REGION}]`) };
    const { idOf } = new HealthChecks(dns, "checks", { configuration, provider, hosts });
    this.checks = fields(hasRecords, { [ANY_REGION]: idOf(ANY_REGION) }) as Readonly<Record<string, string>>;
    this.chains = fields(hasRecords, chainsOf(configuration));
    // There are none without records: what they are made for is empty.
    new ModuleRecords(this, "records", { configuration, provider });
    addRecordOutputs(dns, configuration, [{ home: ANY_REGION, checkId: checkOf(ANY_REGION) }]);
  }
}
