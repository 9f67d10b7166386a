import { checkAccount } from "./account";
import { bounded } from "./bounded";
import { type CheckStatus, checkStatuses, checksTable } from "./checks";
import type { Clients } from "./clients";
import { withoutCredentials } from "./credentials";
import type { Environment } from "./environment";
import { EXIT } from "./exit";
import type { Group } from "./group";
import { CHECKS_SECONDS } from "./limits";
import { UsageError } from "./mistake";
import { lookUp } from "./records";
import { statusOf } from "./status";
import { recordsTable, statusTable } from "./status-table";
import { nameOf } from "./trouble";
import { troublesOf } from "./troubles";

export interface StatusOptions {
  readonly json?: true;
  readonly resolver?: string;
  readonly checks?: true;
}

/** Shows what every table says. What could not be looked at is said, and is the exit code. */
export async function showStatus(
  group: Group,
  { resolver, clients, write, say }: Environment,
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
  const status = statusOf(group, sight, records);
  const discovery = records?.discovery;
  const sentence = withoutCredentials(sight);
  if (options.json) {
    write(`${JSON.stringify({ ...status, ...(discovery && { discovery }), ...checks })}\n`);
  } else if (sentence === undefined) {
    const parts = [
      statusTable(status),
      ...(dns && discovery ? [recordsTable(status.homes, dns.record, discovery)] : []),
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
  { configuration, regions }: Group,
  { route53 }: Clients,
): Promise<{ readonly checks: readonly CheckStatus[] } | { readonly checksError: string }> {
  try {
    const work = checkStatuses(route53(regions[0]!), configuration);
    return { checks: await bounded(work, CHECKS_SECONDS * 1_000) };
  } catch (error) {
    return { checksError: nameOf(error) };
  }
}
