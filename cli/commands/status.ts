import { Command } from "commander";
import { checkAccount } from "../account";
import { bounded } from "../bounded";
import { type CheckStatus, checkStatuses, checksTable } from "../checks";
import type { Clients } from "../clients";
import { withoutCredentials } from "../credentials";
import type { CommandEnvironment } from "../environment";
import { EXIT } from "../exit";
import type { OperatedGroup } from "../group";
import { CHECKS_SECONDS, STATUS_SECONDS } from "../limits";
import { UsageError } from "../mistake";
import { server } from "../options";
import { lookUp } from "../records";
import { statusOf } from "../status";
import { recordsTable, statusTable } from "../status-table";
import { nameOf } from "../trouble";
import { troublesOf } from "../troubles";
import { type CommonOptions, commonOptions, groupOf, reported } from "./common";

interface StatusOptions extends CommonOptions {
  readonly resolver?: string;
  readonly checks?: true;
}

export function status(environment: CommandEnvironment): Command {
  return commonOptions(new Command("status"))
    .description("shows who owns each home, who votes about it, and what each region may do")
    .option(
      "--resolver <server>",
      "DNS server to ask for the records, as ip or ip:port; default: that of this machine",
      server,
    )
    .option("--checks", "with dns: shows the health checks as well, from Route 53's control plane")
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region status
  sqs-multi-region status --json
  sqs-multi-region status --resolver 10.0.0.2 --checks

A table that cannot be looked at is shown with the reason: no or expired credentials, access denied, no route, time-out. An owner that no
majority of the voters tells is unknown. With dns it also shows where the records send producers; a lookup that fails is shown as such,
and is no failure of the command.

--checks asks Route 53's control plane, which is in us-east-1 and which no failover needs. It takes the IAM actions
route53:ListHealthChecks, route53:ListTagsForResources, route53:GetHealthCheckStatus and route53:GetHealthCheckLastFailureReason, which
are in operator_policy. Route 53 does not tell of CALCULATED checks by it: see its console, or the metric HealthCheckStatus.

It ends within ${STATUS_SECONDS} s, with --checks within ${STATUS_SECONDS + CHECKS_SECONDS} s. Exit code:
  ${EXIT.done}  every table was looked at
  ${EXIT.refused}  a table could not be looked at, the credentials are of another account, or --checks got no list of health checks
  ${EXIT.usage}  the command or the configuration is not valid; nothing was called`,
    )
    .action(
      reported(environment, (options: StatusOptions) =>
        showStatus(groupOf(options, environment), environment, options),
      ),
    );
}

/** Shows what every table says. What could not be looked at is said, and is the exit code. */
async function showStatus(
  group: OperatedGroup,
  { resolver, clients, write, say }: CommandEnvironment,
  options: StatusOptions,
): Promise<void> {
  const { dns } = group.configuration;
  for (const name of ["resolver", "checks"] as const) {
    if (dns === undefined && options[name] !== undefined) {
      throw new UsageError({
        given: `--${name}`,
        problem: `${group.name} has neither records nor health checks without dns`,
        allowed: "with dns in the configuration",
        fix: `leave --${name} out`,
      });
    }
  }
  const [sight, records, checks] = await Promise.all([
    group.look(),
    dns && lookUp(resolver(options.resolver), dns.record, group.regions),
    options.checks && readChecks(group, clients),
  ]);
  // Another account may have a group of the same name: its table would look like the one that was meant.
  const accountUnknown = await checkAccount(group, sight, clients);
  const seen = statusOf(group, sight, records);
  const discovery = records?.discovery;
  const sentence = withoutCredentials(sight);
  if (options.json) {
    write(`${JSON.stringify({ ...seen, ...(discovery && { discovery }), ...checks })}\n`);
  } else if (sentence === undefined) {
    const parts = [
      statusTable(seen),
      ...(dns && discovery ? [recordsTable(seen.homes, dns.record, discovery)] : []),
      ...(checks && "checks" in checks ? [checksTable(checks.checks)] : []),
    ];
    write(`${parts.join("\n\n")}\n`);
  }
  const troubles = sentence === undefined ? troublesOf(sight) : [sentence];
  for (const line of troubles) say(line);
  if (troubles.length > 0) process.exitCode = EXIT.refused;
  if (accountUnknown !== undefined) {
    say(`It cannot be told whether these credentials are of the configured account (${accountUnknown}).`);
  }
  if (sentence === undefined && checks && "checksError" in checks) {
    say(
      `Route 53's control plane did not list the health checks (${checks.checksError}); nothing depends on it`,
    );
    process.exitCode = EXIT.refused;
  }
}

/** The rest of the status is worth showing without them. */
async function readChecks(
  { configuration, regions }: OperatedGroup,
  { route53 }: Clients,
): Promise<{ readonly checks: readonly CheckStatus[] } | { readonly checksError: string }> {
  try {
    const work = checkStatuses(route53(regions[0]!), configuration);
    return { checks: await bounded(work, CHECKS_SECONDS * 1_000) };
  } catch (error) {
    return { checksError: nameOf(error) };
  }
}
