import { Child } from "../child";
import { HOME } from "./events";
import type { WorkDone, WorkerMessage, WorkerOrder } from "./protocol";

/** Default memory of a function. */
export const FUNCTION_MEMORY_MB = 256;

export interface WorkerOptions {
  /** The bundled runtime. */
  readonly runtime: string;
  /** Folder with the contents of the function's archive. */
  readonly folder: string;
  readonly endpoint: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Memory of the function. @default {@link FUNCTION_MEMORY_MB} */
  readonly memoryMb?: number;
}

const START_TIMEOUT_MS = 30_000;
/** An order may take this much longer than it asks for: its last event, which may be a large one or one that waits for a dead peer. */
const OVERTIME_MS = 120_000;

/** One execution environment of a function. */
export class BenchWorker {
  private constructor(private readonly child: Child<WorkerOrder, WorkerMessage>) {}

  static async start(options: WorkerOptions): Promise<BenchWorker> {
    const child = startChild(options);
    await child.next("initialised", START_TIMEOUT_MS);
    return new BenchWorker(child);
  }

  /** Does what it is told, measured by itself. @throws Error when it fails or takes far too long */
  run(order: WorkerOrder): Promise<WorkDone> {
    return this.child.ask(order, "worked", order.forMs + OVERTIME_MS);
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}

export interface ColdStart {
  /** From the start of the process until its code is loaded. */
  readonly initialisedMs: number;
  /** From there on until the event is answered. */
  readonly answeredMs: number;
}

/** Starts a worker that handles one event, and stops it. @param firstEvent file of the event */
export async function coldStart(options: WorkerOptions, firstEvent: string): Promise<ColdStart> {
  const started = performance.now();
  const child = startChild(options, [firstEvent]);
  await child.next("initialised", START_TIMEOUT_MS);
  const initialised = performance.now();
  await child.next("answered", START_TIMEOUT_MS);
  const answered = performance.now();
  await child.stop();
  return { initialisedMs: initialised - started, answeredMs: answered - initialised };
}

function startChild(
  { runtime, folder, endpoint, environment, memoryMb = FUNCTION_MEMORY_MB }: WorkerOptions,
  args: readonly string[] = [],
): Child<WorkerOrder, WorkerMessage> {
  return new Child<WorkerOrder, WorkerMessage>({
    script: runtime,
    args: [folder, ...args],
    // The shares of a function's memory that Lambda's runtime gives to V8; without them its heap grows with the machine's memory.
    nodeOptions: [
      `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
      `--max-semi-space-size=${Math.floor(memoryMb * 0.05)}`,
    ],
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
      AWS_REGION: HOME,
      AWS_LAMBDA_FUNCTION_NAME: "orders-replicator",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      LAMBDA_TASK_ROOT: folder,
      ...environment,
    },
  });
}
