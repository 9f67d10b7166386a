import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { GroupSettings } from "../../config/configuration";
import { resolveRecovery } from "../../config/recovery/recovery";
import { under } from "../../modules/address";
import { Witness } from "../../modules/recovery/witness";
import { addWitnessOutputs } from "../witness-outputs";
import { IS_MADE } from "./own-variables";
import { groupOfVariables, lifted, referencesIn } from "./settings";

/** The witness of a failover group as a module. */
export class WitnessModule extends TerraformStack {
  readonly settings: GroupSettings;
  /** What the local `recovery` stands for. */
  readonly recovery: unknown;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const group = groupOfVariables();
    const recovery = resolveRecovery(group, {})!;
    const witness = referencesIn(recovery.witness, "local.recovery.witness") as typeof recovery.witness;
    const configuration = { ...group, recovery: { ...recovery, witness } } as unknown as GroupSettings;
    this.settings = configuration;
    this.recovery = { witness: lifted(recovery.witness) };

    const provider = new AwsProvider(this, "aws", {});
    const made = under(this, IS_MADE)!;
    const props = { configuration, region: "${var.region}", provider };
    addWitnessOutputs(made, new Witness(made, "witness", props));
  }
}
