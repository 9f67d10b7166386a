import { App } from "cdktf";
import { loadConfiguration } from "./config/load";
import { ConfigurationError } from "./config/violation";
import { GlobalStack, needsGlobalStack } from "./stacks/global-stack";
import { RegionStack } from "./stacks/region-stack";

try {
  const configuration = loadConfiguration();
  const app = new App();
  for (const region of Object.keys(configuration.regions)) new RegionStack(app, configuration, region);
  if (needsGlobalStack(configuration)) new GlobalStack(app, configuration);
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
