import type { ReceiveMessageCommand, SendMessageBatchRequestEntry } from "@aws-sdk/client-sqs";
import { deduplicationId } from "../../../messages/deduplication";
import type { Message } from "../../../messages/message";
import { encodeOrigin, ORIGIN_ATTRIBUTE, type Origin, originIn } from "../../../messages/origin";
import type { PassAnswer } from "../../../ownership/lease/pass-reader";
import type { LedgerIdOf } from "../../../replicator/drain/copy";
import { drain } from "../../../replicator/drain/drain";
import type { ProcessedLedger } from "../../../replicator/drain/lookup";
import type { DrainContext } from "../../../replicator/drain/run";
import type { DrainerSettings } from "../../../replicator/drain/settings";
import type { Tally } from "../../../replicator/drain/tally";
import type { DrainResult, DrainTask } from "../../../replicator/drain/task";
import type { Target } from "../../../replicator/sqs/send";
import { serviceError } from "../fake-sqs";
import { type Fault, type ModelQueue, ModelSqs } from "../model-sqs";
import { HOME, PEERS, SENT, url } from "../records";
import type { VirtualTime } from "../virtual-time";

/** Region of the drainer. */
export const HERE = PEERS[0];
export const ELSEWHERE = PEERS[1];

/** Settings of the drainer in {@link HERE} of what {@link HOME} took in. */
export function drainerSettings(changes: Partial<DrainerSettings> = {}): DrainerSettings {
  const { fifo = false, rescue = "ledger" } = changes;
  const name = (queue: string) => `${queue}${fifo ? ".fifo" : ""}`;
  return {
    failoverGroup: "payments",
    logicalQueue: "orders",
    region: HERE,
    homeRegion: HOME,
    fifo,
    rescue,
    standbyQueueUrl: url(name(`orders-standby-${HOME}`), HERE),
    workQueueUrl: url(name("orders"), HERE),
    dlqUrl: url(name("orders-dlq"), HERE),
    homeIngressQueueUrl: url(name("orders-ingress")),
    homeOutboxQueueUrl: url(name(`orders-outbox-${HERE}`)),
    transitVisibilityTimeoutSeconds: 240,
    onMissingIdentity: "forward",
    ownership: { tables: { [HERE]: "payments-ownership", [HOME]: "payments-ownership" } },
    ...(rescue === "ledger" ? { ledgerTable: "ledger" } : {}),
    ...changes,
  };
}

/** What a test says of a copy; the rest is as usual. */
export interface CopyParts extends Partial<Omit<Origin, "id">> {
  readonly id: string;
  /** @default the id */
  readonly body?: string;
  readonly group?: string;
  /** @default true */
  readonly hasOrigin?: boolean;
}

export function entryOfCopy(
  { id, body = id, group = "g", hasOrigin = true, ...origin }: CopyParts,
  fifo = false,
): SendMessageBatchRequestEntry {
  const whole: Origin = { v: 1, home: HOME, id, sent: SENT, sender: "producer", ...origin };
  return {
    Id: "",
    MessageBody: body,
    ...(hasOrigin ? { MessageAttributes: { [ORIGIN_ATTRIBUTE]: encodeOrigin(whole) } } : {}),
    ...(fifo ? { MessageGroupId: group, MessageDeduplicationId: deduplicationId(whole) } : {}),
  };
}

/** The ledger, as a set of ids; calls fail as planned, one after the other. */
class ModelLedger implements ProcessedLedger {
  readonly completed = new Set<string>();
  calls = 0;
  private readonly plan: Iterator<boolean>;

  /** @param plan whether a call fails; when it is at its end, none does */
  constructor(
    plan: readonly boolean[] = [],
    public isAway = false,
  ) {
    this.plan = plan.values();
  }

  async processed(ids: Iterable<string>): Promise<ReadonlySet<string>> {
    await Promise.resolve();
    this.calls += 1;
    const all = [...ids];
    expect(new Set(all).size).toBe(all.length);
    if (this.isAway || this.plan.next().value === true) {
      throw serviceError("ProvisionedThroughputExceededException");
    }
    return new Set(all.filter((id) => this.completed.has(id)));
  }
}

/** The id by which the model's ledger knows a message. */
export function ledgerIdOf(message: Message): string | undefined {
  const origin = originIn(message);
  return origin === undefined ? undefined : `orders#${origin.home}/${origin.id}`;
}

export const TASK_MS = 50_000;

/** Moves what is marked for this region, as the drainers of every region do all the time. */
export const MARKED = { moves: [HERE] };
/** Moves everything that is not processed: this region owns the home. */
export const OWNED = { moves: [HOME, HERE] };

/** The pass of {@link HERE}: open for the homes in it, at the moment when it is asked. */
class ModelPass {
  readonly open = new Set<string>([HOME, HERE, ELSEWHERE]);
  /** Called each time that the pass is asked, before it answers. */
  onAsked: () => void = () => {};

  async verdict(home: string): Promise<PassAnswer> {
    this.onAsked();
    await Promise.resolve();
    return this.open.has(home)
      ? { open: true, epoch: 1, remainsMs: 20_000 }
      : { open: false, why: "no-pass" };
  }
}

/** Calls that take time, and are under way at one time, in place of one after the other. */
export interface Latency {
  readonly time: VirtualTime;
  readonly ms: number;
}

export interface WorldOptions {
  /** @default every call takes 20 ms in which nothing else happens */
  readonly latency?: Latency;
  readonly settings?: Partial<DrainerSettings>;
  readonly plan?: readonly Fault[];
  readonly ledgerPlan?: readonly boolean[];
  /** What the drainer asks. @default the model, by `ledgerPlan` */
  readonly askedLedger?: ProcessedLedger;
}

/** A drainer in {@link HERE}, on a model of SQS with a clock of its own. */
export class World {
  readonly sqs: ModelSqs;
  readonly settings: DrainerSettings;
  readonly ledger: ModelLedger;
  readonly pass = new ModelPass();
  /** The pass of {@link HOME}. */
  readonly homePass = new ModelPass();
  /** By what the drainer knows messages in the ledger. */
  ledgerIdOf: LedgerIdOf = ledgerIdOf;
  readonly standby: ModelQueue;
  readonly work: ModelQueue;
  readonly dlq: ModelQueue;
  readonly outbox: ModelQueue;
  readonly ingress: ModelQueue;
  private readonly latency: Latency | undefined;
  private readonly askedLedger: ProcessedLedger;

  constructor({ settings = {}, plan = [], ledgerPlan = [], latency, askedLedger }: WorldOptions = {}) {
    this.latency = latency;
    this.sqs = new ModelSqs(plan);
    this.sqs.leastBackOffSeconds = 0;
    this.settings = drainerSettings(settings);
    this.ledger = new ModelLedger(ledgerPlan);
    this.askedLedger = askedLedger ?? this.ledger;
    this.standby = this.sqs.queue(this.settings.standbyQueueUrl);
    this.work = this.sqs.queue(this.settings.workQueueUrl);
    this.dlq = this.sqs.queue(this.settings.dlqUrl);
    this.outbox = this.sqs.queue(this.settings.homeOutboxQueueUrl ?? url("none"));
    this.ingress = this.sqs.queue(this.settings.homeIngressQueueUrl);
  }

  /** Puts copies on a queue. */
  put(queue: ModelQueue, ...copies: readonly CopyParts[]): void {
    for (const copy of copies) queue.enqueue(entryOfCopy(copy, this.settings.fifo), this.sqs.nowMs);
  }

  /** Notes in the ledger that messages are processed. */
  complete(...ids: readonly string[]): void {
    for (const id of ids) this.ledger.completed.add(`orders#${HOME}/${id}`);
  }

  /** One invocation, with a task that ends when a task of the controller does. */
  async run(
    task: Partial<DrainTask> = {},
  ): Promise<DrainResult & Pick<Tally, "left"> & { readonly failed: readonly string[] }> {
    const until = this.nowMs + TASK_MS;
    const { settings, askedLedger: ledger } = this;
    const { result, tally } = await drain(
      { v: 2, home: HOME, action: "drain", ...OWNED, until, ...task },
      {
        settings,
        clients: { own: this.clientOf(HERE), home: this.clientOf(HOME) },
        passes: this.pass,
        homePasses: this.homePass,
        ledgerIdOf: settings.rescue === "ledger" ? this.ledgerIdOf : () => undefined,
        ...(settings.rescue === "ledger" ? { ledger } : {}),
      },
      this.context(task.until ?? until),
    );
    const failed = tally.failures.map(({ class: cause, code, count }) => `${cause} ${code} ${count}`);
    return { ...result, left: tally.left, failed };
  }

  get nowMs(): number {
    return this.latency?.time.now() ?? this.sqs.nowMs;
  }

  private clientOf(region: string): Target["client"] {
    const { sqs, latency } = this;
    const client = sqs.clientOf(region);
    if (latency === undefined) return client;
    const send = async (command: ReceiveMessageCommand) => {
      await latency.time.sleep(latency.ms);
      sqs.nowMs = latency.time.now();
      return client.send(command);
    };
    return { send } as unknown as Target["client"];
  }

  private context(until: number): DrainContext {
    const { signal } = new AbortController();
    const leftMs = (reservedMs: number) => until - this.nowMs - reservedMs;
    const before = (reservedMs: number) => ({ signal, mayStart: () => leftMs(reservedMs) >= 1_000 });
    return {
      deadlines: {
        receiving: before(5_500),
        sending: before(3_500),
        settling: before(500),
        sendingLeftMs: () => leftMs(4_500),
      },
      now: () => this.nowMs,
      random: () => 0.3,
      sleep: async (milliseconds) => {
        if (this.latency === undefined) this.sqs.nowMs += milliseconds;
        else await this.latency.time.sleep(milliseconds);
      },
    };
  }
}

export function bodies(queue: ModelQueue): readonly string[] {
  return queue.log.map(({ entry }) => entry.MessageBody ?? "");
}

/** Bodies of what is on a queue now. */
export function heldBy(queue: ModelQueue): readonly string[] {
  return queue.held.map(({ entry }) => entry.MessageBody ?? "");
}

export function numbered(
  count: number,
  parts: (index: number) => Partial<CopyParts> = () => ({}),
): CopyParts[] {
  return Array.from({ length: count }, (_, index) => ({ id: `m-${index}`, ...parts(index) }));
}
