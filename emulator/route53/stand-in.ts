/**
 * A stand-in for what Route 53 does besides its API, which the emulator has: it runs the health checks and answers DNS.
 *
 * ```ts
 * const route53 = await emulator.route53({ account });
 * new Resolver().setServers([route53.dnsServer("us-east-1")]);  // as a function in us-east-1 would
 * route53.text("orders.example.com", { from: "us-east-1" });     // the same question without DNS
 * route53.status(checkId);                                       // "healthy" or "unhealthy"
 * ```
 *
 * | part | what it does |
 * |---|---|
 * | `engine/` | the rules of health checks, alarms, routing policies and aliases, each with the page of AWS that it is on; pure |
 * | `account.ts` | reads zones, records, health checks, alarms and metrics through the emulator's API |
 * | `alarm-copies.ts` | what checks on alarms have copied, and their data points |
 * | `probe.ts` | sends the request of a health checker |
 * | `dns-server.ts`, `wire.ts` | DNS over UDP and TCP |
 * | this file | puts them together in real time |
 *
 * Where requests come from and get to: health checkers and CloudWatch's data stream are on the `internet`, for which the gateway has a
 * port. So an endpoint in a region that is lost or isolated fails, its metrics cannot be read, and data points put before grow old. A link
 * that is cut between two regions changes nothing. DNS is a global service that outlives any region: each region has a DNS server of its
 * own, which gives no answer while the region is lost or isolated. Reading the configuration passes no gateway: Route 53 goes on with it
 * while its control plane is away, and no call of it is counted.
 *
 * What differs from AWS: resolvers keep nothing for the time to live. Changes of records take effect at the next look, within a second. The
 * health checkers are all in one place. A TCP check of a function URL gets to the gateway and always passes. Weighted, multivalue and
 * IP-based records and wildcards are not known. With a shorter minute, the periods of metrics and the intervals of requests shrink, not the
 * time-outs of requests.
 */
import { setMaxListeners } from "node:events";
import type { HealthCheck } from "@aws-sdk/client-route-53";
import { functionUrlRegion, INTERNET } from "../gateway-call";
import { Account } from "./account";
import { AlarmCopies } from "./alarm-copies";
import { DnsServer } from "./dns-server";
import { answerQuestion, type DnsAnswer, type Resource, type World, type Zone } from "./engine/answer";
import type { Check, ProbeOrder, ProbeReply } from "./engine/check";
import { type Health, type HealthStatus, NO_HISTORY, stepHealth } from "./engine/checks";
import type { Place } from "./engine/routing";
import { probe } from "./probe";
import { REGION_LOCATIONS } from "./regions";
import { answerPacket, failurePacket, strings } from "./wire";

export interface Route53Options {
  /** Account of the zones, the checks and their alarms, 12 digits. */
  readonly account: string;
  /** How long a minute is, in seconds: metric periods and request intervals shrink with it. @default that of the emulator */
  readonly minuteSeconds?: number;
  /** Health checkers that watch each endpoint. @default 15 */
  readonly checkers?: number;
  /** Decides when they send their requests. @default "" */
  readonly seed?: string;
  /** Milliseconds from a region, or `internet`, to regions. @default 1 to itself, 100 to others */
  readonly latencies?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Where regions and `internet` are. @default where AWS has them; `internet` is nowhere */
  readonly locations?: Readonly<Record<string, Place>>;
  /** Ports on 127.0.0.1 of endpoints by host name or address; function URLs are found without. @default {} */
  readonly hosts?: Readonly<Record<string, number>>;
  /** What aliases to AWS resources answer, by DNS name and type: `alb.example.net. A`. @default {} */
  readonly resources?: Readonly<Record<string, Resource>>;
  /** State of routing controls by ARN; `setRoutingControl` changes it. @default {} */
  readonly routingControls?: Readonly<Record<string, boolean>>;
  /** Told of what cannot be read or answered. @default that of the emulator */
  readonly log?: (line: string) => void;
}

/** What the stand-in needs of the emulator. */
export interface EmulatorAccess {
  readonly regions: readonly string[];
  /** Of the emulator itself. */
  readonly endpoint: string;
  /** Of the gateway for callers on the internet. */
  readonly internetEndpoint: (secure: boolean) => string;
  readonly areLinked: (one: string, other: string) => boolean;
  readonly minuteSeconds: number;
  readonly log: (line: string) => void;
}

/** A health check that has another status than before. */
export interface StatusChange {
  readonly checkId: string;
  readonly status: HealthStatus;
  /** `undefined` when there was none. */
  readonly before: HealthStatus | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface Question {
  /** Region that asks, or `internet`. @default "internet" */
  readonly from?: string;
  /** @default "TXT" */
  readonly type?: string;
}

interface Configuration {
  readonly zones: readonly Zone[];
  readonly checks: readonly Check[];
}

const TICK_MS = 50;
const REFRESH_MS = 1_000;
const OWN_LATENCY_MS = 1;
const OTHER_LATENCY_MS = 100;

/** Health checkers and DNS servers of Route 53, for the zones and checks of one account. */
export class Route53StandIn {
  private readonly account: Account;
  private readonly alarms: AlarmCopies;
  private readonly servers = new Map<string, DnsServer>();
  private readonly listeners = new Set<(change: StatusChange) => void>();
  private readonly stopped = new AbortController();
  private readonly routingControls: Record<string, boolean>;
  private configuration: Configuration = { zones: [], checks: [] };
  private health: Health = { state: NO_HISTORY, statuses: {}, problems: {}, due: [] };
  private probes: ProbeReply[] = [];
  /** Another one after each restart: what was sent before is forgotten. */
  private history = {};
  private refreshing: Promise<void> | undefined;
  private ticker: NodeJS.Timeout | undefined;
  private refresher: NodeJS.Timeout | undefined;
  private lastLine: string | undefined;

  private constructor(private readonly options: Route53Options & EmulatorAccess) {
    // Every request under way listens.
    setMaxListeners(Number.POSITIVE_INFINITY, this.stopped.signal);
    this.account = new Account(options);
    this.alarms = new AlarmCopies(this.account, (region) => options.areLinked(INTERNET, region));
    this.routingControls = { ...options.routingControls };
  }

  /** @throws Error when the account cannot be read */
  static async start(options: Route53Options & EmulatorAccess): Promise<Route53StandIn> {
    const standIn = new Route53StandIn(options);
    try {
      for (const source of [...options.regions, INTERNET]) {
        const server = await DnsServer.start((query) => standIn.respond(source, query));
        standIn.servers.set(source, server);
      }
      await standIn.refresh();
    } catch (error) {
      await standIn.stop();
      throw error;
    }
    standIn.ticker = setInterval(() => standIn.step(), TICK_MS);
    standIn.refresher = setInterval(() => void standIn.refreshQuietly(), REFRESH_MS);
    return standIn;
  }

  /** DNS server for those in a region, or on the `internet`, as `address:port`. @throws Error for another region */
  dnsServer(from: string): string {
    const server = this.servers.get(from);
    if (server !== undefined) return server.address;
    throw new Error(
      `there is no DNS server for "${from}"; there are: ${[...this.servers.keys()].join(", ")}`,
    );
  }

  /** Status of a health check. @throws Error when there is no such check, or it has no status, with the reason */
  status(checkId: string): HealthStatus {
    const status = this.health.statuses[checkId];
    if (status !== undefined) return status;
    const problem = this.health.problems[checkId];
    throw new Error(problem ?? `there is no health check ${checkId}`);
  }

  /**
   * Answers a question as the DNS server of `from` does.
   *
   * @throws Error when `from` gets no answer because it is lost or isolated, or when there is none because of the records
   */
  answer(name: string, { from = INTERNET, type = "TXT" }: Question = {}): DnsAnswer {
    this.dnsServer(from);
    if (!this.hasDns(from)) throw new Error(`${from} is lost or isolated: no DNS server answers`);
    return answerQuestion(this.world(), name, type, {
      location: this.locations[from] ?? {},
      latencyMs: (region) =>
        this.options.latencies?.[from]?.[region] ?? (region === from ? OWN_LATENCY_MS : OTHER_LATENCY_MS),
    });
  }

  /** The first text that a name answers. @throws Error as `answer`, and when there is no text */
  text(name: string, question: Omit<Question, "type"> = {}): string {
    const { code, records } = this.answer(name, question);
    const [value] = records.flatMap(({ type, values }) => (type === "TXT" ? values : []));
    if (value === undefined) throw new Error(`${name} has no text: ${code}`);
    return strings(value).join("");
  }

  /** Has `listener` told of every change of a status from now on. @returns what ends that */
  onChange(listener: (change: StatusChange) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Switches a routing control of ARC, for checks of type RECOVERY_CONTROL. */
  setRoutingControl(arn: string, on: boolean): void {
    this.routingControls[arn] = on;
    this.step();
  }

  /** Reads zones, checks, alarms and metrics now, after what is being read already. */
  refresh(): Promise<void> {
    const refreshing = (this.refreshing ?? Promise.resolve())
      .catch(() => {})
      .then(() => this.readAll())
      .finally(() => {
        if (this.refreshing === refreshing) this.refreshing = undefined;
      });
    this.refreshing = refreshing;
    return refreshing;
  }

  /** Begins anew: what checks were, and what was seen of endpoints and metrics, is forgotten. Zones, checks and their alarms stay. */
  restart(): void {
    this.history = {};
    this.probes = [];
    this.alarms.forget();
    this.health = { ...this.health, state: NO_HISTORY };
    this.step();
  }

  /** Ends everything. A second call does nothing. */
  async stop(): Promise<void> {
    clearInterval(this.ticker);
    clearInterval(this.refresher);
    this.stopped.abort();
    const servers = [...this.servers.values()];
    this.servers.clear();
    await Promise.all(servers.map((server) => server.close()));
    await this.refreshing?.catch(() => {});
    this.account.destroy();
  }

  private async refreshQuietly(): Promise<void> {
    if (this.refreshing !== undefined) return;
    try {
      await this.refresh();
    } catch (error) {
      this.say(`Route 53 could not be read: ${error instanceof Error ? error.message : error}`);
    }
  }

  private async readAll(): Promise<void> {
    if (this.stopped.signal.aborted) return;
    const [zones, checks] = await Promise.all([this.account.zones(), this.account.healthChecks()]);
    await this.alarms.copy(checks);
    await this.alarms.read(Date.now(), this.minuteMs);
    this.configuration = { zones, checks: checks.map(checkOf) };
    this.step();
  }

  private step(): void {
    if (this.stopped.signal.aborted) return;
    const now = Date.now();
    const observations = {
      probes: this.probes.splice(0),
      metrics: this.alarms.metrics,
      routingControls: this.routingControls,
    };
    const { statuses: before } = this.health;
    const { checkers, seed } = this.options;
    this.health = stepHealth(this.configuration.checks, this.health.state, observations, now, {
      minuteMs: this.minuteMs,
      ...(checkers === undefined ? {} : { checkers }),
      ...(seed === undefined ? {} : { seed }),
    });
    for (const order of this.health.due) void this.send(order);
    for (const [checkId, status] of Object.entries(this.health.statuses)) {
      if (status === before[checkId]) continue;
      for (const listener of this.listeners) listener({ checkId, status, before: before[checkId], at: now });
    }
  }

  private async send(order: ProbeOrder): Promise<void> {
    const { history } = this;
    const config = this.configuration.checks.find(({ id }) => id === order.checkId)?.config;
    if (config === undefined) return;
    const port = this.portOf(
      config.FullyQualifiedDomainName,
      config.IPAddress,
      config.Type?.startsWith("HTTPS") ?? false,
    );
    // A name that cannot be resolved fails the check.
    const reply = port === undefined ? {} : await probe(config, port, this.stopped.signal);
    if (history === this.history) this.probes.push({ ...order, at: Date.now(), reply });
  }

  private portOf(name: string | undefined, address: string | undefined, secure: boolean): number | undefined {
    const known = this.options.hosts?.[address ?? name ?? ""];
    if (known !== undefined || name === undefined || functionUrlRegion(name) === undefined) return known;
    return Number(new URL(this.options.internetEndpoint(secure)).port);
  }

  private respond(source: string, query: Parameters<typeof failurePacket>[0]) {
    if (!this.hasDns(source)) return undefined;
    const question = query.questions?.[0];
    if (question === undefined) return failurePacket(query);
    try {
      return answerPacket(query, this.answer(question.name, { from: source, type: question.type }));
    } catch (error) {
      this.say(`DNS: ${question.name}: ${error instanceof Error ? error.message : error}`);
      return failurePacket(query);
    }
  }

  private hasDns(from: string): boolean {
    return this.options.areLinked(INTERNET, from);
  }

  private world(): World {
    return {
      zones: this.configuration.zones,
      isHealthy: (checkId) => this.status(checkId) === "healthy",
      resources: this.options.resources ?? {},
    };
  }

  private get locations(): Readonly<Record<string, Place>> {
    return { ...REGION_LOCATIONS, ...this.options.locations };
  }

  private get minuteMs(): number {
    return this.options.minuteSeconds * 1_000;
  }

  /** The same is not said twice in a row. */
  private say(line: string): void {
    if (line === this.lastLine || this.stopped.signal.aborted) return;
    this.lastLine = line;
    this.options.log(line);
  }
}

function checkOf({ Id = "", HealthCheckConfig: config }: HealthCheck): Check {
  if (config === undefined) throw new Error(`health check ${Id} has no configuration`);
  return { id: Id, config };
}
