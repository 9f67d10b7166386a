import { App } from "cdktf";
import { loadConfiguration } from "./config/load";
import { ConfigurationError } from "./config/violation";
import { groupStacks } from "./stacks/group-stacks";
import { synthesize } from "./stacks/synthesize";

const say = (line: string) => process.stderr.write(`${line}\n`);

try {
  const configuration = loadConfiguration();
  const app = new App();
  groupStacks(app, configuration);
  synthesize(app, say);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
