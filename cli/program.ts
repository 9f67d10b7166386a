import { setTimeout as sleep } from "node:timers/promises";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { Route53Client } from "@aws-sdk/client-route-53";
import { Command, InvalidArgumentError } from "commander";
import { isServer, RESOLVER_TEXT } from "../config/dns/schema";
import { DEFAULT_CONFIGURATION_FILE, loadConfiguration } from "../config/load";
import { ssmClient } from "../ownership/client";
import type { Resolver } from "../ownership/records";
import { recordResolver } from "../ownership/resolver";
import { type CheckStatus, checkStatuses, checksTable } from "./checks";
import { follow } from "./follow";
import { type Clients, Group, nameOf } from "./group";
import { type Given, giveOrder, type Wish } from "./order";
import { lookUp } from "./records";
import { recordsTable, statusOf, statusTable } from "./status";

interface CommonOptions {
  readonly config?: string;
  readonly json?: true;
}

interface OrderOptions extends CommonOptions {
  readonly lost?: readonly string[];
  readonly force?: true;
  readonly since?: number;
  readonly wait: boolean;
  readonly timeout: number;
}

interface StatusOptions extends CommonOptions {
  readonly resolver?: string;
  readonly checks?: true;
}

/** What the command needs of its surroundings. */
export interface Environment {
  readonly clients: Clients;
  /** Looks records up. @param server DNS server to ask. @default that of the machine */
  readonly resolver: (server?: string) => Resolver;
  readonly write: (text: string) => void;
  /** For progress and warnings. */
  readonly say: (line: string) => void;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

const LOOK_EVERY_MS = 2_000;
const EXIT_NOT_DONE = 1;
/** The new owner has not begun when the time was over; the hand-over goes on. */
const EXIT_NOT_YET = 2;

const REAL: Environment = {
  clients: {
    // Nobody is at home here: every region is called twice, because the operator waits for nothing else.
    ssm: (region) => ssmClient(region, region),
    lambda: (region) =>
      new LambdaClient({ region, maxAttempts: 1, requestHandler: { requestTimeout: 3_000 } }),
    route53: (region) =>
      new Route53Client({
        region,
        maxAttempts: 3,
        requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
      }),
  },
  resolver: (server) => recordResolver({ resolverAddresses: server === undefined ? [] : [server] }),
  write: (text) => process.stdout.write(text),
  say: (line) => process.stderr.write(`${line}\n`),
  now: Date.now,
  sleep,
};

/** The command line. */
export function program(environment: Environment = REAL): Command {
  const command = new Command("sqs-multi-region")
    .description("Moves the ownership of a home between the regions of a failover group, and shows it.")
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region status
  sqs-multi-region evacuate us-east-1 --to us-west-2
  sqs-multi-region evacuate us-east-1 --to us-west-2 --lost us-east-1
  sqs-multi-region failback us-east-1 --json

Calls SSM and Lambda in the regions of the group, no control plane; status also DNS, and with --checks alone Route 53's control plane.
Credentials come from the environment; the stacks put out the policy that they need (operator_policy).

Exit code: 0 when it is done, 1 when nothing or only a part was ordered, 2 when the new owner had not begun in time.`,
    );
  orderOptions(command.command("evacuate"), environment)
    .description("has a peer take a home over: it processes the home's messages until the failback")
    .argument("<home>", "region whose messages are meant")
    .requiredOption("--to <region>", "the new owner")
    .action((home: string, options: OrderOptions & { to: string }) => {
      if (options.to === home) {
        throw new Error(`--to ${home}: a home is evacuated to another region; failback gives it back`);
      }
      return order(environment, home, options.to, options);
    });
  orderOptions(command.command("failback"), environment)
    .description("gives a home back to itself")
    .argument("<home>", "region whose messages are meant")
    .action((home: string, options: OrderOptions) => order(environment, home, home, options));
  commonOptions(command.command("status"))
    .description(
      "shows who owns each home, what each region does about it, and with dns what the records say",
    )
    .option(
      "--resolver <server>",
      "DNS server to ask for the records, as ip or ip:port; default: that of this machine",
      server,
    )
    .option("--checks", "with dns: shows the health checks as well, from Route 53's control plane")
    .addHelpText(
      "after",
      `
A record that names another region than the order is normal for up to four minutes after it. A lookup that fails is shown as such, and
is no failure of the command.

--checks asks Route 53's control plane, which is in us-east-1 and which no failover needs. It takes the IAM actions
route53:ListHealthChecks, route53:ListTagsForResources, route53:GetHealthCheckStatus and route53:GetHealthCheckLastFailureReason, which
are in operator_policy. Route 53 does not tell of CALCULATED checks by it: see its console, or the metric HealthCheckStatus.

Exit code: 0, or 1 when --checks got no list of health checks.`,
    )
    .action((options: StatusOptions) => status(environment, options));
  return command;
}

function commonOptions(command: Command): Command {
  return command
    .option(
      "--config <file>",
      `configuration file; default: SQS_MULTI_REGION_CONFIG, else ${DEFAULT_CONFIGURATION_FILE}`,
    )
    .option("--json", "one JSON object on stdout; progress goes to stderr");
}

function orderOptions(command: Command, { now }: Environment): Command {
  return commonOptions(command)
    .option("--lost <regions...>", "regions that are lost: they are not waited for")
    .option("--force", "wait for nobody and nothing; messages may be processed twice")
    .option(
      "--since <time>",
      "ISO 8601 time or epoch milliseconds: what the home took in before counts as processed (queues without a ledger)",
      (text) => moment(text, now()),
    )
    .option("--no-wait", "return when the order is given")
    .option("--timeout <seconds>", "longest wait for the new owner to begin", wholeSeconds, 900);
}

function server(text: string): string {
  if (!isServer(text)) throw new InvalidArgumentError(`"${text}" is not ${RESOLVER_TEXT}.`);
  return text;
}

function moment(text: string, now: number): number {
  const time = /^\d{11,}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isFinite(time)) {
    throw new InvalidArgumentError(`"${text}" is neither an ISO 8601 time nor epoch milliseconds.`);
  }
  if (time > now) throw new InvalidArgumentError(`"${text}" is in the future.`);
  return time;
}

function wholeSeconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 86_400) {
    throw new InvalidArgumentError(`"${text}" is not a whole number from 1 to 86400.`);
  }
  return value;
}

function groupOf({ config }: CommonOptions, { clients }: Environment): Group {
  const configuration = loadConfiguration(config);
  if (configuration.recovery === undefined) {
    throw new Error(
      `${configuration.failoverGroup}: the configuration has no recovery, so no region can take a home over`,
    );
  }
  return new Group(configuration, clients);
}

async function status(environment: Environment, options: StatusOptions): Promise<void> {
  const { resolver, clients, now, write, say } = environment;
  const group = groupOf(options, environment);
  const { failoverGroup, dns } = group.configuration;
  for (const name of ["resolver", "checks"] as const) {
    if (dns === undefined && options[name] !== undefined) {
      throw new Error(`--${name}: ${failoverGroup} has neither records nor health checks without dns`);
    }
  }
  const [views, records, checks] = await Promise.all([
    group.look(),
    dns && lookUp(resolver(options.resolver), dns.record, group.regions),
    options.checks && readChecks(group, clients),
  ]);
  const homes = statusOf(group, views, records, now());
  const discovery = records?.discovery;
  if (options.json) {
    write(`${JSON.stringify({ homes, ...(discovery && { discovery }), ...checks })}\n`);
  } else {
    const parts = [
      statusTable(homes),
      ...(dns && discovery ? [recordsTable(homes, dns.record, discovery)] : []),
      ...(checks && "checks" in checks ? [checksTable(checks.checks)] : []),
    ];
    write(`${parts.join("\n\n")}\n`);
  }
  if (checks && "checksError" in checks) {
    say(
      `Route 53's control plane did not list the health checks (${checks.checksError}); nothing depends on it`,
    );
    process.exitCode = EXIT_NOT_DONE;
  }
}

/** The rest of the status is worth showing without them. */
async function readChecks(
  { configuration, regions }: Group,
  { route53 }: Clients,
): Promise<{ readonly checks: readonly CheckStatus[] } | { readonly checksError: string }> {
  try {
    return { checks: await checkStatuses(route53(regions[0]!), configuration) };
  } catch (error) {
    return { checksError: nameOf(error) };
  }
}

async function order(
  environment: Environment,
  home: string,
  owner: string,
  options: OrderOptions,
): Promise<void> {
  const { say, write, now } = environment;
  const { lost = [], force = false, since, json, timeout, wait } = options;
  const group = groupOf(options, environment);
  const wish: Wish = { home, owner, lost, force, ...(since === undefined ? {} : { since }) };
  const given = await giveOrder(group, wish, now);
  report(given, lost, say);
  const followed = wait
    ? await follow(group, given, { ...environment, timeoutMs: timeout * 1_000, everyMs: LOOK_EVERY_MS })
    : undefined;
  if (json) {
    const { role, written, unwritten } = given;
    write(
      `${JSON.stringify({ home, owner, epoch: role.epoch, written, unwritten, ...(followed && { ...followed }) })}\n`,
    );
  } else if (followed?.done) write(`${owner} owns ${home} since ${followed.seconds} s after the order\n`);
  if (followed?.done === false) {
    say(
      `${owner} has not begun; it waits for ${followed.waitsFor ?? "its controller to run"}. The order stands.` +
        (followed.silent.length === 0 ? "" : ` Their controllers do not run: ${followed.silent.join(", ")}.`),
    );
    process.exitCode = EXIT_NOT_YET;
  }
}

/** Says where the order is known, and what the regions that do not know it will do. */
function report(
  { home, role, written, unwritten }: Given,
  lost: readonly string[],
  say: (line: string) => void,
): void {
  say(`ordered: ${role.owner} owns ${home} (epoch ${role.epoch}), written in ${written.join(", ")}`);
  for (const [region, error] of Object.entries(unwritten)) {
    const waits = [home, ...role.from].includes(region) && !lost.includes(region) && !role.force;
    const consequence = waits
      ? `${role.owner} waits until it releases ${home}; if it is lost, order again with --lost ${region}`
      : "it asks its peers when it comes back";
    say(`not written in ${region} (${error}): ${consequence}`);
  }
}
