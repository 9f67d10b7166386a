import path from "node:path";
import { App } from "cdktf";
import { CONFIGURATION_VARIABLE, loadConfiguration } from "../../config/load";
import { ConfigurationError } from "../../config/violation";
import { GlobalStack, needsGlobalStack } from "../../stacks/global-stack";
import { RegionStack } from "../../stacks/region-stack";
import { WitnessStack } from "../../stacks/witness-stack";
import { buildConsumer } from "./build";
import { ConsumerStack } from "./consumer-stack";

/** The queues of an order system in two regions, and the consumers that work on them: each region has all of them. */
async function main(): Promise<void> {
  const file = process.env[CONFIGURATION_VARIABLE] ?? path.join(__dirname, "sqs-multi-region.json");
  const configuration = loadConfiguration(file);
  const app = new App();
  const archive = await buildConsumer();
  const stacks = Object.keys(configuration.regions).map((region) => {
    const queues = new RegionStack(app, configuration, region);
    new ConsumerStack(app, { configuration, region, archive }).addDependency(queues);
    return queues;
  });
  if (needsGlobalStack(configuration)) {
    const global = new GlobalStack(app, configuration);
    for (const stack of stacks) global.addDependency(stack);
  }
  if (configuration.recovery?.witness) new WitnessStack(app, configuration);
  app.synth();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigurationError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
