import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { type Configuration, settingsOf } from "../config/configuration";
import { Witness } from "../modules/recovery/witness";
import { ExplicitProvider } from "../modules/validation/explicit-provider";
import { providerOf } from "./provider";
import { setStateBackend, WITNESS } from "./state-backend";
import { addWitnessOutputs } from "./witness-outputs";

/**
 * The witness of a failover group, called `<failover group>-witness`: a table in a region of its own. It needs no other stack, and none
 * needs it; in an account of its own it is applied before the regions, whose first founding waits for an answer from it.
 */
export class WitnessStack extends TerraformStack {
  /** @param configuration with a witness */
  constructor(scope: Construct, configuration: Configuration) {
    super(scope, `${configuration.failoverGroup}-${WITNESS}`);
    const { region } = configuration.recovery!.witness!;
    setStateBackend(this, configuration.stateBackend, {
      group: configuration.failoverGroup,
      name: WITNESS,
      region,
    });
    const provider = providerOf(this, configuration, region);
    addWitnessOutputs(
      this,
      new Witness(this, "witness", { configuration: settingsOf(configuration), region, provider }),
    );
    this.node.addValidation(new ExplicitProvider(this));
  }
}
