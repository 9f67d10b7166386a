import { App } from "cdktf";
import { loadConfiguration } from "./config/load";
import { ConfigurationError } from "./config/violation";
import { GlobalStack, needsGlobalStack } from "./stacks/global-stack";
import { RegionStack } from "./stacks/region-stack";
import { WitnessStack } from "./stacks/witness-stack";

try {
  const configuration = loadConfiguration();
  const app = new App();
  const stacks = Object.keys(configuration.regions).map(
    (region) => new RegionStack(app, configuration, region),
  );
  if (needsGlobalStack(configuration)) {
    const global = new GlobalStack(app, configuration);
    // Records and checks look at what the regions have; a ledger alone may come before or after.
    if (configuration.dns) for (const stack of stacks) global.addDependency(stack);
  }
  if (configuration.recovery?.witness) new WitnessStack(app, configuration);
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
