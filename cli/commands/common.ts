import type { Command } from "commander";
import { DEFAULT_CONFIGURATION_FILE, loadConfiguration } from "../../config/load";
import { UNCHECKED_ACCOUNT } from "../account";
import type { CommandEnvironment } from "../environment";
import { EXIT } from "../exit";
import { OperatedGroup } from "../group";
import { ORDER_SECONDS } from "../limits";
import { UsageError } from "../mistake";
import { wholeSeconds } from "../options";

/** Options of every command. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: true;
}

/** A hand-back may take 900 s by the defaults, while what was moved is processed, and a lease beside that. */
const TIMEOUT_SECONDS = 1_200;

/** For the help of a command. */
export const EXIT_CODES = `Exit code:
  ${EXIT.done}  it is done
  ${EXIT.refused}  it was refused, or it is not known whether it takes effect: the message says which
  ${EXIT.usage}  the command or the configuration is not valid; nothing was called
  ${EXIT.notYet}  it is ordered, and was not carried out in time; the order stands`;
/** The same of a command that gives an order. */
export const ORDER_TIME = `An order is given or refused within ${ORDER_SECONDS} s, and then followed for --timeout.`;

export function commonOptions(command: Command): Command {
  return command
    .option(
      "--config <file>",
      `configuration file; default: SQS_MULTI_REGION_CONFIG, else ${DEFAULT_CONFIGURATION_FILE}`,
    )
    .option("--json", "one JSON object on stdout, with `error` when refused; progress goes to stderr");
}

export function orderOptions(command: Command): Command {
  return followOptions(commonOptions(command))
    .option("--lost <region>", "two regions without a witness: the other one, which does not run")
    .option("--force", "replace the claims of a living owner; messages may be processed twice");
}

/** Of commands that write. */
export function checkedOptions(command: Command): Command {
  return command.option(UNCHECKED_ACCOUNT, "go on when STS cannot tell of which account the credentials are");
}

export function followOptions(command: Command): Command {
  return checkedOptions(command)
    .option("--no-wait", "return when the order is given")
    .option("--timeout <seconds>", "longest wait for what was ordered", wholeSeconds, TIMEOUT_SECONDS);
}

/** An action whose failure is on stdout too, where JSON is asked for. The options are its last argument but the command. */
export function reported<A extends readonly unknown[]>(
  { write }: CommandEnvironment,
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

export function groupOf({ config }: CommonOptions, { clients }: CommandEnvironment): OperatedGroup {
  const configuration = loadConfiguration(config);
  if (configuration.recovery === undefined) {
    throw new UsageError({
      given: `--config ${config ?? process.env.SQS_MULTI_REGION_CONFIG ?? DEFAULT_CONFIGURATION_FILE}`,
      problem: `${configuration.failoverGroup}: the configuration has no recovery, so no region can take a home over`,
      allowed: "a configuration with recovery",
      fix: "name another file, or add recovery and apply",
    });
  }
  return new OperatedGroup(configuration, clients);
}
