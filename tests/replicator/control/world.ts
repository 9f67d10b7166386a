import type { GetMetricDataCommandInput, PutMetricDataCommandInput } from "@aws-sdk/client-cloudwatch";
import type { InvokeCommandInput } from "@aws-sdk/client-lambda";
import type {
  DeleteMessageBatchCommandInput,
  ReceiveMessageCommandInput,
  SendMessageBatchCommandInput,
} from "@aws-sdk/client-sqs";
import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import { SSM_PARAMETER_MAX_BYTES } from "../../../core/limits";
import { type Heartbeat, parseHeartbeat } from "../../../ownership/heartbeat";
import { parameterNames } from "../../../ownership/parameters";
import { RoleReader } from "../../../ownership/reader";
import type { Resolver } from "../../../ownership/records";
import { RecordUnknown } from "../../../ownership/resolver";
import {
  encodeRoles,
  initialRoles,
  mergeRoles,
  type Order,
  ordered,
  parseRoles,
  type Roles,
  roleOf,
} from "../../../ownership/roles";
import {
  encodeStates,
  type HomeState,
  initialStates,
  parseStates,
  type States,
  stateOf,
} from "../../../ownership/states";
import { fencedBy, gateIsOpen, type OwnershipView } from "../../../ownership/view";
import { Controller, type RunReport } from "../../../replicator/control/controller";
import type { Parts, Verdict } from "../../../replicator/control/parts";
import type { ControlledQueue } from "../../../replicator/control/settings";
import type { DrainTask } from "../../../replicator/drain/task";
import { METRICS, METRICS_NAMESPACE } from "../../../replicator/metrics";
import { RECORD, Route53, TTL_SECONDS } from "../../ownership/route53";
import { VirtualTime } from "../virtual-time";
import { clientOf, controlledQueue, controllerSettings, HOME, NOW, PEER, refusal } from "./group";
import { drainOnce, type Item, NOTHING_DONE, Pipeline, reclaimOnce } from "./pipeline";

export const NAMES = parameterNames("shop");
export const SECOND = 1_000;
export const MINUTE = 60_000;
/** A drainer stops so long before its task ends. */
const DRAINER_RESERVE_MS = 6 * SECOND;

export interface Options {
  readonly regions?: readonly string[];
  /** @default by ledger */
  readonly queue?: Partial<ControlledQueue>;
  /** Until what one region writes into the ledger is visible in the others. @default 1 */
  readonly ledgerLagSeconds?: number;
  /** Messages per second that the home takes in. @default 1 */
  readonly traffic?: number;
  /** Messages that a consumer processes per second. @default 50 */
  readonly speed?: number;
  /** Every run of a controller has a new worker. @default as long as it is free, the last one goes on */
  readonly coldStarts?: boolean;
  /** There are records, and who takes homes over. @default none, ownership moves by order only */
  readonly records?: "manual" | "automatic";
  /** What the health endpoint of a region would say of its home. @default fit */
  readonly verdict?: Verdict;
  /** Controllers that each minute begins at once. @default 1; 0: a test runs them */
  readonly workers?: number;
}

export type Service = "ssm" | "sqs" | "lambda" | "cloudWatch" | "ledger" | "dns";

/** A call of a controller or of a reader of roles. */
export interface Call {
  readonly caller: string;
  readonly region: string;
  readonly service: Service;
  /** Such as `PutParameterCommand`. */
  readonly name: string;
}

/** How long a call takes that is never answered: time-outs and attempts of the clients. */
const PATIENCE_MS = (call: Call): number =>
  ({
    ssm: call.caller === call.region ? 9_000 : 1_000,
    sqs: 6_000,
    lambda: 6_000,
    cloudWatch: 10_000,
    dns: 2_000,
    ledger: 6_000,
  })[call.service];

interface Beat {
  readonly id: string;
  readonly visibleAt: number;
  readonly body: string;
}

export interface Run {
  readonly region: string;
  readonly ms: number;
  readonly report: RunReport | undefined;
  readonly failures: readonly string[];
}

export interface Invocation {
  readonly region: string;
  readonly at: number;
  readonly task: DrainTask;
  readonly isAwaited: boolean;
}

/** One region: what its stacks hold, and what runs there. */
export class Site {
  readonly parameters = new Map<string, string>();
  /** Heartbeats on the canary's work and standby queues, by home. */
  readonly canary: Record<string, Beat[]> = {};
  readonly pipeline: Pipeline;
  /** By name of the metric's queue: by minute, in seconds. */
  readonly ages: Record<string, Map<number, number>> = {};
  isAlive = true;
  /** Mappings and canary; controller and SQS go on without. */
  hasPollers = true;
  view: OwnershipView | undefined;
  idle: Controller[] = [];
  /** The watermark items of the ledger. */
  readonly marks: { readonly at: number; readonly writtenAt: number }[] = [];
  reader: RoleReader | undefined;

  constructor(
    readonly name: string,
    peers: readonly string[],
  ) {
    this.pipeline = new Pipeline(name, peers);
  }

  get roles(): Roles {
    return parseRoles(this.parameters.get(NAMES.roles)!);
  }

  get states(): States {
    return parseStates(this.parameters.get(NAMES.states)!);
  }

  state(home: string = HOME): HomeState {
    return stateOf(this.states, home);
  }
}

/**
 * The regions of a failover group with everything that a controller calls and causes: parameters, canary, metrics, ledger, and one
 * logical queue with its producers, replicators, forwarders, drainers and consumers. Only the controllers and the readers of roles are
 * the project's own. Time is virtual: a call takes some of it, and every second queues move on.
 */
export class World {
  readonly time = new VirtualTime(NOW);
  readonly regions: readonly string[];
  readonly invocations: Invocation[] = [];
  readonly runs: Run[] = [];
  /** Heartbeats that were sent. */
  readonly beats: Heartbeat[] = [];
  /** By message: where it was processed, and when. */
  readonly processed = new Map<number, { readonly region: string; readonly at: number }[]>();
  readonly items: Item[] = [];
  /** What must not happen, and did. */
  readonly violations: string[] = [];
  /** Region that producers send to, if any. */
  producesIn: string | undefined = HOME;
  /** Whether a call is refused or never answered. */
  fault: (call: Call) => "refused" | "hangs" | undefined = () => undefined;
  private readonly sites: ReadonlyMap<string, Site>;
  private readonly cuts = new Set<string>();
  /** Links over which copies do not get, while calls do. */
  readonly heldBack = new Set<string>();
  readonly route53: Route53;
  /** What CloudWatch has taken, by region: metrics with their dimensions. */
  readonly published: {
    readonly region: string;
    readonly at: number;
    readonly name: string;
    readonly value: number;
    readonly home?: string;
  }[] = [];
  private ids = 0;

  constructor(readonly options: Options = {}) {
    this.regions = options.regions ?? [HOME, PEER];
    this.route53 = new Route53({ regions: this.regions });
    this.sites = new Map(
      this.regions.map((name) => [
        name,
        new Site(
          name,
          this.regions.filter((one) => one !== name),
        ),
      ]),
    );
    for (const { name, parameters } of this.sites.values()) {
      const homes = this.regions.filter((one) => one !== name);
      parameters.set(NAMES.roles, encodeRoles(initialRoles(this.regions)));
      parameters.set(NAMES.states, encodeStates(initialStates(name, this.regions)));
      parameters.set(`${NAMES.queues}/orders`, JSON.stringify(controlledQueue(options.queue, ...homes)));
    }
  }

  get now(): number {
    return this.time.now();
  }

  site(name: string): Site {
    return this.sites.get(name)!;
  }

  get home(): Site {
    return this.site(HOME);
  }

  get peer(): Site {
    return this.site(PEER);
  }

  /** Lets everything run while the story is told. */
  play(story: () => Promise<void>): Promise<void> {
    for (const site of this.sites.values()) {
      void this.readRoles(site);
      void this.schedule(site);
    }
    void this.tick();
    return this.time.run(story());
  }

  pass(seconds: number): Promise<void> {
    return this.time.sleep(seconds * SECOND);
  }

  async until(condition: () => boolean, seconds = 1_800): Promise<void> {
    const end = this.now + seconds * SECOND;
    while (!condition()) {
      if (this.now >= end) throw new Error(`not after ${seconds} s: ${condition}\n${this.describe()}`);
      await this.pass(1);
    }
  }

  /** Until a region is in a phase about the home. */
  phase(region: string, phase: HomeState["phase"], home: string = HOME): Promise<void> {
    const isSo = () => {
      const site = this.site(region);
      const state = site.state(home);
      return state.phase === phase && state.epoch === roleOf(site.roles, home).epoch;
    };
    return this.until(isSo);
  }

  /** Gives an order as the command does. */
  async order(order: Omit<Order, "at">): Promise<void> {
    const reached = [...this.sites.values()].filter(({ isAlive }) => isAlive);
    const [first, ...others] = reached.map(({ roles }) => roles);
    const roles = ordered(mergeRoles(first!, ...others), { ...order, at: this.now });
    for (const { parameters, name } of reached) {
      parameters.set(NAMES.roles, encodeRoles(roles));
      void this.run(name);
    }
  }

  /** A producer puts a message into a region's ingress queue. */
  put(home: string): Item {
    const item = { id: ++this.ids, home, sent: this.now, put: this.now };
    this.items.push(item);
    this.site(home).pipeline.ingress.push(item);
    return item;
  }

  cut(one: string, other: string): void {
    this.cuts.add([one, other].sort().join());
  }

  heal(): void {
    this.cuts.clear();
  }

  lose(name: string): void {
    const site = this.site(name);
    Object.assign(site, { isAlive: false, idle: [], view: undefined, reader: undefined });
  }

  restore(name: string): void {
    this.site(name).isAlive = true;
  }

  /** Messages that nobody has processed, and those that were processed more than once. */
  get outcome(): { readonly lost: readonly Item[]; readonly twice: readonly Item[] } {
    return {
      lost: this.items.filter(({ id }) => !this.processed.has(id)),
      twice: this.items.filter(({ id }) => (this.processed.get(id)?.length ?? 0) > 1),
    };
  }

  tasks(region: string, action: DrainTask["action"]): readonly DrainTask[] {
    return this.invocations.flatMap((one) =>
      one.region === region && one.task.action === action ? [one.task] : [],
    );
  }

  /** Runs a region's controller now, as Lambda does: a worker that is busy is not disturbed. */
  async run(region: string): Promise<Run> {
    const site = this.site(region);
    const failures: string[] = [];
    const worker =
      (this.options.coldStarts ? undefined : site.idle.pop()) ??
      new Controller(this.partsOf(site, (part, code) => this.failuresOf(worker).push(`${part}: ${code}`)));
    this.current.set(worker, failures);
    const began = this.now;
    const report = await worker.run().catch(() => undefined);
    const run = { region, ms: this.now - began, report, failures };
    this.runs.push(run);
    if (site.isAlive) site.idle.push(worker);
    return run;
  }

  describe(): string {
    return [...this.sites.values()]
      .map(({ name, states, pipeline }) => {
        const { ingress, work, standbys, outboxes } = pipeline;
        const counts = { ingress, work, ...standbys, ...outboxes };
        return `${name}: ${JSON.stringify(states)} ${JSON.stringify(Object.values(counts).map((queue) => queue.length))}`;
      })
      .join("\n");
  }

  private readonly current = new Map<Controller, string[]>();

  private failuresOf(worker: Controller): string[] {
    return this.current.get(worker) ?? [];
  }

  private connected(one: string, other: string): boolean {
    const areAlive = this.site(one).isAlive && this.site(other).isAlive;
    return areAlive && (one === other || !this.cuts.has([one, other].sort().join()));
  }

  private async schedule(site: Site): Promise<void> {
    await this.time.sleep((5 + 17 * this.regions.indexOf(site.name)) * SECOND);
    for (;;) {
      if (site.isAlive) {
        for (let worker = 0; worker < (this.options.workers ?? 1); worker += 1) void this.run(site.name);
      }
      await this.time.sleep(MINUTE);
    }
  }

  /** Replicator and gate ask every second, and mostly get what is in the cache. */
  private async readRoles(site: Site): Promise<void> {
    for (;;) {
      await this.time.sleep(SECOND);
      if (!site.isAlive) continue;
      site.reader ??= new RoleReader({
        region: site.name,
        peers: this.regions.filter((one) => one !== site.name),
        names: NAMES,
        client: (region) => this.ssm(site.name, region),
        now: this.time.now,
        ...(this.options.records && {
          records: { record: RECORD, ttlSeconds: TTL_SECONDS, resolver: this.resolver(site) },
        }),
      });
      const { reader } = site;
      const view = await reader.read().catch(() => undefined);
      if (reader === site.reader) site.view = view ?? site.view;
    }
  }

  private async tick(): Promise<void> {
    for (;;) {
      await this.time.sleep(SECOND);
      this.route53.tick(this.now, (name) => this.site(name).isAlive && this.site(name).hasPollers);
      if (this.producesIn !== undefined && this.site(this.producesIn).isAlive) this.produce(this.producesIn);
      for (const site of this.sites.values()) {
        this.sample(site);
        if (!site.isAlive) continue;
        const { pipeline, view, hasPollers } = site;
        if (view !== undefined && hasPollers) pipeline.replicate(fencedBy(view, site.name), this.now);
        if (hasPollers) this.forward(site);
        if (view !== undefined && gateIsOpen(view, site.name)) this.consume(site);
      }
    }
  }

  private produce(home: string): void {
    for (let count = 0; count < (this.options.traffic ?? 1); count += 1) this.put(home);
  }

  private forward({ name, pipeline }: Site): void {
    for (const [peer, outbox] of Object.entries(pipeline.outboxes)) {
      if (!this.connected(name, peer) || this.heldBack.has(`${name}>${peer}`)) continue;
      const standby = this.site(peer).pipeline.standbys[name]!;
      standby.push(...outbox.splice(0).map((item) => ({ ...item, put: this.now })));
    }
  }

  private consume({ name, pipeline }: Site): void {
    for (const item of pipeline.work.splice(0, this.options.speed ?? 50)) {
      if (this.hasLedger && this.isSeenProcessed(item, name)) continue;
      const done = this.processed.get(item.id) ?? [];
      this.processed.set(item.id, [...done, { region: name, at: this.now }]);
    }
  }

  private get hasLedger(): boolean {
    return (this.options.queue?.rescue ?? "ledger") === "ledger";
  }

  private get ledgerLagMs(): number {
    return (this.options.ledgerLagSeconds ?? 1) * SECOND;
  }

  private isSeenProcessed({ id }: Item, region: string): boolean {
    const done = this.processed.get(id) ?? [];
    return done.some((one) => one.region === region || one.at + this.ledgerLagMs <= this.now);
  }

  /** Once a minute, ingress and work queue at different seconds of it. */
  private sample({ pipeline, ages }: Site): void {
    const minute = Math.floor(this.now / MINUTE) * MINUTE;
    for (const [queue, name, second] of [
      ["ingress", "orders-ingress", 41],
      ["work", "orders", 8],
    ] as const) {
      if (Math.floor((this.now - minute) / SECOND) !== second) continue;
      ages[name] ??= new Map();
      ages[name].set(minute, pipeline.ageSeconds(queue, this.now));
    }
  }

  /** What a controller of a region works with. */
  partsOf(site: Site, onFailure: Parts["onFailure"]): Parts {
    const { name } = site;
    const { records, verdict } = this.options;
    const lambda = this.client(name, name, "lambda", (input: InvokeCommandInput) =>
      this.invoke(site, input),
    ) as Parts["lambda"]["start"];
    return {
      settings: {
        ...controllerSettings(name, this.regions),
        ...(this.hasLedger ? { ledgerTable: "shop-ledger" } : {}),
        ...(records && {
          records: { record: RECORD, ttlSeconds: TTL_SECONDS },
          takeover: records,
          onIsolation: "fence",
        }),
      },
      ...(records && { resolver: this.resolver(site) }),
      ...(verdict && { verdict }),
      ssm: (region) => this.ssm(name, region),
      sqs: this.client(name, name, "sqs", (input: never, command) => this.sqs(site, command, input)),
      lambda: { start: lambda, wait: lambda },
      cloudWatch: this.client(name, name, "cloudWatch", (input: never, command) =>
        command === "PutMetricDataCommand" ? this.take(site, input) : this.metrics(site, input),
      ),
      ...(this.hasLedger ? { ledger: this.ledgerOf(site) } : {}),
      now: this.time.now,
      sleep: (milliseconds) => this.time.sleep(milliseconds),
      onFailure,
    };
  }

  private client<Client, Input>(
    caller: string,
    region: string,
    service: Service,
    answer: (input: Input, command: string) => unknown,
  ): Client {
    return clientOf(async (command) => {
      const { name } = command.constructor;
      await this.travel({ caller, region, service, name });
      return answer(command.input, name);
    });
  }

  /** A call takes time, and may fail. */
  private async travel(call: Call): Promise<void> {
    const fault = this.connected(call.caller, call.region) ? this.fault(call) : "hangs";
    if (fault === "hangs") await this.time.sleep(PATIENCE_MS(call));
    else await this.time.sleep(call.caller === call.region ? 10 : 70);
    if (fault !== undefined) throw refusal(fault === "hangs" ? "TimeoutError" : "AccessDeniedException");
    if (!this.connected(call.caller, call.region)) throw refusal("TimeoutError");
  }

  private ssm(caller: string, region: string): ReturnType<Parts["ssm"]> {
    const { parameters } = this.site(region);
    return this.client(caller, region, "ssm", (input: never, command) => {
      const {
        Names = [],
        Path,
        Name,
        Value,
      } = input as Record<string, never> & { readonly Names?: string[] };
      const found = [...parameters].filter(([name]) =>
        command === "GetParametersCommand" ? Names.includes(name) : name.startsWith(`${Path}/`),
      );
      if (command !== "PutParameterCommand") {
        return { Parameters: found.map(([name, value]) => ({ Name: name, Value: value })) };
      }
      const put = { Name, Value } as PutParameterCommandInput;
      if (put.Value!.length > SSM_PARAMETER_MAX_BYTES) throw refusal("ValidationException");
      if (caller !== region) this.violations.push(`${caller} writes in ${region}`);
      parameters.set(put.Name!, put.Value!);
      return {};
    });
  }

  /** The canary: what is sent arrives on the own work queue and, where there is a way, on the peers' standby queues. */
  private sqs(site: Site, command: string, input: never): unknown {
    if (command === "SendMessageBatchCommand") {
      for (const { MessageBody, DelaySeconds = 0 } of (input as SendMessageBatchCommandInput).Entries ?? []) {
        this.beats.push(parseHeartbeat(MessageBody!, this.now));
        void this.deliver(site, MessageBody!, DelaySeconds);
      }
      return { Failed: [] };
    }
    const { QueueUrl = "" } = input as ReceiveMessageCommandInput;
    const [, from = site.name] = /standby-(.*)$/.exec(QueueUrl) ?? [];
    site.canary[from] ??= [];
    const beats = site.canary[from];
    if (command === "ReceiveMessageCommand") {
      const due = beats.filter(({ visibleAt }) => visibleAt <= this.now).slice(0, 10);
      // Out of sight for the visibility timeout, should they not be deleted.
      for (const beat of due) Object.assign(beat, { visibleAt: this.now + 30 * SECOND });
      return { Messages: due.map(({ id, body }) => ({ ReceiptHandle: id, Body: body })) };
    }
    const { Entries = [] } = input as DeleteMessageBatchCommandInput;
    const gone = new Set(Entries.map(({ ReceiptHandle }) => ReceiptHandle));
    site.canary[from] = beats.filter(({ id }) => !gone.has(id));
    return { Failed: [] };
  }

  private async deliver(site: Site, body: string, delaySeconds: number): Promise<void> {
    await this.pass(delaySeconds + 1);
    while (!site.isAlive || !site.hasPollers) await this.pass(1);
    await Promise.all(
      this.regions.map(async (region) => {
        while (!this.connected(site.name, region)) await this.pass(1);
        const beat = { id: `beat ${++this.ids}`, visibleAt: this.now, body };
        const { canary } = this.site(region);
        canary[site.name] = [...(canary[site.name] ?? []), beat];
      }),
    );
  }

  private resolver({ name: region }: Site): Resolver {
    return {
      text: async (record) => {
        try {
          await this.travel({ caller: region, region, service: "dns", name: record });
          return this.route53.text(region, record, this.now);
        } catch (error) {
          throw new RecordUnknown(record, (error as { readonly code?: string }).code ?? "ETIMEOUT");
        }
      },
    };
  }

  /** Metrics of a region. */
  private take({ name: region }: Site, { Namespace, MetricData = [] }: PutMetricDataCommandInput): unknown {
    if (Namespace !== METRICS_NAMESPACE) this.violations.push(`metrics in ${Namespace}`);
    const taken = MetricData.map(({ MetricName = "", Value = 0, Dimensions = [] }) => {
      const home = Dimensions.find(({ Name }) => Name === "HomeRegion")?.Value;
      return { region, at: this.now, name: MetricName, value: Value, ...(home !== undefined && { home }) };
    });
    const owned = taken.flatMap(({ name, home, value }) =>
      name === METRICS.owned && home !== undefined ? [[home, value === 1] as const] : [],
    );
    const isClaimed = taken.some(({ name, value }) => name === METRICS.claim && value === 1);
    this.route53.put(region, Object.fromEntries(owned), isClaimed, this.now);
    this.published.push(...taken);
    return {};
  }

  /** Metrics of a minute come when it has been over for a while. */
  private metrics({ ages }: Site, { MetricDataQueries = [], StartTime }: GetMetricDataCommandInput): unknown {
    return {
      MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
        const { MetricName, Dimensions } = MetricStat!.Metric!;
        const series = MetricName === "ApproximateAgeOfOldestMessage" ? ages[Dimensions![0]!.Value!] : [];
        const points = [...(series ?? [])].filter(
          ([at]) => at >= StartTime!.getTime() && at + 70 * SECOND <= this.now,
        );
        return {
          Id,
          Timestamps: points.map(([at]) => new Date(at)),
          Values: points.map(([, seconds]) => seconds),
        };
      }),
    };
  }

  private ledgerOf(site: Site): NonNullable<Parts["ledger"]> {
    const call = (name: string) =>
      this.travel({ caller: site.name, region: site.name, service: "ledger", name });
    return {
      probe: () => call("probe"),
      putWatermarks: async (_, at) => {
        await call("putWatermarks");
        site.marks.push({ at, writtenAt: this.now });
      },
      watermarks: async (regions) => {
        await call("watermarks");
        return Object.fromEntries(
          [...regions].flatMap((region) => {
            const seen = this.site(region).marks.filter(
              ({ writtenAt }) => writtenAt + this.ledgerLagMs <= this.now,
            );
            return seen.length === 0 ? [] : [[region, Math.max(...seen.map(({ at }) => at))]];
          }),
        );
      },
    };
  }

  private async invoke(site: Site, { Payload, InvocationType }: InvokeCommandInput): Promise<unknown> {
    const task = JSON.parse(Buffer.from(Payload as Uint8Array).toString()) as DrainTask;
    const isAwaited = InvocationType === "RequestResponse";
    this.invocations.push({ region: site.name, at: this.now, task, isAwaited });
    if (task.action === "reclaim") {
      return { Payload: Buffer.from(JSON.stringify(await this.reclaim(site, task))) };
    }
    void this.drain(site, task);
    return { StatusCode: 202 };
  }

  private async drain(site: Site, task: DrainTask): Promise<void> {
    while (site.isAlive && this.now < task.until - DRAINER_RESERVE_MS) {
      const { pruned, moved } = drainOnce(task, {
        region: site.name,
        own: site.pipeline,
        home: this.connected(site.name, task.home) ? this.site(task.home).pipeline : undefined,
        isProcessed: this.hasLedger ? (item) => this.isSeenProcessed(item, site.name) : undefined,
        now: this.now,
      });
      if (!task.stay && pruned + moved === 0) return;
      await this.time.sleep(SECOND);
    }
  }

  /** Sees the end of the work queue only when nothing comes to it. */
  private async reclaim(site: Site, task: DrainTask): Promise<unknown> {
    let reclaimed = 0;
    while (site.isAlive && this.now < task.until - DRAINER_RESERVE_MS) {
      reclaimed += reclaimOnce(task, site.pipeline);
      await this.time.sleep(SECOND);
      if (!site.pipeline.work.some(({ put }) => put > this.now - 2 * SECOND)) {
        return { ...NOTHING_DONE, reclaimed, drained: true };
      }
    }
    return { ...NOTHING_DONE, reclaimed };
  }
}
