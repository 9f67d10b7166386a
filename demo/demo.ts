import { readFileSync } from "node:fs";
import path from "node:path";
import { Command, InvalidArgumentError } from "commander";
import type { ConfigurationInput } from "../config/schema";
import { runCleanup, withCleanup } from "../tests/emulator/cleanup";
import { roleCredentials } from "../tests/emulator/clients";
import { Deployment } from "../tests/emulator/deployment";
import { type Emulator, startEmulator } from "../tests/emulator/emulator";
import { PROJECT_ROOT } from "../tests/emulator/paths";
import { Progress } from "./progress";
import { type ReplicateResult, replicate } from "./replicate";

// The SDK would warn at every start that it will leave Node 20 behind one day; whoever watches the demo can do nothing about it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const EXAMPLE = path.join(PROJECT_ROOT, "sqs-multi-region.json");
const QUEUE = "orders";
const HOME = "us-east-1";
const PEER = "us-west-2";
const MAX_MESSAGES = 1_000_000;

interface Options {
  readonly messages: number;
  readonly json?: true;
  readonly keep?: true;
}

type Seconds = Record<string, number>;

interface DemoResult extends Omit<ReplicateResult, "seconds" | "orderViolations"> {
  readonly seconds: Seconds;
}

const program = new Command()
  .name("npm run demo --")
  .description(
    `Applies the example configuration to an embedded emulator with Terraform, sends orders to ${HOME}, and checks every ` +
      `message by content on the work queue in ${HOME} and on the standby queue in ${PEER}.`,
  )
  .option("--messages <number>", "orders to send", wholeNumber, 1_000)
  .option("--json", "one JSON object on stdout; progress goes to stderr")
  .option("--keep", "leave it running until Ctrl-C, and print the environment for the aws CLI and boto3")
  .addHelpText(
    "after",
    `
Examples:
  npm run demo
  npm run demo -- --messages 5000 --keep
  npm run --silent demo -- --json | jq .missing

Exit code: 0 when every message arrived unaltered in both regions, 1 when one is missing or altered.`,
  );

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MAX_MESSAGES) {
    throw new InvalidArgumentError(`"${text}" is not a whole number from 1 to ${MAX_MESSAGES}.`);
  }
  return value;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function run(options: Options): Promise<number> {
  const seconds: Seconds = {};
  const phase = async <T>(name: string, text: string, work: () => Promise<T>): Promise<T> => {
    say(`${text} …`);
    const started = performance.now();
    const result = await work();
    seconds[name] = Number(((performance.now() - started) / 1000).toFixed(1));
    return result;
  };
  const input = JSON.parse(readFileSync(EXAMPLE, "utf8")) as ConfigurationInput;
  const regions = Object.keys(input.regions);

  const emulator = await phase("start", "Starting the emulator", () =>
    startEmulator({ regions, log: (line) => say(`  ${line}`) }),
  );
  const deployment = await phase("synthesize", "Synthesizing the stacks", () =>
    Deployment.synthesize(emulator, input),
  );
  say(`  ${deployment.providerSource}`);
  const applying = new Progress(deployment.resourceCount(HOME));
  await phase("apply", `Applying ${regions.length} stacks with Terraform (about a minute)`, () =>
    deployment.apply((created) => applying.update(created)),
  );
  applying.end();
  const { producers, consumers } = deployment.configuration.queues[QUEUE]!;
  const [producerRole, consumerRole] = [String(producers[0]), String(consumers[0])];
  await deployment.createClientRoles(producerRole, consumerRole);
  const progress = new Progress(options.messages);
  const { orderViolations: _standardQueueHasNone, ...result } = await replicate({
    emulator,
    deployment,
    queue: QUEUE,
    home: HOME,
    peer: PEER,
    producerRole,
    consumerRole,
    messages: options.messages,
    onProgress: (counts) => progress.update({ ...counts }),
  });
  progress.end();

  const report: DemoResult = { ...result, seconds: { ...seconds, ...result.seconds } };
  const environment = options.keep
    ? await clientEnvironment(emulator, deployment, producerRole, consumerRole)
    : undefined;
  if (options.json)
    process.stdout.write(`${JSON.stringify({ ...report, ...(environment && { environment }) })}\n`);
  else process.stdout.write(`\n${table(report)}\n${environment ? describeEnvironment(environment) : ""}`);
  if (options.keep) {
    say("\nRunning until Ctrl-C.");
    await new Promise(() => setInterval(() => {}, 1 << 30));
  }
  return report.missing + report.altered === 0 ? 0 : 1;
}

interface Environment {
  readonly [caller: string]: Readonly<Record<string, string>>;
}

/** Settings for stock clients: those of the account, the producer and the consumer, by region. */
async function clientEnvironment(
  emulator: Emulator,
  deployment: Deployment,
  producerRole: string,
  consumerRole: string,
): Promise<Environment> {
  const account = deployment.account(HOME);
  const common = (region: string) => ({
    AWS_ENDPOINT_URL: emulator.endpoint(region),
    AWS_CA_BUNDLE: emulator.certificateFile,
    AWS_DEFAULT_REGION: region,
  });
  return {
    account: { ...common(HOME), ...(await roleCredentials(emulator, { account })) },
    producer: { ...common(HOME), ...(await roleCredentials(emulator, { account, role: producerRole })) },
    consumer: { ...common(HOME), ...(await roleCredentials(emulator, { account, role: consumerRole })) },
  };
}

function describeEnvironment(environment: Environment): string {
  return Object.entries(environment)
    .map(([caller, variables]) => {
      const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
      return [`\n# as ${caller === "account" ? "the account" : `the ${caller}`}`, ...lines].join("\n");
    })
    .join("\n");
}

function table({ seconds, ...counts }: DemoResult): string {
  const notes: Record<string, string> = {
    sent: `to ${QUEUE}-ingress in ${HOME}`,
    delivered: `on ${QUEUE} in ${HOME}`,
    copied: `on ${QUEUE}-standby-${HOME} in ${PEER}`,
  };
  const row = (name: string, value: string, note = "") =>
    `${name.padEnd(12)}${value.padStart(8)}  ${note}`.trimEnd();
  return [
    ...Object.entries(counts).map(([name, value]) => row(name, String(value), notes[name])),
    "",
    row("phase", "seconds"),
    ...Object.entries(seconds).map(([name, value]) => row(name, value.toFixed(1))),
  ].join("\n");
}

const options = program.parse().opts<Options>();
withCleanup(() => run(options))
  .then((code) => {
    process.exitCode = code;
  })
  .catch(async (error: unknown) => {
    await runCleanup();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
