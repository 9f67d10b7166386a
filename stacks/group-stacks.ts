import type { App } from "cdktf";
import type { Configuration } from "../config/configuration";
import { GlobalStack, needsGlobalStack } from "./global-stack";
import { RegionStack } from "./region-stack";
import { WitnessStack } from "./witness-stack";

/**
 * The stacks of a failover group: one per region, one for what spans them if there is such, and that of a witness if there is one.
 * @returns those of the regions, by region
 */
export function groupStacks(app: App, configuration: Configuration): ReadonlyMap<string, RegionStack> {
  const stacks = new Map(
    Object.keys(configuration.regions).map((region) => [region, new RegionStack(app, configuration, region)]),
  );
  if (needsGlobalStack(configuration)) {
    const global = new GlobalStack(app, configuration);
    // Records and checks look at what the regions have; a ledger alone may come before or after.
    if (configuration.dns) for (const stack of stacks.values()) global.addDependency(stack);
  }
  if (configuration.recovery?.witness) new WitnessStack(app, configuration);
  return stacks;
}
