import { descendantsOf, isRunning, isStopped } from "./processes";
import { waitFor } from "./wait";

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

/** Workers that stand still. */
export interface FrozenWorkers {
  readonly pids: readonly number[];
  /** Has those that still exist go on where they were. A second call does nothing. */
  thaw(): Promise<void>;
}

/**
 * Stops the workers that a function has now in the middle of whatever they do, and returns when they stand still. AWS freezes the
 * environment of a function between two invocations, and a host may pause a machine at any time; clocks go on meanwhile.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 *
 * @throws Error when the function has no worker
 */
export async function freezeWorkers(
  emulatorPid: number,
  region: string,
  functionName: string,
): Promise<FrozenWorkers> {
  const workers = await listWorkers(emulatorPid);
  const pids = workers
    .filter((worker) => worker.region === region && worker.functionName === functionName)
    .map(({ pid }) => pid);
  if (pids.length === 0) {
    throw new Error(
      `function ${functionName} has no worker in ${region}; workers of this emulator: ${describe(workers)}`,
    );
  }
  for (const pid of pids) signal(pid, "SIGSTOP");
  const stands = async (pid: number): Promise<boolean> => !isRunning(pid) || (await isStopped(pid));
  for (const pid of pids) await waitFor(() => stands(pid), { what: `worker ${pid} standing still` });
  return { pids, thaw: async () => pids.forEach((pid) => void signal(pid, "SIGCONT")) };
}

/** A worker may end at any time, also while it stands still: by its time-out, or with its region. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function describe(workers: readonly Worker[]): string {
  if (workers.length === 0) return "none";
  return workers.map(({ pid, functionName, region }) => `${pid} (${functionName}, ${region})`).join(", ");
}
