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

interface CommonOptions {
  readonly config?: string;
  readonly json?: true;
}

const EXIT_CODES = `Exit code:
  ${EXIT.done}  it is done
  ${EXIT.refused}  a region could not be looked at, or the order was refused or may not have been taken: the message says which
  ${EXIT.usage}  the command or the configuration is not valid; nothing was called
  ${EXIT.notYet}  it is ordered, and the new owner had not begun in time`;

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
  sqs-multi-region evacuate us-east-1 --to us-west-2 --lost us-east-1
  sqs-multi-region failback us-east-1 --json

Calls SSM, Lambda and STS in the regions of the group, no control plane; status also DNS, and with --checks alone Route 53's control
plane. Credentials come from the environment; the stacks put out the policy that they need (operator_policy).

Time: a call takes at most ${CALL_SECONDS} s, whatever the region does. status ends within ${STATUS_SECONDS} s, with --checks within ${STATUS_SECONDS + CHECKS_SECONDS} s. An order is
given or refused within ${ORDER_SECONDS} s; evacuate and failback then wait for the new owner, for --timeout and one call.

${EXIT_CODES}`,
    );
  orderOptions(command.command("evacuate"), environment)
    .description("has a peer take a home over: it processes the home's messages until the failback")
    .argument("<home>", "region whose messages are meant")
    .requiredOption("--to <region>", "the new owner")
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region evacuate us-east-1 --to us-west-2                          us-east-1 lives and hands over
  sqs-multi-region evacuate us-east-1 --to us-west-2 --lost us-east-1         it gives no answer at all
  sqs-multi-region evacuate us-east-1 --to us-west-2 --since 2026-01-31T07:00:00Z --no-wait

--lost is refused while the region gives any answer, an access that it denies included, unless its controller has stopped.

An order is given or refused within ${ORDER_SECONDS} s. ${EXIT_CODES}`,
    )
    .action(
      reported(environment, (home: string, options: OrderOptions & CommonOptions & { to: string }) => {
        if (options.to === home) {
          throw new UsageError({
            given: `--to ${home}`,
            problem: "a home is evacuated to another region",
            allowed: "any region of the group but the home",
            fix: `name another region, or give the home back by: failback ${home}`,
          });
        }
        return order(groupOf(options, environment), environment, { home, owner: options.to }, options);
      }),
    );
  orderOptions(command.command("failback"), environment)
    .description("gives a home back to itself")
    .argument("<home>", "region whose messages are meant")
    .addHelpText(
      "after",
      `
Examples:
  sqs-multi-region failback us-east-1
  sqs-multi-region failback us-east-1 --lost us-west-2                        its owner gives no answer at all
  sqs-multi-region failback us-east-1 --json --timeout 300

An order is given or refused within ${ORDER_SECONDS} s. ${EXIT_CODES}`,
    )
    .action(
      reported(environment, (home: string, options: OrderOptions & CommonOptions) =>
        order(groupOf(options, environment), environment, { home, owner: home }, options),
      ),
    );
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
Examples:
  sqs-multi-region status
  sqs-multi-region status --json
  sqs-multi-region status --resolver 10.0.0.2 --checks

A region that cannot be looked at is shown with the reason: no or expired credentials, access denied, no route, time-out. An owner that
no region tells is unknown. A record that names another region than the order is normal for up to four minutes after it. A lookup that
fails is shown as such, and is no failure of the command.

--checks asks Route 53's control plane, which is in us-east-1 and which no failover needs. It takes the IAM actions
route53:ListHealthChecks, route53:ListTagsForResources, route53:GetHealthCheckStatus and route53:GetHealthCheckLastFailureReason, which
are in operator_policy. Route 53 does not tell of CALCULATED checks by it: see its console, or the metric HealthCheckStatus.

It ends within ${STATUS_SECONDS} s, with --checks within ${STATUS_SECONDS + CHECKS_SECONDS} s. Exit code:
  ${EXIT.done}  every region was looked at
  ${EXIT.refused}  a region could not be looked at, the credentials are of another account, or --checks got no list of health checks
  ${EXIT.usage}  the command or the configuration is not valid; nothing was called`,
    )
    .action(
      reported(environment, (options: StatusOptions & CommonOptions) =>
        showStatus(groupOf(options, environment), environment, options),
      ),
    );
  return command;
}

function commonOptions(command: Command): Command {
  return command
    .option(
      "--config <file>",
      `configuration file; default: SQS_MULTI_REGION_CONFIG, else ${DEFAULT_CONFIGURATION_FILE}`,
    )
    .option("--json", "one JSON object on stdout, with `error` when refused; progress goes to stderr");
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
    .option(UNCHECKED_ACCOUNT, "go on when STS cannot tell of which account the credentials are")
    .option("--no-wait", "return when the order is given")
    .option("--timeout <seconds>", "longest wait for the new owner to begin", wholeSeconds, 900);
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
