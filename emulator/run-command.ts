import { spawn } from "node:child_process";

/** How a command ended, with all that it wrote. */
export interface ProcessResult {
  /** `null` when a signal ended it or it could not be started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end. Never throws: a command that cannot be started has exit code `null` and says why in `stderr`.
 *
 * @param environment the whole environment of the command
 * @param directory in which it runs. @default that of this process
 */
export function runCommand(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
  directory?: string,
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: directory,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", (error) => resolve({ exitCode: null, stdout, stderr: `${stderr}${error.message}` }));
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
