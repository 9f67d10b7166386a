import type { Construct } from "constructs";
import type { GroupSettings } from "../config/configuration";
import { groupTopologies } from "../config/group-topology";
import { regionOrder } from "../config/region-sets";
import { equal, when } from "../core/expression";
import { homeRecord } from "../core/names";
import type { HomeHealth } from "../modules/dns/dns";
import type { Ledger } from "../modules/ledger/ledger";
import { output } from "./output";

/** Where the managed ledger of a failover group is. */
export function addLedgerOutputs(scope: Construct, configuration: GroupSettings, { table }: Ledger): void {
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
  configuration: GroupSettings,
  homes: readonly HomeHealth[],
): void {
  const { record } = configuration.dns!;
  output(scope, "discovery_record", record, "TXT record of the region to send to");
  for (const { home, checkId, url } of homes) {
    output(
      scope,
      `home_record_${home}`,
      homeRecord(record, home),
      `TXT record of the region for ${home}'s producers`,
    );
    output(scope, `health_check_id_${home}`, checkId, `Health check of ${home}: it is fit, and owns itself`);
    output(
      scope,
      `routing_check_id_${home}`,
      checkId,
      `Health check of ${home}, for records of your own that follow the group`,
    );
    if (url !== undefined)
      output(scope, `health_url_${home}`, url, `Health endpoint of ${home}, which is public`);
  }
}
