import { HEARTBEAT_PERIOD_SECONDS } from "../../core/limits";
import { own } from "../../core/own";
import { HEARTBEAT_VERSION, type QueueWatermark } from "../../ownership/heartbeat";
import type { HomeNow, LeaseRun } from "../../ownership/lease/settings";
import { type AgePoint, type Ages, readAges } from "./ages";
import { agesWanted, Backlog, workQueuesOf } from "./backlog";
import { sendHeartbeat } from "./canary";
import { WaitingCopies } from "./copies";
import { attempt, type Dependencies } from "./dependencies";
import { readDepths } from "./depths";
import { Drainers } from "./drainers";
import { EmptyReadings, withReadings } from "./empty-readings";
import { Fitness } from "./fitness";
import { HomeQueues } from "./home-queues";
import { LedgerProbe } from "./ledger-probe";
import { Listener } from "./listener";
import { Notebook } from "./notebook";
import type { ControlledQueues } from "./queues";
import { nextHomes } from "./rescue";
import { ReturnHome } from "./return-home";
import type { ControlledQueue } from "./settings";
import { standbysToAsk, tasksFor } from "./tasks";
import { processedBefore } from "./watermark";

const BEAT_MS = HEARTBEAT_PERIOD_SECONDS * 1_000;
/** As long as it is not known whether the canary passes. */
const FIRST_BEATS_MS = 5_000;
/** CloudWatch gets an age once a minute, and a standby queue of a home that processes by itself can wait. */
const COUNTS_MS = 60_000;
/** While a home is given up, its new owner waits. */
const LEAVING_MS = 5_000;
/** A queue that takes longer to answer does not answer. */
const QUEUES_MS = 5_000;

/** What protocol and controller ask of each other. */
export type LeaseHooks = Required<Pick<LeaseRun, "isFit" | "unfitMs" | "mayLeave" | "mayOpen" | "onLook">>;

/** What a run knows, for log and metrics. */
export interface RunReport {
  readonly homes: Readonly<Record<string, HomeNow>>;
  readonly fit: boolean | undefined;
  readonly reasons: readonly string[];
  /** By peer: by how much its watermark items as seen here are behind those that it told of, in milliseconds. */
  readonly ledgerLagMs: Readonly<Record<string, number>>;
  /** By region, its own included: age of the newest heartbeat that arrived, in milliseconds. */
  readonly canaryAgeMs: Readonly<Record<string, number>>;
}

/**
 * One run of a region's controller, beside the leases that the run holds. It finds out whether the region can do its work, tells the peers
 * by the canary, and gives the drainers their tasks. What must not be forgotten is in the notes, so that the next run goes on where this
 * one ends. Two at once do no harm: they decide the same.
 */
export class Controller {
  readonly hooks: LeaseHooks;
  private readonly fitness = new Fitness();
  private readonly backlog = new Backlog();
  private readonly copies = new WaitingCopies();
  private readonly empty = new EmptyReadings();
  private readonly listener: Listener;
  private readonly ledger: LedgerProbe;
  private readonly homeQueues: HomeQueues;
  private readonly notebook: Notebook;
  private readonly drainers: Drainers;
  private readonly returning: ReturnHome;
  /** By home that this run holds, when it first saw so, by the monotonic clock. */
  private readonly heldSince = new Map<string, number>();
  private homes: Readonly<Record<string, HomeNow>> = {};
  private queues: readonly ControlledQueue[] | undefined;
  private ages: Ages = {};
  private wake: () => void = () => {};
  private woken = this.nextWake();

  constructor(
    private readonly parts: Dependencies,
    private readonly list: ControlledQueues,
  ) {
    const { clock } = parts;
    this.listener = new Listener(parts);
    this.ledger = new LedgerProbe(parts);
    this.homeQueues = new HomeQueues(
      parts,
      (keptMs) => this.listQueues(keptMs),
      (queue, { all }, at) => this.empty.saw(queue, all, at),
    );
    this.notebook = new Notebook(parts);
    this.drainers = new Drainers(parts);
    this.returning = new ReturnHome(parts, this.drainers);
    this.hooks = {
      isFit: () => this.fitness.verdict(clock()).fit,
      unfitMs: () => this.fitness.verdict(clock()).unfitMs,
      mayLeave: (home) => this.mayLeave(home),
      mayOpen: (home, taking, agoMs) => this.returning.mayOpen(home, taking, agoMs),
      onLook: (homes) => this.look(homes),
    };
  }

  /**
   * Does its part from the first look at the leases on, and ends with them. A run that ends at once, since another lives, does nothing.
   * @param ended resolves when the run holds its leases no longer
   */
  async run(ended: Promise<unknown>): Promise<void> {
    const end = { isOver: false };
    const over = ended.then(() => {
      end.isOver = true;
    });
    const every = async (periodMs: () => number, work: () => Promise<unknown>): Promise<void> => {
      const { clock, sleep } = this.parts;
      while (!end.isOver) {
        const began = clock();
        await attempt(this.parts, "run", work);
        await Promise.race([over, sleep(Math.max(0, began + periodMs() - clock()))]);
      }
    };
    const whenWoken = async (work: () => Promise<unknown>): Promise<void> => {
      while (!end.isOver) {
        await attempt(this.parts, "run", work);
        await Promise.race([over, this.woken]);
        this.woken = this.nextWake();
      }
    };
    await Promise.race([over, this.woken]);
    this.woken = this.nextWake();
    await Promise.all([
      every(
        () => (this.fitness.verdict(this.parts.clock()).fit === undefined ? FIRST_BEATS_MS : BEAT_MS),
        () => this.beat(),
      ),
      every(
        () => COUNTS_MS,
        () => this.count(),
      ),
      every(
        () => LEAVING_MS,
        () => this.countMoved(),
      ),
      whenWoken(() => this.act()),
    ]);
  }

  report(): RunReport {
    const { now, clock } = this.parts;
    const { fit, reasons } = this.fitness.verdict(clock());
    return {
      homes: this.homes,
      fit,
      reasons,
      ledgerLagMs: this.ledger.lag((peer) => this.listener.ledgerAt(peer)),
      canaryAgeMs: Object.fromEntries(
        Object.entries(this.listener.heard).map(([region, at]) => [region, Math.max(0, now() - at)]),
      ),
    };
  }

  private look(homes: Readonly<Record<string, HomeNow>>): void {
    for (const [home, { held }] of Object.entries(homes)) {
      if (!held) this.heldSince.delete(home);
      else if (!this.heldSince.has(home)) this.heldSince.set(home, this.parts.clock());
    }
    this.homes = homes;
    this.wake();
  }

  private nextWake(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /**
   * Whether a peer's home may go. What was moved by a moment, and not by the ledger, is processed first if the home goes back to its own
   * region. Another region goes by its own knowledge, whatever was done here.
   */
  private mayLeave(home: string): boolean {
    const { notes } = this.notebook;
    if (notes === undefined) return false;
    const { next, epoch } = this.homes[home] ?? {};
    const rescue = notes.homes[home]?.rescue;
    if (rescue === undefined || (next !== undefined && next !== home)) return true;
    return rescue.handedBack === true && rescue.epoch === epoch;
  }

  private async listQueues(keptMs?: number): Promise<readonly ControlledQueue[] | undefined> {
    this.queues = await this.list.read(this.parts.now(), keptMs);
    return this.queues;
  }

  /** Finds out whether the region can do its work, and tells it. The ledger first: a heartbeat tells of what was written before it. */
  private async beat(): Promise<void> {
    const { settings, sqs, now, clock } = this.parts;
    this.fitness.begin(clock());
    const [silent, ledger] = await Promise.all([
      this.homeQueues.look(now() + QUEUES_MS),
      this.ledger.look(),
      this.listener.hear(),
    ]);
    this.fitness.saw({ silent, ledger }, clock());
    this.hearSelf();
    const ledgerAt = await this.ledger.mark();
    const queues = this.ownWatermarks();
    await attempt(this.parts, "heartbeat", () =>
      sendHeartbeat(sqs, settings.canary.ingressQueueUrl, {
        v: HEARTBEAT_VERSION,
        region: settings.region,
        at: now(),
        fit: this.fitness.verdict(clock()).fit !== false,
        ...(ledgerAt === undefined ? {} : { ledgerAt }),
        ...(Object.keys(queues).length > 0 && { queues }),
      }),
    );
  }

  private hearSelf(): void {
    const { settings, now, clock } = this.parts;
    const heard = this.listener.heard[settings.region];
    if (heard !== undefined) this.fitness.heard(now() - heard, clock());
  }

  /**
   * How far the own home is processed, where ages and readings tell. Only while it processes its messages: consumers that hold them behind a closed
   * gate receive them again and again, and ages leave out what was received three times.
   */
  private ownWatermarks(): Readonly<Record<string, QueueWatermark>> {
    if (!this.homes[this.parts.settings.region]?.open) return {};
    return Object.fromEntries(
      (this.queues ?? []).flatMap(({ queue, rescue, ingress, work }) => {
        if (rescue !== "watermark") return [];
        const before = processedBefore(this.looksAt(ingress), this.looksAt(work));
        return before === undefined ? [] : [[queue, { processedBefore: before }] as const];
      }),
    );
  }

  private looksAt(queue: string): readonly AgePoint[] {
    return withReadings(own(this.ages, queue) ?? [], this.empty.points(queue));
  }

  /** What SQS counts, once a minute. */
  private async count(): Promise<void> {
    const { settings, cloudWatch, now } = this.parts;
    const queues = await this.listQueues();
    if (queues === undefined) return;
    const leaving = this.leaving();
    const standbys = standbysToAsk({ ...settings, queues, homes: this.homes });
    const questions = agesWanted(queues, leaving);
    const [ages, depths] = await Promise.all([
      questions.length === 0
        ? ({} as Ages)
        : attempt(this.parts, "ages", () => readAges(cloudWatch, questions, now())),
      readDepths(this.parts, standbys),
    ]);
    this.ages = ages ?? {};
    this.backlog.sawAges(this.ages);
    this.copies.saw(standbys, depths);
    this.wake();
  }

  /** Whether what was moved for homes that are given up still waits for consumers. */
  private async countMoved(): Promise<void> {
    const works = workQueuesOf(this.queues ?? [], this.leaving());
    if (works.length === 0) return;
    this.backlog.sawDepths(await readDepths(this.parts, works), this.parts.now());
    this.wake();
  }

  /** Peers' homes that this run gives up. */
  private leaving(): readonly string[] {
    const { region } = this.parts.settings;
    return Object.entries(this.homes).flatMap(([home, { held, next }]) =>
      held && next !== undefined && home !== region ? [home] : [],
    );
  }

  /** After every look at the leases: what has changed stands in the notes before anything is done about it. */
  private async act(): Promise<void> {
    const { settings, now } = this.parts;
    const { homes, queues } = this;
    await this.notebook.keep({
      heard: this.listener.heard,
      homes: (kept) =>
        nextHomes(kept, {
          ...settings,
          homes,
          queues,
          told: this.listener.told,
          isProcessed: (queue, putBefore) => this.isProcessed(queue, putBefore),
          handBackTimeoutMs: settings.handBackTimeoutSeconds * 1_000,
          now: now(),
        }),
    });
    const { notes } = this.notebook;
    if (notes !== undefined) {
      this.listener.know(notes.heard);
      this.hearSelf();
    }
    await Promise.all([this.returning.step(queues), this.send()]);
  }

  private isProcessed(queue: string, putBefore: number): boolean {
    const work = this.queues?.find((one) => one.queue === queue)?.work;
    return work !== undefined && this.backlog.isProcessed(work, putBefore);
  }

  private async send(): Promise<void> {
    const { settings, now, clock } = this.parts;
    const { notes } = this.notebook;
    if (this.queues === undefined || notes === undefined) return;
    const tasks = tasksFor({
      ...settings,
      queues: this.queues,
      homes: this.homes,
      heldMs: Object.fromEntries([...this.heldSince].map(([home, since]) => [home, clock() - since])),
      notes: notes.homes,
      heard: this.listener.heard,
      hasCopies: (standby) => this.copies.mayBeOn(standby),
      now: now(),
    });
    const refused = await this.drainers.send(tasks, () => {});
    for (const drainerTask of tasks)
      if (drainerTask.standby !== undefined && !refused.includes(drainerTask))
        this.copies.sent(drainerTask.standby);
  }
}
