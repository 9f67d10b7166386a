import { Command } from "commander";
import { restoreVoter } from "../../ownership/lease/commands";
import { begin } from "../begin";
import type { CommandEnvironment } from "../environment";
import type { OperatedGroup } from "../group";
import { ORDER_SECONDS } from "../limits";
import { Refusal, Unclear, UsageError } from "../mistake";
import { checkTables } from "./check-tables";
import { checkedOptions, commonOptions, EXIT_CODES, groupOf, reported } from "./common";
import type { WriteOptions } from "./order";

interface RestoreOptions extends Omit<WriteOptions, "wait" | "timeout"> {
  readonly lost?: readonly string[];
}

export function votersRestore(environment: CommandEnvironment): Command {
  return checkedOptions(commonOptions(new Command("restore")))
    .description("fills a voter's table that was made anew and is empty, from those of the other voters")
    .argument("<region>", "region of the empty table")
    .option("--lost <regions...>", "other voters that do not answer, and never will with what they held")
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region voters restore eu-central-1
  sqs-multi-region voters restore eu-central-1 --lost us-west-2

It is needed only when a majority was emptied: otherwise the owners fill the table within a minute, and the command is refused. It is also
refused while another voter does not answer, unless --lost names it, and while one that --lost names does. Nobody processes a home before
its claim has lapsed, about 50 s later.

It ends within ${ORDER_SECONDS} s. ${EXIT_CODES}`,
    )
    .action(
      reported(environment, (region: string, options: RestoreOptions) =>
        restoreVoters(groupOf(options, environment), environment, region, options),
      ),
    );
}

/** Fills a voter's table that was made anew and is empty, from those of the others. */
async function restoreVoters(
  group: OperatedGroup,
  environment: CommandEnvironment,
  table: string,
  { json, lost = [], ...options }: RestoreOptions,
): Promise<void> {
  checkTables(group, "<region>", [table]);
  if (lost.includes(table)) {
    throw new UsageError({
      given: `--lost ${table}`,
      problem: "a table cannot be filled and be lost",
      allowed: group.tables.filter((region) => region !== table).join(", "),
      fix: `leave --lost ${table} out`,
    });
  }
  await begin(group, environment, options);
  const given = `voters restore ${table}`;
  const result = await group.carryOut(restoreVoter({ table, lost }, group.context));
  if (result.kind === "refused") throw new Refusal({ given, problem: result.reason });
  if (result.kind === "unknown") throw new Unclear(given, result.at);
  if (json) environment.write(`${JSON.stringify({ table, homes: result.number })}\n`);
  else {
    environment.write(
      `the table of ${table} has claims of ${result.number} homes again: ` +
        "controllers take each of them when the claim has lapsed; `status` shows it\n",
    );
  }
}
