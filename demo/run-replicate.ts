import { readFileSync } from "node:fs";
import path from "node:path";
import type { ConfigurationInput } from "../config/schema";
import { AS_AWS } from "../emulator/as-aws";
import { Deployment } from "../emulator/deployment";
import { startEmulator } from "../emulator/emulator";
import { PROJECT_ROOT } from "../emulator/paths";
import { regionsOf } from "./order-processing";
import { Phases, row, say } from "./output";
import { Progress } from "./progress";
import { replicate } from "./replicate";
import type { DemoRun, RunOptions } from "./run";
import { stockClients } from "./stock-clients";

const EXAMPLE = path.join(PROJECT_ROOT, "sqs-multi-region.json");
const QUEUE = "orders";
const HOME = "us-east-1";
const PEER = "us-west-2";

/** Applies the example configuration, sends orders, and compares what arrives at home and in the peer, byte by byte. */
export async function runReplicate({ messages }: RunOptions): Promise<DemoRun> {
  const phases = new Phases();
  const input = JSON.parse(readFileSync(EXAMPLE, "utf8")) as ConfigurationInput;
  const emulator = await phases.run("start", "Starting the emulator", () =>
    startEmulator({ regions: regionsOf(input), log: (line) => say(`  ${line}`), asAws: AS_AWS }),
  );
  const deployment = await phases.run("synthesize", "Synthesizing the stacks", () =>
    Deployment.synthesize(emulator, input),
  );
  say(`  ${deployment.providerSource}`);
  await phases.run("apply", applyText(deployment), () => applied(deployment));
  const { producers, consumers } = deployment.configuration.queues[QUEUE]!;
  const [producer, consumer] = [String(producers[0]), String(consumers[0])];
  await deployment.createClientRole("producer", producer);
  await deployment.createClientRole("consumer", consumer);

  const progress = new Progress(messages);
  const { orderViolations: _standardQueueHasNone, ...result } = await replicate({
    emulator,
    deployment,
    queue: QUEUE,
    home: HOME,
    peer: PEER,
    producerRole: producer,
    consumerRole: consumer,
    messages,
    onProgress: (counts) => progress.update({ ...counts }),
  });
  progress.end();
  const report = { ...result, seconds: { ...phases.seconds, ...result.seconds } };
  const { seconds, ...counts } = report;
  const notes: Record<string, string> = {
    sent: `to ${QUEUE}-ingress in ${HOME}`,
    delivered: `on ${QUEUE} in ${HOME}`,
    copied: `on ${QUEUE}-standby-${HOME} in ${PEER}`,
  };
  return {
    report,
    table: [
      ...Object.entries(counts).map(([name, value]) => row(name, value, notes[name])),
      "",
      row("phase", "seconds"),
      ...Object.entries(seconds).map(([name, value]) => row(name, value.toFixed(1))),
    ].join("\n"),
    passed: report.missing + report.altered === 0,
    environments: () => stockClients(emulator, HOME, deployment.account(HOME), { producer, consumer }),
  };
}

/** What an apply is announced by. */
export function applyText({ stacks }: Deployment): string {
  return `Applying ${stacks.length} stacks with Terraform (a minute or two)`;
}

/** Applies every stack, with a bar each. */
export async function applied(deployment: Deployment): Promise<void> {
  const largest = Math.max(...deployment.stacks.map((stack) => deployment.resourceCount(stack)));
  const progress = new Progress(largest);
  await deployment.apply((created) => progress.update(created));
  progress.end();
}
