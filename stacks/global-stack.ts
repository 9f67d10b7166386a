import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Configuration } from "../config/configuration";
import { groupTopologies } from "../config/group-topology";
import { addressed } from "../modules/address";
import { Ledger } from "../modules/ledger/ledger";
import { ExplicitProvider } from "../modules/validation/explicit-provider";
import { providerOf, REQUIRED_TERRAFORM } from "./provider";
import { GLOBAL, setStateBackend } from "./state-backend";

/** Whether a failover group has something that spans its regions. */
export function needsGlobalStack({ ledger }: Configuration): boolean {
  return ledger?.managed !== undefined;
}

/**
 * What of a failover group spans its regions, called `<failover group>-global`: the managed ledger. No region's stack refers to it,
 * and no failover needs it. It works from the group's first region.
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
    const providers = (region: string) => {
      const provider = made.get(region) ?? providerOf(this, configuration, region, region);
      made.set(region, provider);
      return provider;
    };
    const { table } = new Ledger(this, "ledger", { configuration, providers });

    const output = (id: string, value: string, description: string) =>
      addressed(new TerraformOutput(this, id, { value, description }), id);
    output("ledger_table_name", table.name, "Name of the ledger in every region");
    for (const { region, ledgerArn } of groupTopologies(configuration)) {
      output(
        `ledger_table_arn_${region}`,
        region === first ? table.arn : ledgerArn!,
        `ARN of the ledger in ${region}`,
      );
    }
    this.node.addValidation(new ExplicitProvider(this));
  }
}
