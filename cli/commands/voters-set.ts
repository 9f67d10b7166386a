import { Command } from "commander";
import { hasVoters, orderVoters } from "../../ownership/lease/commands";
import { votersOrder } from "../../ownership/lease/orders";
import { begin } from "../begin";
import type { CommandEnvironment } from "../environment";
import { follow } from "../follow";
import type { OperatedGroup } from "../group";
import type { GroupView } from "../group-view";
import { Refusal, Unclear, UsageError } from "../mistake";
import type { OrderProgress } from "../waiting";
import { checkTables } from "./check-tables";
import { commonOptions, EXIT_CODES, followOptions, groupOf, ORDER_TIME, reported } from "./common";
import { conclude, type WriteOptions } from "./order";

interface SetOptions extends WriteOptions {
  readonly lost?: readonly string[];
}

export function votersSet(environment: CommandEnvironment): Command {
  return followOptions(commonOptions(new Command("set")))
    .description("has the tables of these regions vote about every home, in place of those that do now")
    .argument("<regions...>", "one region, three or five: of the group, or its witness")
    .option("--lost <regions...>", "regions that need not show that they reach the tables")
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region voters set us-east-1 us-west-2 eu-central-1
  sqs-multi-region voters set us-east-1 us-west-2 eu-central-1 --lost ap-south-1

It is refused until every region of the group has shown within a minute that it reads and writes every table of the old list and of the
new one. The owners then write both lists until a majority of each has taken them. A table that votes no longer may be destroyed only
after this command has ended with 0.

${ORDER_TIME} ${EXIT_CODES}`,
    )
    .action(
      reported(environment, (regions: readonly string[], options: SetOptions) =>
        setVoters(groupOf(options, environment), environment, regions, options),
      ),
    );
}

/** Orders another list of voters for every home, and follows until that list stands alone. */
async function setVoters(
  group: OperatedGroup,
  environment: CommandEnvironment,
  regions: readonly string[],
  { json, wait, timeout, lost = [], ...options }: SetOptions,
): Promise<void> {
  checkTables(group, "<regions>", regions);
  const voters = [...new Set(regions)].sort();
  const given = `voters set ${voters.join(" ")}`;
  if (voters.length % 2 === 0) {
    throw new UsageError({
      given,
      problem: "an even number of voters has no more majorities than one voter less",
      allowed: "one voter, three or five",
      fix: "leave one out, or add one",
    });
  }
  await begin(group, environment, options);
  const result = await group.carryOut(orderVoters({ voters, lost }, group.context));
  if (result.kind === "refused") throw new Refusal({ given, problem: result.reason });
  if (result.kind === "unknown") throw new Unclear(given, result.at);
  const { number } = result;
  const { say, write } = environment;
  say(`ordered: ${voters.join(", ")} vote about every home (list ${number})`);
  const progressIn = (sight: GroupView) => votersProgress(group, sight, number);
  const followed = wait
    ? await follow(group, environment, { timeoutMs: timeout * 1_000, progressIn })
    : undefined;
  if (json) write(`${JSON.stringify({ voters, list: number, ...followed })}\n`);
  else if (followed?.done) {
    const who =
      voters.length > 1 ? `${voters.join(", ")} alone vote` : "each home's owner alone has the vote";
    write(`${who} since ${followed.seconds} s after the order: only now may another table be destroyed\n`);
  }
  const notYet = "the former voters still count, and none of their tables may be destroyed";
  conclude(followed, notYet, say);
}

async function votersProgress(
  group: OperatedGroup,
  sight: GroupView,
  number: number,
): Promise<OrderProgress> {
  const { highest } = votersOrder(sight.items);
  if (highest !== undefined && highest.number > number)
    return { kind: "over", why: `a later order has ${highest.voters.join(", ")} vote` };
  if (await group.carryOut(hasVoters(number, group.context))) return { kind: "done" };
  const changing = group.regions.filter((home) => {
    const [list, ...others] = sight.view(home).lists;
    return list === undefined || others.length > 0 || list.number < number;
  });
  const until =
    changing.length > 0
      ? `the owners of ${changing.join(", ")} have changed their lists`
      : "the list stands at a majority of its voters";
  return { kind: "waits", until };
}
