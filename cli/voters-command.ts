import { hasVoters, orderVoters, restoreVoter } from "../ownership/lease/commands";
import { votersOrder } from "../ownership/lease/orders";
import { begin } from "./begin";
import type { Environment } from "./environment";
import { follow } from "./follow";
import type { Group } from "./group";
import { Refusal, Unclear, UsageError } from "./mistake";
import { conclude, type WriteOptions } from "./order-command";
import type { Sight } from "./sight";
import type { Progress } from "./waiting";

export interface VotersSetOptions extends WriteOptions {
  readonly lost?: readonly string[];
}

export type VotersRestoreOptions = Pick<VotersSetOptions, "json" | "uncheckedAccount" | "lost">;

/** Orders another list of voters for every home, and follows until that list stands alone. */
export async function setVoters(
  group: Group,
  environment: Environment,
  regions: readonly string[],
  { json, wait, timeout, lost = [], ...options }: VotersSetOptions,
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
  const progressIn = (sight: Sight) => votersProgress(group, sight, number);
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

/** Fills a voter's table that was made anew and is empty, from those of the others. */
export async function restoreVoters(
  group: Group,
  environment: Environment,
  table: string,
  { json, lost = [], ...options }: VotersRestoreOptions,
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

async function votersProgress(group: Group, sight: Sight, number: number): Promise<Progress> {
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

/** Only tables that the configuration names are known to controllers. What is lost may be a voter that the configuration has no longer. */
function checkTables({ tables, name }: Group, option: string, regions: readonly string[]): void {
  for (const region of regions) {
    if (tables.includes(region)) continue;
    throw new UsageError({
      given: `${option} ${region}`,
      problem: `${region} is neither a region of the failover group ${name} nor its witness`,
      allowed: tables.join(", "),
      fix: "correct the name, or add the region or recovery.witness to the configuration and apply",
    });
  }
}
