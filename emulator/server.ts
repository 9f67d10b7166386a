import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import type { AsAwsSettings } from "./as-aws";
import type { Clock } from "./clock";
import { descendantsOf, isRunning } from "./processes";
import { waitFor } from "./wait";

export interface ServerOptions {
  readonly python: string;
  /** Folder of the emulator's packages. */
  readonly packages: string;
  readonly port: number;
  /** Folder for its temporary files; removed with it. */
  readonly temporaryDirectory: string;
  readonly logFile: string;
  /** Region to the endpoint that functions of that region call. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly gatewayToken: string;
  readonly certificateFile: string;
  /** How long a minute of schedules, retries and queue metrics is, in seconds. */
  readonly minuteSeconds: number;
  /** How late schedules start at most, in seconds, and what decides it. */
  readonly lateSchedules: { readonly upToSeconds: number; readonly seed: string };
  /** What is done as AWS does it. */
  readonly asAws: AsAwsSettings;
  /** Whether the clocks that functions see may be set. */
  readonly workerClocks: boolean;
}

/** What is out of order inside AWS, where no call passes the gateway. */
export interface Disorder {
  /** Regions in which nothing goes on. */
  readonly lost: readonly string[];
  /** Regions whose event source mappings stand still. */
  readonly stalled: readonly string[];
  /** Pairs of regions, or of a region and the internet, between which nothing passes. */
  readonly cut: readonly (readonly [string, string])[];
  /** How long a write takes from one replica of a table to the others. */
  readonly replicationDelaySeconds: number;
  /** Tables of a region, by name or all, that nothing is replicated to or from. */
  readonly lostTables: readonly (readonly [region: string, table: string | null])[];
  /** Region to the clock by which its tables judge signatures. */
  readonly tableClocks: Readonly<Record<string, Clock>>;
  /** Region to the clock that its functions see. */
  readonly workerClocks: Readonly<Record<string, Clock>>;
}

/** Another process took the port between choosing and using it. */
export class PortTakenError extends Error {}

/** The Python package beside this file that starts the emulator. */
const LAUNCHER = "launcher";
/** What Node loads into every worker whose clock may be set. */
const WORKER_CLOCK_SCRIPT = path.join(__dirname, "worker-clock.cjs");
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const LOG_LINES_IN_ERRORS = 15;

/** The emulator's process and its workers, which are one process group. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    private readonly orders: { readonly port: number; readonly token: string },
  ) {}

  /**
   * Starts the emulator and waits until it answers.
   *
   * @throws PortTakenError when its port is in use
   * @throws Error with the end of its log when it does not start
   */
  static async start(options: ServerOptions): Promise<Server> {
    // The open pipe to standard input is what tells the launcher that this process still lives.
    const controlToken = randomUUID();
    const child = spawn(options.python, ["-m", LAUNCHER], {
      cwd: options.temporaryDirectory,
      detached: true,
      env: serverEnvironment(options, controlToken),
      stdio: ["pipe", "pipe", "pipe"],
    });
    const log = createWriteStream(options.logFile, { flags: "a" });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.stdin.on("error", () => {});
    const failure = new Promise<never>((_resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) =>
        reject(new Error(`it ended with ${signal ?? `exit code ${code}`}`)),
      );
    });
    failure.catch(() => {});
    child.once("close", () => log.end());
    const ready = waitFor(() => isReady(options.port), {
      timeoutMs: READY_TIMEOUT_MS,
      what: "its health check",
    });
    try {
      await Promise.race([ready, failure]);
    } catch (error) {
      ready.catch(() => {});
      killGroup(child.pid);
      throw await startError(error, options.logFile);
    }
    return new Server(child, child.pid ?? 0, { port: options.port, token: controlToken });
  }

  /**
   * Has the emulator behave as if this were out of order, and nothing else, from now on.
   *
   * @throws Error when it does not answer
   */
  async order(disorder: Disorder): Promise<void> {
    const { port, token } = this.orders;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { "x-control-token": token };
      const path = "/_harness/order";
      const request = http.request({ host: "127.0.0.1", port, path, method: "POST", headers, agent: false });
      request.once("error", reject);
      request.once("response", (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode));
      });
      request.end(JSON.stringify(disorder));
    });
    if (status !== 204) throw new Error(`the emulator answered ${status} to an order`);
  }

  /**
   * Ends the emulator and every worker it started. Returns when all are gone.
   *
   * @throws Error when one of them is still there
   */
  async stop(): Promise<void> {
    const family = [this.pid, ...(await descendantsOf(this.pid)).map(({ pid }) => pid)];
    this.child.stdin?.end();
    const gone = (): boolean => this.child.exitCode !== null || this.child.signalCode !== null;
    await waitFor(gone, { timeoutMs: STOP_TIMEOUT_MS, what: "the end of the emulator" }).catch(() => {});
    killGroup(this.pid);
    await waitFor(() => gone() && !family.some(isRunning), {
      timeoutMs: STOP_TIMEOUT_MS,
      what: `the end of the emulator's processes (${family.join(", ")})`,
    });
  }
}

/** All that the emulator needs to know. Nothing of the user's environment reaches it. */
function serverEnvironment(options: ServerOptions, controlToken: string): Record<string, string> {
  return {
    PATH: [path.dirname(process.execPath), "/usr/bin", "/bin"].join(path.delimiter),
    HOME: options.temporaryDirectory,
    TMPDIR: options.temporaryDirectory,
    LANG: "C.UTF-8",
    PYTHONPATH: [__dirname, options.packages].join(path.delimiter),
    PYTHONUNBUFFERED: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    AUTH: "true",
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(options.port),
    STATE_DIR: path.join(options.temporaryDirectory, "state"),
    S3_DATA_DIR: path.join(options.temporaryDirectory, "s3"),
    // Listeners and daemons that no test needs.
    SFTP_ENABLED: "0",
    IOT_MTLS_ENABLED: "0",
    DOCKER_HOST: `unix://${path.join(options.temporaryDirectory, "no-docker.sock")}`,
    EMULATOR_ENDPOINTS: JSON.stringify(options.endpoints),
    EMULATOR_GATEWAY_TOKEN: options.gatewayToken,
    EMULATOR_CONTROL_TOKEN: controlToken,
    EMULATOR_CA_FILE: options.certificateFile,
    EMULATOR_MINUTE_SECONDS: String(options.minuteSeconds),
    EMULATOR_SCHEDULE_LATENESS_SECONDS: String(options.lateSchedules.upToSeconds),
    EMULATOR_SCHEDULE_SEED: options.lateSchedules.seed,
    EMULATOR_AS_AWS: JSON.stringify(options.asAws),
    EMULATOR_WORKER_CLOCK_SCRIPT: options.workerClocks ? WORKER_CLOCK_SCRIPT : "",
  };
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(
      { host: "127.0.0.1", port, path: "/_ministack/health", agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    request.on("error", () => resolve(false));
  });
}

async function startError(error: unknown, logFile: string): Promise<Error> {
  const log = await readFile(logFile, "utf8").catch(() => "");
  if (/already in use/i.test(log)) return new PortTakenError("the port of the emulator was taken");
  const reason = error instanceof Error ? error.message : String(error);
  const lines = log.trim().split("\n").slice(-LOG_LINES_IN_ERRORS).join("\n");
  return new Error(`the emulator did not start: ${reason}\n${lines}\nfull log: ${logFile}`);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}
