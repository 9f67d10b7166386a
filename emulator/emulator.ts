import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { type AsAws, type AsAwsSettings, DATA_PLANES, settingsOf } from "./as-aws";
import { type Certificate, createCertificate } from "./certificate";
import { onCleanup } from "./cleanup";
import type { ClockFault } from "./clock";
import { assertLoopback, childEnvironment } from "./environment";
import { Gateway } from "./gateway";
import { INTERNET } from "./gateway-call";
import { installEmulator } from "./install";
import { type Outage, type OutageOptions, Outages, type TableOutageOptions } from "./outages";
import type { InstalledPackages } from "./python-packages";
import { type Route53Options, Route53StandIn } from "./route53/stand-in";
import { PortTakenError, Server } from "./server";
import { type FrozenWorkers, freezeWorkers, killWorker, listWorkers, type Worker } from "./workers";

export interface EmulatorOptions {
  /** Regions that stacks, functions and clients are in. */
  readonly regions: readonly string[];
  /** Folder for logs and whatever else the run leaves; it stays. @default a temporary one, removed by `stop` */
  readonly directory?: string;
  /** Told what is going on. @default nothing is said */
  readonly log?: (line: string) => void;
  /**
   * How long a minute of AWS is, in seconds: of schedules, of the retries of asynchronous invocations, and of the values of
   * AWS/SQS metrics, whose periods shrink with it. Clocks, time-outs and times given in seconds stay as they are. @default 60
   */
  readonly minuteSeconds?: number;
  /**
   * Has schedules and scheduled rules start late, as those of AWS do: within 60 seconds after the minute.
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   *
   * @default they start on time
   */
  readonly lateSchedules?: LateSchedules;
  /** What the emulator does late, in part or now and then, as AWS does. @default nothing */
  readonly asAws?: AsAws;
  /** Whether the clocks that functions in Node see may be set, by `setWorkerClock`. @default false */
  readonly workerClocks?: boolean;
  /**
   * Constraints of AWS that do not hold, as `type.attribute` of the table in `core/quotas`: for a test that cannot wait as long as AWS.
   * @default all hold
   */
  readonly liftedConstraints?: readonly string[];
}

/** How late schedules start: each occurrence of each by a time of its own. */
export interface LateSchedules {
  /** Seconds that an occurrence starts late at most; all times up to them are equally likely. @default a minute of AWS */
  readonly upToSeconds?: number;
  /** Decides how late each occurrence starts. @default a random one, which `log` is told */
  readonly seed?: string;
}

interface Parts {
  readonly server: Server;
  readonly gateway: Gateway;
  readonly certificate: Certificate;
  readonly directory: string;
  readonly regions: readonly string[];
  readonly logFile: string;
  readonly minuteSeconds: number;
  readonly workerClocks: boolean;
  /** Of the emulator itself, behind the gateway. */
  readonly port: number;
  readonly log: (line: string) => void;
  readonly stop: () => Promise<void>;
  /** Has `step` done first when everything is stopped. */
  readonly onStop: (step: () => Promise<unknown>) => void;
}

/** How often to try another port when somebody else takes the chosen one first. */
const START_ATTEMPTS = 3;
const MINUTE_SECONDS = 60;
/** The emulator accepts any secret for the key of an account's root. */
const SECRET_ACCESS_KEY = "test";

/** AWS on this machine: one emulator for all regions and accounts, and the gateway in front of it. */
export class Emulator {
  readonly gateway: Gateway;
  readonly regions: readonly string[];
  /** Folder of this run: logs, states of Terraform. */
  readonly directory: string;
  /** PEM file that clients must trust. */
  readonly certificateFile: string;
  /** The same certificate as text. */
  readonly certificate: string;
  /** What the emulator says, output of functions included. */
  readonly logFile: string;
  /** Ends everything that was started, functions included, and removes what is temporary. A second call does nothing. */
  readonly stop: () => Promise<void>;
  private readonly server: Server;
  private readonly outages: Outages;

  constructor(private readonly parts: Parts) {
    this.server = parts.server;
    this.gateway = parts.gateway;
    this.regions = parts.regions;
    this.directory = parts.directory;
    this.certificateFile = parts.certificate.certificateFile;
    this.certificate = parts.certificate.certificate;
    this.logFile = parts.logFile;
    this.stop = parts.stop;
    this.outages = new Outages({ ...parts, order: (disorder) => parts.server.order(disorder) });
  }

  /** Endpoint, with TLS, for callers in `region`. */
  endpoint(region: string): string {
    return assertLoopback(this.gateway.endpoint(region));
  }

  /** Endpoint without TLS for callers in `region`, to prove that such calls are refused. */
  plainEndpoint(region: string): string {
    return assertLoopback(this.gateway.plainEndpoint(region));
  }

  /**
   * Environment for a child process (Terraform, a command line) in `region` with the credentials of the root of `account`.
   * It names no region, as users' environments often do not.
   *
   * @param account 12 digits
   * @throws Error when `account` is anything else
   */
  environment(region: string, account: string): NodeJS.ProcessEnv {
    return childEnvironment({
      ...rootCredentials(account).environment,
      AWS_ENDPOINT_URL: this.endpoint(region),
      AWS_CA_BUNDLE: this.certificateFile,
      NODE_EXTRA_CA_CERTS: this.certificateFile,
    });
  }

  /** The processes that run functions now. */
  workers(): Promise<readonly Worker[]> {
    return listWorkers(this.server.pid);
  }

  /** Kills a process that runs a function. @throws Error when `pid` is not one of `workers()` */
  killWorker(pid: number): Promise<void> {
    return killWorker(this.server.pid, pid);
  }

  /**
   * Stops the workers that a function has now, in the middle of whatever they do: nothing of them runs, and clocks go on. Those
   * that are started later run. `restoreAll` thaws them too.
   *
   * @throws Error when the function has no worker in the region
   */
  async freezeWorkers(region: string, functionName: string): Promise<FrozenWorkers> {
    const { pids, thaw } = await freezeWorkers(this.server.pid, region, functionName);
    return { pids, thaw: this.outages.keep(thaw).restore };
  }

  /**
   * Loses a region as its users know it. Every call to it and from it fails, also those under way. Its workers are killed, its mappings and
   * schedules stand still, and nothing is replicated to or from it. The control planes that are global (IAM, Route 53, STS by its global
   * endpoint) fail for everybody. No setting changes: restored, everything resumes as it was.
   *
   * @throws Error when the emulator was not started for the region
   */
  loseRegion(region: string, options: OutageOptions = {}): Promise<Outage> {
    return this.outages.loseRegion(region, options);
  }

  /**
   * Cuts the link between two regions: calls in both directions fail, also those under way, and replication between them waits.
   *
   * @throws Error when the emulator was not started for both, or both are one
   */
  cut(region: string, other: string, options: OutageOptions = {}): Promise<Outage> {
    return this.outages.cut(region, other, options);
  }

  /**
   * Cuts a region off from every other, from the internet and from the global control planes, which are elsewhere. What is inside
   * goes on.
   *
   * @throws Error when the emulator was not started for the region
   */
  isolate(region: string, options: OutageOptions = {}): Promise<Outage> {
    return this.outages.isolate(region, options);
  }

  /**
   * Has every event source mapping of a region stand still, as in us-east-1 in October 2025. Queues and everything else answer, and
   * mappings say that they are enabled. Batches that functions have already are finished.
   *
   * @throws Error when the emulator was not started for the region
   */
  stallPollers(region: string): Promise<Outage> {
    return this.outages.stallPollers(region);
  }

  /**
   * Has every write to a global table, also those on their way, become visible in the other replicas that much later; restored,
   * what waits arrives at once. Of several lags the longest holds.
   *
   * @param seconds 0 or more
   */
  delayReplication(seconds: number): Promise<Outage> {
    return this.outages.delayReplication(seconds);
  }

  /**
   * Loses the control planes that a failover must not need, for everybody: Route 53, IAM, STS by its global endpoint, and all of
   * Lambda but invocations. Data planes answer.
   */
  loseControlPlanes(options: OutageOptions = {}): Promise<Outage> {
    return this.outages.loseControlPlanes(options);
  }

  /**
   * Loses the tables of a region, or one of them, as in us-east-1 in October 2025. The loss is for everybody or for the callers of one
   * region. Everything else of the region goes on. Nothing is replicated to or from a table that carries nothing out for anybody.
   *
   * https://aws.amazon.com/message/101925/
   *
   * @throws Error when the emulator was not started for the region
   */
  loseTable(region: string, options: TableOutageOptions = {}): Promise<Outage> {
    return this.outages.loseTable(region, options);
  }

  /**
   * Has the clock of a region's tables go wrong: the `Date` of their answers, and the time by which they judge signatures. Set
   * again, the later holds; restored, the one before.
   *
   * @throws Error when the emulator was not started for the region
   */
  setTableClock(region: string, fault: ClockFault): Promise<Outage> {
    return this.outages.setTableClock(region, fault);
  }

  /**
   * Has the wall clock that a region's functions see go wrong, for workers that run already too. Timers and clocks that only count
   * stay right, and so does `performance.timeOrigin`. Set again, the later holds; restored, the one before.
   *
   * @throws Error when the emulator was not started for the region, or without `workerClocks`
   */
  async setWorkerClock(region: string, fault: ClockFault): Promise<Outage> {
    if (!this.parts.workerClocks) {
      throw new Error("clocks of functions can be set in an emulator that was started with workerClocks");
    }
    return this.outages.setWorkerClock(region, fault);
  }

  /**
   * Starts what Route 53 does besides its API: health checkers, and DNS servers for every region and for the internet. It ends
   * with the emulator.
   *
   * @throws Error when its first look at the account fails
   */
  async route53(options: Route53Options): Promise<Route53StandIn> {
    const { parts } = this;
    const standIn = await Route53StandIn.start({
      log: parts.log,
      minuteSeconds: parts.minuteSeconds,
      ...options,
      regions: this.regions,
      endpoint: `http://127.0.0.1:${parts.port}`,
      internetEndpoint: (secure) =>
        secure ? this.gateway.endpoint(INTERNET) : this.gateway.plainEndpoint(INTERNET),
      areLinked: (one, other) => this.outages.areLinked(one, other),
    });
    parts.onStop(() => standIn.stop());
    return standIn;
  }

  /** Restores everything that is out of order. Faults injected into the gateway stay. */
  restoreAll(): Promise<void> {
    return this.outages.restoreAll();
  }
}

/** Credentials of the root of an account. @throws Error when `account` is not 12 digits */
export function rootCredentials(account: string): {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly environment: Readonly<Record<string, string>>;
} {
  if (!/^\d{12}$/.test(account)) throw new Error(`account "${account}": an AWS account has 12 digits`);
  return {
    accessKeyId: account,
    secretAccessKey: SECRET_ACCESS_KEY,
    environment: { AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY },
  };
}

/**
 * Installs the emulator if need be, starts it with its gateway on free ports of 127.0.0.1 and waits until it answers. It is
 * stopped by `stop`, by `runCleanup`, by a signal to this process, or when this process is gone, whichever comes first.
 *
 * @throws Error when there is no region, or when the emulator cannot be installed or started
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  if (options.regions.length === 0) throw new Error("the emulator needs at least one region");
  const { minuteSeconds = MINUTE_SECONDS } = options;
  if (!(minuteSeconds >= 1)) throw new Error(`minuteSeconds: ${minuteSeconds} is less than one second`);
  const log = options.log ?? (() => {});
  const lateSchedules = latenessOf(options.lateSchedules, minuteSeconds, log);
  const asAws = settingsOf(options.asAws ?? {});
  if (Object.keys(asAws).length > 1) log(`the emulator behaves as AWS does, seed "${asAws.seed}"`);
  const installation = await installEmulator(log);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce({ ...options, minuteSeconds, lateSchedules, asAws }, installation, log);
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === START_ATTEMPTS) throw error;
    }
  }
}

function latenessOf(
  wanted: LateSchedules | undefined,
  minuteSeconds: number,
  log: (line: string) => void,
): Required<LateSchedules> {
  if (wanted === undefined) return { upToSeconds: 0, seed: "" };
  const { upToSeconds = minuteSeconds, seed = randomUUID() } = wanted;
  if (!(upToSeconds > 0)) throw new Error(`lateSchedules.upToSeconds: ${upToSeconds} is not above zero`);
  log(`schedules start up to ${upToSeconds} s late, seed "${seed}"`);
  return { upToSeconds, seed };
}

type StartOptions = EmulatorOptions & {
  readonly minuteSeconds: number;
  readonly lateSchedules: Required<LateSchedules>;
  readonly asAws: AsAwsSettings;
};

async function startOnce(
  options: StartOptions,
  installation: InstalledPackages,
  log: (line: string) => void,
): Promise<Emulator> {
  const temporaryDirectory = await mkdtemp(path.join(os.tmpdir(), "sqs-multi-region-"));
  const directory = options.directory ?? path.join(temporaryDirectory, "run");
  await mkdir(directory, { recursive: true });
  const undo: (() => Promise<unknown>)[] = [() => rm(temporaryDirectory, { recursive: true, force: true })];
  const stop = onCleanup("emulator", async () => {
    const failures: unknown[] = [];
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  });

  try {
    const gatewayToken = randomUUID();
    const port = await freePort();
    const certificate = await createCertificate(directory);
    const gateway = await Gateway.open({
      ...options,
      ...certificate,
      upstreamPort: port,
      token: gatewayToken,
    });
    undo.push(() => gateway.close());
    loseAnswers(gateway, options.asAws);
    const logFile = path.join(directory, "emulator.log");
    const serverDirectory = path.join(temporaryDirectory, "server");
    await mkdir(serverDirectory);
    const server = await Server.start({
      ...installation,
      port,
      temporaryDirectory: serverDirectory,
      logFile,
      endpoints: Object.fromEntries(options.regions.map((region) => [region, gateway.endpoint(region)])),
      gatewayToken,
      certificateFile: certificate.certificateFile,
      minuteSeconds: options.minuteSeconds,
      lateSchedules: options.lateSchedules,
      asAws: options.asAws,
      workerClocks: options.workerClocks ?? false,
    });
    undo.push(() => server.stop());
    log(`emulator runs, log: ${logFile}`);
    return new Emulator({
      server,
      gateway,
      certificate,
      directory,
      regions: options.regions,
      logFile,
      minuteSeconds: options.minuteSeconds,
      workerClocks: options.workerClocks ?? false,
      port,
      log,
      stop,
      onStop: (step) => undo.push(step),
    });
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Has answers get lost now and then. Each operation has a seed of its own, so that what else is called changes nothing. */
function loseAnswers(gateway: Gateway, { seed, lostAnswers }: AsAwsSettings): void {
  if (lostAnswers === undefined) return;
  for (const [service, operations] of Object.entries(DATA_PLANES)) {
    for (const operation of operations) {
      const probability = lostAnswers.rate;
      gateway.inject({
        kind: "loseAnswer",
        service,
        operation,
        probability,
        seed: `${seed} ${service} ${operation}`,
      });
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
