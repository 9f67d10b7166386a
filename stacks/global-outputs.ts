import type { Construct } from "constructs";
import type { Configuration } from "../config/configuration";
import { groupTopologies } from "../config/group-topology";
import { regionOrder } from "../config/region-sets";
import { equal, when } from "../core/expression";
import type { HomeHealth } from "../modules/failover/failover";
import type { Ledger } from "../modules/ledger/ledger";
import { recordNames } from "../ownership/records";
import { output } from "./output";

/** Where the managed ledger of a failover group is. */
export function addLedgerOutputs(scope: Construct, configuration: Configuration, { table }: Ledger): void {
  const { first } = regionOrder(configuration);
  output(scope, "ledger_table_name", table.name, "Name of the ledger in every region");
  for (const { region, ledgerArn } of groupTopologies(configuration)) {
    output(
      scope,
      `ledger_table_arn_${region}`,
      when(equal(region, first), table.arn, ledgerArn!),
      `ARN of the ledger in ${region}`,
    );
  }
}

/** Names of the records of a failover group, and ids of the health checks that they depend on. */
export function addRecordOutputs(
  scope: Construct,
  configuration: Configuration,
  homes: readonly HomeHealth[],
): void {
  const names = recordNames(configuration.dns!.record);
  output(scope, "discovery_record", names.discovery, "TXT record of the region to send to");
  for (const { home, healthCheckId, routingCheckId, url } of homes) {
    output(
      scope,
      `home_record_${home}`,
      names.home(home),
      `TXT record of the region for ${home}'s producers`,
    );
    output(scope, `health_record_${home}`, names.health(home), `TXT record of the health of ${home}`);
    output(scope, `owner_record_${home}`, names.owner(home), `TXT record of the owner of ${home}`);
    output(scope, `health_check_id_${home}`, healthCheckId, `Health check of ${home}`);
    output(
      scope,
      `routing_check_id_${home}`,
      routingCheckId,
      `Health check of ${home}: it is healthy and no peer owns it`,
    );
    if (url !== undefined)
      output(scope, `health_url_${home}`, url, `Health endpoint of ${home}, which is public`);
  }
}
