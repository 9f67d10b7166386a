import { Command } from "commander";
import type { CommandEnvironment } from "../environment";
import { UsageError } from "../mistake";
import { moment } from "../options";
import { EXIT_CODES, groupOf, ORDER_TIME, orderOptions, reported } from "./common";
import { type OrderOptions, order } from "./order";

export function evacuate(environment: CommandEnvironment): Command {
  return orderOptions(new Command("evacuate"))
    .description("has a peer own a home: it processes the home's messages until the failback")
    .argument("<home>", "region whose messages are meant")
    .requiredOption("--to <region>", "the new owner")
    .option(
      "--since <time>",
      "ISO 8601 time or epoch milliseconds: what the home took in before counts as processed (queues whose rescue is manual)",
      (text) => moment(text, environment.now()),
    )
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region evacuate us-east-1 --to us-west-2                          us-east-1 gives the home up, or its claim lapses
  sqs-multi-region evacuate us-east-1 --to us-west-2 --lost us-east-1         two regions without a witness, and one is lost
  sqs-multi-region evacuate us-east-1 --to us-west-2 --since 2026-01-31T07:00:00Z --no-wait

A lost region needs no option where a majority of the tables answers: its claim lapses within 35 seconds. --lost is the operator's word
where one table decides alone. It means that the region does not run, and is refused while the region gives any answer, an access that
it denies included.

--force has the new owner replace the claims of a living owner. Nobody processes the home for 35 seconds, and nobody waits until the
owner has ended its work: messages may be processed twice.

${ORDER_TIME} ${EXIT_CODES}`,
    )
    .action(
      reported(environment, (home: string, options: OrderOptions & { to: string }) => {
        const { to, ...rest } = options;
        if (to === home) {
          throw new UsageError({
            given: `--to ${home}`,
            problem: "a home is evacuated to another region",
            allowed: "any region of the group but the home",
            fix: `name another region, or give the home back by: failback ${home}`,
          });
        }
        return order(groupOf(options, environment), environment, { home, to }, rest);
      }),
    );
}
