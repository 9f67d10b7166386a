import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { type Configuration, settingsOf } from "../config/configuration";
import { LogicalQueue } from "../modules/logical-queue";
import { Recovery } from "../modules/recovery/recovery";
import { ExplicitProvider } from "../modules/validation/explicit-provider";
import { providerOf } from "./provider";
import { addOperatorOutput, addQueueOutputs } from "./region-outputs";
import { setStateBackend } from "./state-backend";

/**
 * One region of a failover group, called `<failover group>-<region>`. It plans and applies without another region's state or
 * API: whatever it says of another region is computed from the configuration.
 */
export class RegionStack extends TerraformStack {
  constructor(scope: Construct, configuration: Configuration, region: string) {
    super(scope, `${configuration.failoverGroup}-${region}`);
    setStateBackend(this, configuration.stateBackend, {
      group: configuration.failoverGroup,
      name: region,
      region,
    });

    const provider = providerOf(this, configuration, region);
    const common = { configuration: settingsOf(configuration), region, provider };
    for (const queue of Object.keys(configuration.queues)) {
      const made = new LogicalQueue(this, queue, { ...common, queue });
      addQueueOutputs(this, common.configuration, made);
    }
    if (configuration.recovery) {
      // Logical queues are children of the stack under their own names, in which there is no @.
      new Recovery(this, "@recovery", common);
      addOperatorOutput(this, common.configuration);
    }
    this.node.addValidation(new ExplicitProvider(this));
  }
}
