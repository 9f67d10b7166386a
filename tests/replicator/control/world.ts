import type { GetMetricDataCommandInput, PutMetricDataCommandInput } from "@aws-sdk/client-cloudwatch";
import type { InvokeCommandInput } from "@aws-sdk/client-lambda";
import type {
  DeleteMessageBatchCommandInput,
  GetQueueAttributesCommandInput,
  ReceiveMessageCommandInput,
  SendMessageCommandInput,
} from "@aws-sdk/client-sqs";
import { own } from "../../../core/own";
import { Seeded } from "../../../emulator/seeded";
import { type Heartbeat, parseHeartbeat } from "../../../ownership/heartbeat";
import type { Order } from "../../../ownership/lease/items";
import { type PassReading, passVerdict } from "../../../ownership/lease/pass";
import { parameterNames } from "../../../ownership/parameters";
import { Controller } from "../../../replicator/control/controller";
import type { Dependencies } from "../../../replicator/control/dependencies";
import { holdLeases } from "../../../replicator/control/leases";
import type { HomeNotes, Notes } from "../../../replicator/control/notes";
import { notesIn } from "../../../replicator/control/notes-item";
import { notesStore } from "../../../replicator/control/notes-store";
import { ControlledQueues } from "../../../replicator/control/queues";
import type { ControlledQueue, ControllerSettings } from "../../../replicator/control/settings";
import type { DrainTask } from "../../../replicator/drain/task";
import { VirtualTime } from "../virtual-time";
import { clientOf, controlledQueue, controllerSettings, HOME, NOW, PEER, refusal, WITNESS } from "./group";
import { drainOnce, effectiveHome, type Item, NOTHING_DONE, Pipeline, reclaimOnce } from "./pipeline";
import { OwnershipTable, reachedTables, storeOf, type Way } from "./tables";

export const QUEUES_PATH = parameterNames("shop").queues;
export const SECOND = 1_000;
export const MINUTE = 60_000;
/** A drainer stops so long before its task ends. */
const DRAINER_RESERVE_MS = 6 * SECOND;
/** As long as Lambda lets a run go on. */
const RUN_MS = 15 * MINUTE;

export interface Options {
  readonly regions?: readonly string[];
  /** @default by ledger */
  readonly queue?: Partial<ControlledQueue>;
  readonly settings?: Partial<ControllerSettings>;
  /** Until what one region writes into the ledger is visible in the others. @default 1 */
  readonly ledgerLagSeconds?: number;
  /** Messages per second that the home takes in; of less than one, the inverse is the seconds from one to the next. @default 1 */
  readonly traffic?: number;
  /** Messages that a consumer processes per second. @default 50 */
  readonly speed?: number;
  /** How old counts of queues are, as they may be on AWS. @default they are of this moment */
  readonly countsLateSeconds?: number;
  /** An empty queue has no age, as on AWS. @default its age is 0 */
  readonly emptyHasNoAge?: boolean;
  /** By region, by how many seconds the wall clocks of its functions are ahead. @default none is */
  readonly aheadSeconds?: Readonly<Record<string, number>>;
  readonly seed?: number;
  /** Two triggers begin a run every minute, up to a minute late. @default a test begins runs */
  readonly isScheduled?: boolean;
}

export type Service = "ssm" | "sqs" | "lambda" | "cloudWatch" | "ledger" | "tables";

/** A call of a controller. */
export interface Call {
  readonly caller: string;
  readonly region: string;
  readonly service: Service;
  /** Such as `InvokeCommand`; of tables `read` or `write`. */
  readonly name: string;
}

/** How long a call takes that is never answered: time-outs and attempts of the clients. */
const PATIENCE_MS: Readonly<Record<Service, number>> = {
  ssm: 6_000,
  sqs: 6_000,
  lambda: 6_000,
  cloudWatch: 10_000,
  ledger: 6_000,
  tables: 2_000,
};

interface Beat {
  readonly id: string;
  readonly visibleAt: number;
  readonly body: string;
}

export interface Invocation {
  readonly region: string;
  readonly at: number;
  readonly task: DrainTask;
  readonly isAwaited: boolean;
}

/** One run of a controller. */
export interface Run {
  readonly region: string;
  readonly controller: Controller;
  /** Names of what failed in it. */
  readonly failures: string[];
  isAlive: boolean;
}

/** One region: what its stacks hold, and what runs there. */
class Site {
  readonly parameters = new Map<string, string>();
  readonly table: OwnershipTable;
  /** Heartbeats on the canary's work and standby queues, by home. */
  readonly canary: Record<string, Beat[]> = {};
  readonly pipeline: Pipeline;
  /** By name of the metric's queue: by minute, in seconds. */
  readonly ages: Record<string, Map<number, number>> = Object.create(null);
  /** By second, how many messages were on each queue. */
  readonly counts: Readonly<Record<string, number>>[] = [];
  isAlive = true;
  /** Functions that queues trigger; controller and SQS go on without. */
  hasPollers = true;
  /** DynamoDB of the region answers: ledger and table of ownership. */
  hasDatabase = true;
  /** The watermark items of the ledger. */
  readonly marks: { readonly at: number; readonly writtenAt: number }[] = [];
  reading: PassReading | undefined;
  runs: Run[] = [];

  constructor(
    readonly name: string,
    peers: readonly string[],
  ) {
    this.table = new OwnershipTable(name);
    this.pipeline = new Pipeline(name, peers);
  }
}

/**
 * The regions of a failover group with everything that a controller calls and causes: tables of ownership, canary, metrics, ledger, and one
 * logical queue with its producers, replicators, forwarders, drainers and consumers. The controllers are the project's own, with the
 * protocol by which they own homes and the rule by which passes are read. Time is virtual: a call takes some of it, and every second queues
 * move on.
 */
export class World {
  readonly time = new VirtualTime(NOW);
  readonly regions: readonly string[];
  readonly invocations: Invocation[] = [];
  /** Metrics that CloudWatch was given. */
  readonly published: { readonly region: string; readonly name: string; readonly value: number }[] = [];
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
  private readonly witness = new OwnershipTable(WITNESS);
  private readonly cuts = new Set<string>();
  /** Links over which copies do not get, while calls do. */
  readonly heldBack = new Set<string>();
  private readonly random: Seeded;
  private ids = 0;
  private orders = 0;

  constructor(readonly options: Options = {}) {
    this.regions = options.regions ?? [HOME, PEER];
    this.random = new Seeded(`control ${options.seed ?? 1}`);
    this.sites = new Map(
      this.regions.map((name) => {
        const peers = this.regions.filter((one) => one !== name);
        const site = new Site(name, peers);
        site.parameters.set(
          `${QUEUES_PATH}/${this.queueName}`,
          JSON.stringify(controlledQueue(options.queue, ...peers)),
        );
        return [name, site];
      }),
    );
  }

  private get queueName(): string {
    return this.options.queue?.queue ?? "orders";
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
    if (this.options.isScheduled ?? true)
      for (const site of this.sites.values()) for (const _ of ["schedule", "rule"]) void this.schedule(site);
    void this.tick();
    return this.time.run(story());
  }

  pass(seconds: number): Promise<void> {
    return this.time.sleep(seconds * SECOND);
  }

  /** Until every region processes its own home, and for some time more, so that everything is known of everyone. */
  async warmUp(seconds: number): Promise<void> {
    for (const region of this.regions) await this.opens(region, region);
    await this.pass(seconds);
  }

  /** Lets everything end that is under way. */
  async settle(): Promise<void> {
    this.producesIn = undefined;
    await this.pass(600);
  }

  /** @returns seconds that it took */
  async until(condition: () => boolean, seconds = 1_800): Promise<number> {
    const began = this.now;
    while (!condition()) {
      if (this.now >= began + seconds * SECOND)
        throw new Error(`not after ${seconds} s: ${condition}\n${this.describe()}`);
      await this.pass(1);
    }
    return (this.now - began) / SECOND;
  }

  /** Until a region processes a home's messages. @returns seconds that it took */
  opens(region: string, home: string = HOME, seconds?: number): Promise<number> {
    return this.until(() => this.isOpen(region, home), seconds);
  }

  /** Whether a gate in the region is open for a home: by the pass in the region's own table, as readers judge it. */
  isOpen(region: string, home: string = HOME): boolean {
    const site = this.site(region);
    if (!site.isAlive) return false;
    const clocks = { mono: Math.floor(this.now - NOW), wall: Math.floor(this.now) };
    const isOld = site.reading === undefined || clocks.mono - site.reading.sent.mono >= 5 * SECOND;
    if (isOld && site.hasDatabase) {
      const { leases, clock } = site.table;
      site.reading = {
        sent: clocks,
        dateMs: clock.dateAt(clocks.mono),
        homes: leases.items.passes[region]?.homes ?? {},
      };
    }
    return site.reading !== undefined && passVerdict(site.reading, home, clocks).open;
  }

  /** Regions whose gate is open for a home. */
  open(home: string = HOME): readonly string[] {
    return this.regions.filter((region) => this.isOpen(region, home));
  }

  /** Gives an order as the command does. */
  order(home: string, to: string, more: Partial<Pick<Order, "force" | "since">> = {}): void {
    const number = Math.floor(this.now / SECOND);
    const order: Order = { number, id: `order-${++this.orders}`, to, ...more };
    const reached = [...this.sites.values()].filter(({ isAlive, hasDatabase }) => isAlive && hasDatabase);
    for (const table of [this.witness, ...reached.map((site) => site.table)]) {
      table.leases.write({ kind: "order", table: table.region, home, order }, this.now - NOW);
    }
  }

  /** Notes of a region, as they stand in its table. */
  notes(region: string): Notes | undefined {
    const item = this.site(region).table.notes.get(region);
    return item && notesIn(item);
  }

  noted(region: string, home: string = HOME): HomeNotes | undefined {
    return this.notes(region)?.homes[home];
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

  /** Cuts a region off from all others, the witness among them. */
  isolate(region: string): void {
    for (const other of [...this.regions, WITNESS]) if (other !== region) this.cut(region, other);
  }

  heal(): void {
    this.cuts.clear();
  }

  lose(name: string): void {
    const site = this.site(name);
    for (const run of site.runs) run.isAlive = false;
    Object.assign(site, { isAlive: false, runs: [], reading: undefined });
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

  /** Tasks that move a home's messages in a region. */
  moving(region: string, home: string = HOME): readonly Invocation[] {
    return this.invocations.filter(
      ({ region: where, task }) => where === region && task.home === home && task.moves.includes(home),
    );
  }

  /** Begins a run of a region's controller, as Lambda does. */
  start(region: string): Run {
    const site = this.site(region);
    const failures: string[] = [];
    const onFailure = (part: string, code: string) => failures.push(`${part}: ${code}`);
    const life = { isAlive: true };
    const base = this.random.between(0, 1_000_000);
    const clock = () => this.now - NOW + base;
    const parts = this.partsOf(site, { onFailure, life, clock });
    const controller = new Controller(parts, new ControlledQueues(parts.ssm, QUEUES_PATH, onFailure));
    const run: Run = {
      region,
      controller,
      failures,
      get isAlive() {
        return life.isAlive;
      },
      set isAlive(is) {
        life.isAlive = is;
      },
    };
    site.runs.push(run);
    const ended = holdLeases(
      {
        settings: parts.settings,
        clock,
        hooks: controller.hooks,
        onFailure,
        store: storeOf(this.way(site, life, clock)),
        sleep: (milliseconds) => this.sleepOf(life)(milliseconds),
      },
      RUN_MS,
    );
    void Promise.all([ended, controller.run(ended)]).then(() => {
      life.isAlive = false;
      site.runs = site.runs.filter((one) => one !== run);
    });
    return run;
  }

  describe(): string {
    return [...this.sites.values()]
      .map(({ name, pipeline, table, runs }) => {
        const { ingress, work, standbys, outboxes } = pipeline;
        const counts = { ingress, work, ...standbys, ...outboxes };
        const claims = Object.entries(table.leases.items.claims).map(
          ([home, { epoch, state, next }]) =>
            `${home}: ${epoch.region} ${epoch.number} ${state} ${next ?? ""}`,
        );
        const { homes, fit, reasons } = runs.at(-1)?.controller.report() ?? {};
        const failures = [...new Set(runs.flatMap((run) => run.failures))];
        const lengths = Object.values(counts).map((queue) => queue.length);
        return `${name}: ${JSON.stringify({ claims, notes: this.notes(name)?.homes, homes, fit, reasons, failures, lengths })}`;
      })
      .join("\n");
  }

  private connected(one: string, other: string): boolean {
    const isUp = (name: string) => name === WITNESS || this.site(name).isAlive;
    return isUp(one) && isUp(other) && (one === other || !this.cuts.has([one, other].sort().join()));
  }

  private async schedule(site: Site): Promise<void> {
    await this.pass(this.random.between(0, 30));
    for (;;) {
      const late = this.random.between(0, 60);
      void this.pass(late).then(() => site.isAlive && this.start(site.name));
      await this.pass(60);
    }
  }

  private async tick(): Promise<void> {
    for (;;) {
      await this.pass(1);
      if (this.producesIn !== undefined && this.site(this.producesIn).isAlive) this.produce(this.producesIn);
      for (const home of this.regions) {
        const open = this.open(home);
        if (open.length > 1) this.violations.push(`${home} is open in ${open} at ${this.now - NOW}`);
      }
      for (const site of this.sites.values()) {
        this.sample(site);
        site.counts.push(site.pipeline.depths(this.queueName));
        if (!site.isAlive) continue;
        if (site.hasPollers) {
          site.pipeline.replicate(this.ownerOf(site), this.now);
          this.forward(site);
        }
        this.consume(site);
      }
    }
  }

  private produce(home: string): void {
    const { traffic = 1 } = this.options;
    if (traffic < 1 && Math.round(this.now / SECOND) % Math.round(1 / traffic) !== 0) return;
    for (let count = 0; count < traffic; count += 1) this.put(home);
  }

  /** What a replicator finds out about its home's owner. */
  private ownerOf({ name }: Site): string | undefined {
    if (this.isOpen(name, name)) return name;
    const peers = this.regions.filter((peer) => peer !== name);
    return peers.find((peer) => this.connected(name, peer) && this.isOpen(peer, name));
  }

  private forward({ name, pipeline }: Site): void {
    for (const [peer, outbox] of Object.entries(pipeline.outboxes)) {
      for (const item of outbox.splice(0)) {
        if (item.owner === peer && this.isOpen(name, peer)) pipeline.work.push({ ...item, put: this.now });
        else if (!this.connected(name, peer) || this.heldBack.has(`${name}>${peer}`)) outbox.push(item);
        else this.site(peer).pipeline.standbys[name]!.push({ ...item, put: this.now });
      }
    }
  }

  private consume({ name, pipeline }: Site): void {
    let left = this.options.speed ?? 50;
    for (const item of pipeline.work.splice(0)) {
      if (left === 0 || !this.isOpen(name, effectiveHome(item))) {
        pipeline.work.push(item);
        continue;
      }
      left -= 1;
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
      ["ingress", `${this.queueName}-ingress`, 41],
      ["work", this.queueName, 8],
    ] as const) {
      if (Math.floor((this.now - minute) / SECOND) !== second) continue;
      if (this.options.emptyHasNoAge && pipeline[queue].length === 0) continue;
      ages[name] ??= new Map();
      ages[name].set(minute, pipeline.ageSeconds(queue, this.now));
    }
  }

  /** What a run that is no more began ends nowhere. */
  private sleepOf(life: { readonly isAlive: boolean }): (milliseconds: number) => Promise<void> {
    return async (milliseconds) => {
      await this.time.sleep(milliseconds);
      if (!life.isAlive) await new Promise(() => {});
    };
  }

  private way(site: Site, life: { readonly isAlive: boolean }, clock: () => number): Way {
    const sleep = this.sleepOf(life);
    return {
      time: this.time,
      clock,
      table: (region) => (region === WITNESS ? this.witness : this.site(region).table),
      travel: async (region, does) => {
        await sleep(site.name === region ? 5 : 35);
        const call = { caller: site.name, region, service: "tables", name: does } as const;
        const hasDatabase = region === WITNESS || this.site(region).hasDatabase;
        return this.connected(site.name, region) && hasDatabase && this.fault(call) === undefined;
      },
    };
  }

  /** What a controller of a region works with. */
  partsOf(
    site: Site,
    run: {
      readonly onFailure: Dependencies["onFailure"];
      readonly life: { readonly isAlive: boolean };
      readonly clock: () => number;
    },
  ): Dependencies {
    const { name } = site;
    const { life, clock, onFailure } = run;
    const sleep = this.sleepOf(life);
    const travel = async (service: Service, command: string): Promise<void> => {
      const call = { caller: name, region: name, service, name: command };
      const fault = site.isAlive ? this.fault(call) : "hangs";
      await sleep(fault === "hangs" ? PATIENCE_MS[service] : 10);
      if (fault !== undefined) throw refusal(fault === "hangs" ? "TimeoutError" : "AccessDeniedException");
    };
    const client = <Client>(service: Service, answer: (input: never, command: string) => unknown): Client =>
      clientOf(async (command) => {
        await travel(service, command.constructor.name);
        return answer(command.input, command.constructor.name);
      });
    const lambda = client<Dependencies["lambda"]["start"]>("lambda", (input) => this.invoke(site, input));
    const now = () => Math.floor(this.now) + (this.options.aheadSeconds?.[name] ?? 0) * SECOND;
    return {
      settings: {
        ...controllerSettings(name, this.regions),
        ...(this.hasLedger ? { ledgerTable: "shop-ledger" } : {}),
        ...this.options.settings,
      },
      ssm: client("ssm", () => this.parameters(site)),
      sqs: client("sqs", (input, command) => this.sqs(site, command, input)),
      lambda: { start: lambda, wait: lambda },
      cloudWatch: client("cloudWatch", (input, command) =>
        command === "PutMetricDataCommand" ? this.take(site, input) : this.metrics(site, input),
      ),
      notes: notesStore(name, reachedTables(this.way(site, life, clock), this.regions), (table, code) =>
        onFailure(`notes in ${table}`, code),
      ),
      ...(this.hasLedger ? { ledger: this.ledgerOf(site, travel) } : {}),
      now,
      clock,
      sleep,
      onFailure,
    };
  }

  private parameters({ parameters }: Site): unknown {
    return { Parameters: [...parameters].map(([Name, Value]) => ({ Name, Value })) };
  }

  /** The canary: what is sent arrives on the own work queue and, where there is a way, on the peers' standby queues. */
  private sqs(site: Site, command: string, input: never): unknown {
    const { QueueUrl = "" } = input as ReceiveMessageCommandInput;
    const queue = QueueUrl.split("/").at(-1)!;
    if (command === "GetQueueAttributesCommand") {
      const { AttributeNames = [] } = input as GetQueueAttributesCommandInput;
      const { countsLateSeconds = 0 } = this.options;
      const waiting = own(site.counts.at(-1 - countsLateSeconds) ?? site.counts[0], queue) ?? 0;
      const counts = AttributeNames.map((name, index) => [name, String(index === 0 ? waiting : 0)]);
      return { Attributes: Object.fromEntries(counts) };
    }
    if (command === "SendMessageCommand") {
      const { MessageBody } = input as SendMessageCommandInput;
      this.beats.push(parseHeartbeat(MessageBody!, this.now));
      void this.deliver(site, MessageBody!);
      return {};
    }
    const [, from = site.name] = /standby-(.*)$/.exec(queue) ?? [];
    const beats = site.canary[from] ?? [];
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

  private async deliver(site: Site, body: string): Promise<void> {
    await this.pass(1);
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

  private take({ name: region }: Site, { MetricData = [] }: PutMetricDataCommandInput): unknown {
    for (const { MetricName = "", Value = 0 } of MetricData)
      this.published.push({ region, name: MetricName, value: Value });
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

  private ledgerOf(
    site: Site,
    travel: (service: Service, name: string) => Promise<void>,
  ): NonNullable<Dependencies["ledger"]> {
    const call = async (name: string) => {
      await travel("ledger", name);
      if (!site.hasDatabase) throw refusal("LedgerUnusable");
    };
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
        isOpen: (home) =>
          task.adopts?.includes(home)
            ? this.isOpen(site.name, site.name) && this.isOpen(task.home, home)
            : this.isOpen(site.name, home),
        onPruned: () => {},
        now: this.now,
      });
      if (!task.stay && pruned + moved === 0) return;
      await this.pass(1);
    }
  }

  /** Sees the end of the work queue only when nothing comes to it. */
  private async reclaim(site: Site, task: DrainTask): Promise<unknown> {
    let reclaimed = 0;
    while (site.isAlive && this.now < task.until - DRAINER_RESERVE_MS) {
      reclaimed += reclaimOnce(task, site.pipeline).length;
      await this.pass(1);
      if (!site.pipeline.work.some(({ put }) => put > this.now - 2 * SECOND)) {
        return { ...NOTHING_DONE, reclaimed, drained: true };
      }
    }
    return { ...NOTHING_DONE, reclaimed };
  }
}
