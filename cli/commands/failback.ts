import { Command } from "commander";
import type { CommandEnvironment } from "../environment";
import { EXIT_CODES, groupOf, ORDER_TIME, orderOptions, reported } from "./common";
import { type OrderOptions, order } from "./order";

export function failback(environment: CommandEnvironment): Command {
  return orderOptions(new Command("failback"))
    .description("gives a home back to itself")
    .argument("<home>", "region whose messages are meant")
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region failback us-east-1
  sqs-multi-region failback us-east-1 --lost us-west-2                        two regions without a witness, and the owner is lost
  sqs-multi-region failback us-east-1 --json --timeout 300

The owner first processes what it has moved, for as long as hand_back_timeout_seconds. --force does not wait for that: messages may be
processed twice.

${ORDER_TIME} ${EXIT_CODES}`,
    )
    .action(
      reported(environment, (home: string, options: OrderOptions) =>
        order(groupOf(options, environment), environment, { home, to: home }, options),
      ),
    );
}
