import { descendantsOf } from "./processes";

/** A process that runs a Lambda function. */
export interface Worker {
  readonly pid: number;
  readonly functionName: string;
  readonly region: string;
  /** Access key that its calls are signed with: that of the function's session, the same for all its workers. */
  readonly accessKeyId: string;
}

/** The workers that an emulator runs now. */
export async function listWorkers(emulatorPid: number): Promise<readonly Worker[]> {
  const processes = await descendantsOf(emulatorPid);
  return processes.flatMap(({ pid, environment }) => {
    const functionName = environment.get("AWS_LAMBDA_FUNCTION_NAME");
    const region = environment.get("AWS_REGION");
    const accessKeyId = environment.get("AWS_ACCESS_KEY_ID") ?? "";
    return functionName === undefined || region === undefined
      ? []
      : [{ pid, functionName, region, accessKeyId }];
  });
}

/**
 * Ends a worker in the middle of whatever it does, as AWS does with a failed host.
 *
 * @throws Error when `pid` is not a worker of the emulator
 */
export async function killWorker(emulatorPid: number, pid: number): Promise<void> {
  const workers = await listWorkers(emulatorPid);
  if (!workers.some((worker) => worker.pid === pid)) {
    throw new Error(
      `process ${pid} is not a Lambda worker of this emulator; its workers: ${describe(workers)}`,
    );
  }
  process.kill(pid, "SIGKILL");
}

function describe(workers: readonly Worker[]): string {
  if (workers.length === 0) return "none";
  return workers.map(({ pid, functionName, region }) => `${pid} (${functionName}, ${region})`).join(", ");
}
