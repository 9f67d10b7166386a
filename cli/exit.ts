import { ConfigurationError } from "../config/violation";
import { UsageError } from "./mistake";

/** With what the commands end. */
export const EXIT = {
  done: 0,
  /** A region could not be looked at, or the order was refused, or it cannot be told whether it was taken. */
  refused: 1,
  /** The command or the configuration file is not valid. */
  usage: 2,
  /** The new owner has not begun when the time was over; the hand-over goes on. */
  notYet: 3,
} as const;

/** By what was thrown. */
export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError || error instanceof ConfigurationError ? EXIT.usage : EXIT.refused;
}

/** Ends the process: a lookup or a connection that was given up on would keep it for as long as the system does. */
export function end(code: number): void {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
