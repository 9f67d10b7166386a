import { CommanderError } from "commander";
import { type CommandEnvironment, REAL } from "./environment";
import { EXIT, exitCodeOf } from "./exit";
import { program } from "./program";

/** Runs a command and says what went wrong. @param args without the names of Node and of the script @returns the exit code */
export async function run(args: readonly string[], environment: CommandEnvironment = REAL): Promise<number> {
  try {
    await program(environment).parseAsync([...args], { from: "user" });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    // It has been said already, or is the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    environment.say(error instanceof Error ? error.message : String(error));
    return exitCodeOf(error);
  }
}
