import { Command, InvalidArgumentError, Option } from "commander";
import { runCleanup, withCleanup } from "../emulator/cleanup";
import { say } from "./output";
import type { DemoRun } from "./run";
import { runReplicate } from "./run-replicate";
import { runScenario } from "./run-scenario";
import { SCENARIOS, type ScenarioName } from "./scenarios";
import { describe } from "./stock-clients";

// The SDK would warn at every start that it will leave Node 20 behind one day; whoever watches the demo can do nothing about it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const MAX_MESSAGES = 1_000_000;
const REPLICATE = "replicate";

interface Options {
  readonly scenario: typeof REPLICATE | ScenarioName;
  readonly messages: number;
  readonly json?: true;
  readonly keep?: true;
}

const scenarios = Object.entries(SCENARIOS).map(([name, { summary }]) => `  ${name.padEnd(17)}${summary}`);

const program = new Command()
  .name("npm run demo --")
  .description(
    "Applies an example to an embedded emulator with Terraform, and plays a scenario on it while orders are sent and processed. " +
      "Every order is compared by content with what was sent.",
  )
  .addOption(
    new Option("--scenario <name>", "what happens (below)")
      .choices([REPLICATE, ...Object.keys(SCENARIOS)])
      .default("takeover"),
  )
  .option("--messages <number>", "orders to send (replicate)", wholeNumber, 1_000)
  .option("--json", "one JSON object on stdout; progress goes to stderr")
  .option("--keep", "leave it running until Ctrl-C, and print the environment for the aws CLI and boto3")
  .addHelpText(
    "after",
    `
Scenarios:
${scenarios.join("\n")}
  ${REPLICATE.padEnd(17)}Nothing goes wrong: orders arrive at home and their copies in the peer.

Examples:
  npm run demo
  npm run demo -- --scenario evacuate
  npm run demo -- --scenario replicate --messages 5000 --keep
  npm run --silent demo -- --json | jq .seconds

Exit code: 0 when no order was lost, altered, processed twice, out of order or left waiting, and nothing took too long; 1 otherwise.`,
  );

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MAX_MESSAGES) {
    throw new InvalidArgumentError(`"${text}" is not a whole number from 1 to ${MAX_MESSAGES}.`);
  }
  return value;
}

async function show(
  { report, table, passed, environments }: DemoRun,
  { json, keep }: Options,
): Promise<number> {
  const kept = keep ? await environments() : undefined;
  if (json) process.stdout.write(`${JSON.stringify({ ...report, ...(kept && { environment: kept }) })}\n`);
  else process.stdout.write(`\n${table}\n${kept ? describe(kept) : ""}`);
  if (keep) {
    say("\nRunning until Ctrl-C.");
    await new Promise(() => setInterval(() => {}, 1 << 30));
  }
  return passed ? 0 : 1;
}

const options = program.parse().opts<Options>();
withCleanup(async () => {
  const { scenario } = options;
  return show(scenario === REPLICATE ? await runReplicate(options) : await runScenario(scenario), options);
})
  .then((code) => {
    process.exitCode = code;
  })
  .catch(async (error: unknown) => {
    await runCleanup();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
