import { Command } from "commander";
import { EXIT_CODES } from "./commands/common";
import { evacuate } from "./commands/evacuate";
import { failback } from "./commands/failback";
import { status } from "./commands/status";
import { votersRestore } from "./commands/voters-restore";
import { votersSet } from "./commands/voters-set";
import { type CommandEnvironment, REAL } from "./environment";
import { CALL_SECONDS, CHECKS_SECONDS, ORDER_SECONDS, STATUS_SECONDS } from "./limits";

/** The command line. It throws what goes wrong, a CommanderError too. */
export function program(environment: CommandEnvironment = REAL): Command {
  const command = new Command("sqs-multi-region")
    .exitOverride()
    .configureOutput({ writeOut: environment.write, writeErr: (text) => environment.say(text.trimEnd()) })
    .description("Moves the ownership of a home between the regions of a failover group, and shows it.")
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region status
  sqs-multi-region evacuate us-east-1 --to us-west-2
  sqs-multi-region failback us-east-1 --json
  sqs-multi-region voters set us-east-1 us-west-2 eu-central-1

Calls DynamoDB and STS in the regions of the group, no control plane; status also DNS, and with --checks alone Route 53's control plane.
Credentials come from the environment; the stacks put out the policy that they need (operator_policy).

Time: a call takes at most ${CALL_SECONDS} s, whatever the region does. status ends within ${STATUS_SECONDS} s, with --checks within ${STATUS_SECONDS + CHECKS_SECONDS} s.
An order is given or refused within ${ORDER_SECONDS} s, and then followed for --timeout.

${EXIT_CODES}`,
    );
  const voters = new Command("voters").description(
    "changes which regions' tables vote about ownership, or fills one that was emptied",
  );
  add(command, evacuate(environment), failback(environment), voters, status(environment));
  add(voters, votersSet(environment), votersRestore(environment));
  return command;
}

/** Commands below another, which write and end as that one does. */
function add(parent: Command, ...commands: readonly Command[]): void {
  for (const command of commands) parent.addCommand(command.copyInheritedSettings(parent));
}
