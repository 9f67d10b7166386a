import { Command } from "commander";
import { DEFAULT_CONFIGURATION_FILE, loadConfiguration } from "../config/load";
import { UNCHECKED_ACCOUNT } from "./account";
import { type Environment, REAL } from "./environment";
import { EXIT } from "./exit";
import { Group } from "./group";
import { CALL_SECONDS, CHECKS_SECONDS, ORDER_SECONDS, STATUS_SECONDS } from "./limits";
import { UsageError } from "./mistake";
import { moment, server, wholeSeconds } from "./options";
import { type OrderOptions, order } from "./order-command";
import { type StatusOptions, showStatus } from "./status-command";
import { restoreVoters, setVoters, type VotersRestoreOptions, type VotersSetOptions } from "./voters-command";

interface CommonOptions {
  readonly config?: string;
  readonly json?: true;
}

/** A hand-back may take 900 s by the defaults, while what was moved is processed, and a lease beside that. */
const TIMEOUT_SECONDS = 1_200;

const EXIT_CODES = `Exit code:
  ${EXIT.done}  it is done
  ${EXIT.refused}  it was refused, or it is not known whether it takes effect: the message says which
  ${EXIT.usage}  the command or the configuration is not valid; nothing was called
  ${EXIT.notYet}  it is ordered, and was not carried out in time; the order stands`;
const ORDER_TIME = `An order is given or refused within ${ORDER_SECONDS} s, and then followed for --timeout.`;

/** The command line. It throws what goes wrong, a CommanderError too. */
export function program(environment: Environment = REAL): Command {
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
  orderOptions(command.command("evacuate"))
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
      reported(environment, (home: string, options: OrderOptions & CommonOptions & { to: string }) => {
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
  orderOptions(command.command("failback"))
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
      reported(environment, (home: string, options: OrderOptions & CommonOptions) =>
        order(groupOf(options, environment), environment, { home, to: home }, options),
      ),
    );
  addVoters(command, environment);
  commonOptions(command.command("status"))
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
      reported(environment, (options: StatusOptions & CommonOptions) =>
        showStatus(groupOf(options, environment), environment, options),
      ),
    );
  return command;
}

function addVoters(command: Command, environment: Environment): void {
  const voters = command
    .command("voters")
    .description("changes which regions' tables vote about ownership, or fills one that was emptied");
  followOptions(commonOptions(voters.command("set")))
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
      reported(environment, (regions: readonly string[], options: VotersSetOptions & CommonOptions) =>
        setVoters(groupOf(options, environment), environment, regions, options),
      ),
    );
  checkedOptions(commonOptions(voters.command("restore")))
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
      reported(environment, (region: string, options: VotersRestoreOptions & CommonOptions) =>
        restoreVoters(groupOf(options, environment), environment, region, options),
      ),
    );
}

function commonOptions(command: Command): Command {
  return command
    .option(
      "--config <file>",
      `configuration file; default: SQS_MULTI_REGION_CONFIG, else ${DEFAULT_CONFIGURATION_FILE}`,
    )
    .option("--json", "one JSON object on stdout, with `error` when refused; progress goes to stderr");
}

function orderOptions(command: Command): Command {
  return followOptions(commonOptions(command))
    .option("--lost <region>", "two regions without a witness: the other one, which does not run")
    .option("--force", "replace the claims of a living owner; messages may be processed twice");
}

/** Of commands that write. */
function checkedOptions(command: Command): Command {
  return command.option(UNCHECKED_ACCOUNT, "go on when STS cannot tell of which account the credentials are");
}

function followOptions(command: Command): Command {
  return checkedOptions(command)
    .option("--no-wait", "return when the order is given")
    .option("--timeout <seconds>", "longest wait for what was ordered", wholeSeconds, TIMEOUT_SECONDS);
}

/** An action whose failure is on stdout too, where JSON is asked for. The options are its last argument but the command. */
function reported<A extends readonly unknown[]>(
  { write }: Environment,
  action: (...args: A) => Promise<void>,
): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    try {
      await action(...(args as unknown as A));
    } catch (error) {
      const { json } = args.at(-2) as CommonOptions;
      if (json) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        write(`${JSON.stringify({ error: { name, message } })}\n`);
      }
      throw error;
    }
  };
}

function groupOf({ config }: CommonOptions, { clients }: Environment): Group {
  const configuration = loadConfiguration(config);
  if (configuration.recovery === undefined) {
    throw new UsageError({
      given: `--config ${config ?? process.env.SQS_MULTI_REGION_CONFIG ?? DEFAULT_CONFIGURATION_FILE}`,
      problem: `${configuration.failoverGroup}: the configuration has no recovery, so no region can take a home over`,
      allowed: "a configuration with recovery",
      fix: "name another file, or add recovery and apply",
    });
  }
  return new Group(configuration, clients);
}
