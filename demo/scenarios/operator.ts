import path from "node:path";
import { PROJECT_ROOT } from "../../emulator/paths";
import { runCommand } from "../../emulator/run-command";
import type { Stage } from "./stage";

/**
 * Gives an order with the project's own command, from a place that reaches what the stage's peer reaches. It does not wait for what follows.
 * @throws Error with what the command said when it failed
 */
export async function order(
  { emulator, deployment, peer, timeline }: Pick<Stage, "emulator" | "deployment" | "peer" | "timeline">,
  ...args: readonly string[]
): Promise<void> {
  timeline.say(`operator: sqs-multi-region ${args.join(" ")}`);
  const { exitCode, stdout, stderr } = await runCommand(
    "npm",
    [
      "--prefix",
      PROJECT_ROOT,
      "run",
      "--silent",
      "cli",
      "--",
      ...args,
      "--no-wait",
      "--config",
      deployment.configurationFile,
    ],
    {
      ...emulator.environment(peer, deployment.account(peer)),
      INIT_CWD: path.dirname(deployment.configurationFile),
    },
  );
  if (exitCode !== 0) throw new Error(`sqs-multi-region ${args.join(" ")} failed:\n${stdout}${stderr}`);
}
