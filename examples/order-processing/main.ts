import path from "node:path";
import { App } from "cdktf";
import { CONFIGURATION_VARIABLE, loadConfiguration } from "../../config/load";
import { ConfigurationError } from "../../config/violation";
import { groupStacks } from "../../stacks/group-stacks";
import { synthesize } from "../../stacks/synthesize";
import { buildConsumer } from "./build";
import { ConsumerStack } from "./consumer-stack";

/** The queues of an order system in two regions, and the consumers that work on them: each region has all of them. */
async function main(): Promise<void> {
  const file = process.env[CONFIGURATION_VARIABLE] ?? path.join(__dirname, "sqs-multi-region.json");
  const configuration = loadConfiguration(file);
  const app = new App();
  const archive = await buildConsumer();
  for (const [region, queues] of groupStacks(app, configuration)) {
    new ConsumerStack(app, { configuration, region, archive }).addDependency(queues);
  }
  synthesize(app, say);
}

const say = (line: string) => process.stderr.write(`${line}\n`);

main().catch((error: unknown) => {
  say(error instanceof ConfigurationError ? error.message : String(error));
  process.exitCode = 1;
});
