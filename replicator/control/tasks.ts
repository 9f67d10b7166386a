import { BACK_OFF_MAX_SECONDS, DRAIN_TASK_SECONDS, HEARTBEAT_FRESH_SECONDS } from "../../core/limits";
import { FIFO_SUFFIX } from "../../core/names";
import { own } from "../../core/own";
import type { HomeNow } from "../../ownership/lease/settings";
import { JUDGE_MS } from "../../ownership/lease/times";
import { DRAIN_TASK_VERSION, type DrainTask, type TimeSpan } from "../drain/task";
import { NO_HOME_NOTES, type Notes } from "./notes";
import { rescueOf } from "./rescue";
import type { ControlledQueue } from "./settings";

/** A task for one drainer. */
export interface DrainerTask {
  readonly queue: string;
  readonly functionName: string;
  /** Name of the standby queue that is drained. @default the task is about the work queue */
  readonly standby?: string;
  readonly task: DrainTask;
}

export interface TaskInput {
  readonly region: string;
  readonly regions: readonly string[];
  readonly takeoverOrder: Readonly<Record<string, readonly string[]>>;
  readonly inFlightSeconds: number;
  readonly queues: readonly ControlledQueue[];
  /** As the last look at the tables of ownership showed them. */
  readonly homes: Readonly<Record<string, HomeNow>>;
  /** By home that this run holds, for how long it has seen so, milliseconds of a monotonic clock. */
  readonly heldMs: Readonly<Record<string, number>>;
  /** As they were written: another run has to go on by the same moments. */
  readonly notes: Notes["homes"];
  /** By home, when its newest heartbeat that arrived was sent, in epoch milliseconds. */
  readonly heard: Readonly<Record<string, number>>;
  /** Whether there may be something on a standby queue. */
  readonly hasCopies: (standby: string) => boolean;
  readonly now: number;
}

/**
 * What the drainers of this region are to do with its peers' copies. The copies of a home that this region owns are waited for, since every
 * second counts there, and the home's queues are read from here when its canary is silent. Copies of other homes are looked after when
 * there are any. What is processed is deleted. What is this region's to process, whoever owns the home, is moved: copies that are marked
 * for a home that it owns, and, without a ledger, what it has rescued.
 */
export function tasksFor(input: TaskInput): readonly DrainerTask[] {
  return input.regions
    .filter((home) => home !== input.region)
    .flatMap((home) => input.queues.flatMap((queue) => taskFor(input, home, queue) ?? []));
}

/** Standby queues whose drainers have a task only while something is there. */
export function standbysToAsk({
  region,
  regions,
  queues,
  homes,
}: Pick<TaskInput, "region" | "regions" | "queues" | "homes">): readonly string[] {
  return regions
    .filter((home) => home !== region && !isKept(homes[home]))
    .flatMap((home) => queues.flatMap(({ standbys }) => standbys[home] ?? []));
}

function taskFor(input: TaskInput, home: string, queue: ControlledQueue): DrainerTask | undefined {
  const functionName = queue.drainers[home];
  const standby = queue.standbys[home];
  if (functionName === undefined || standby === undefined) return undefined;
  const stays = isKept(input.homes[home]);
  if (!stays && !input.hasCopies(standby)) return undefined;
  const adopts = input.regions.filter((effective) => mayAdopt(input, effective, home));
  const moves = input.regions.filter((effective) => mayMove(input, effective, home, queue)).concat(adopts);
  const before = countsAsProcessed(input, home, queue);
  const spans = answersFor(input, home, queue);
  return {
    queue: queue.queue,
    functionName,
    standby,
    task: {
      v: DRAIN_TASK_VERSION,
      home,
      action: "drain",
      until: input.now + DRAIN_TASK_SECONDS * 1_000,
      moves,
      ...(adopts.length > 0 && { adopts }),
      ...(before !== undefined && { processedBefore: before }),
      ...(spans.length > 0 && { answersFor: spans }),
      ...(stays && { stay: true }),
      ...(stays && moves.includes(home) && { fromAfar: isSilent(input, home) }),
    },
  };
}

/** Whether a home is this run's, and is to stay so. */
function isKept(now: HomeNow | undefined): boolean {
  return now?.held === true && now.next === undefined;
}

/**
 * Whether copies of an effective home may be moved. With a ledger and without an order, at once: the claim decides for each message. Else the
 * work in flight of the owner before has to end first.
 */
function mayMove(input: TaskInput, effective: string, home: string, queue: ControlledQueue): boolean {
  const now = input.homes[effective];
  if (now === undefined || !isKept(now)) return false;
  const { rescue, work } = queue;
  const isFifo = work.endsWith(FIFO_SUFFIX);
  if (rescue === "ledger" && !isFifo) return true;
  if (!hasEnded(input, effective, now)) return false;
  // Nothing may go before what waits for the work in flight of the copies' own home.
  const ofCopies = input.homes[home];
  if (isFifo && ofCopies !== undefined && isKept(ofCopies) && !hasEnded(input, home, ofCopies)) return false;
  if (rescue === "ledger") return true;
  // A mark says by itself that the message was never on its home's work queue.
  if (effective !== home) return true;
  const noted = rescueOf(input.notes, home, now);
  if (noted === undefined || noted.handedBack) return false;
  return rescue === "watermark" || own(noted.queues, queue.queue) !== undefined;
}

/** By then the home has processed what its outbox to the marked region held. */
const ADOPTED_AFTER_MS = (BACK_OFF_MAX_SECONDS + 60) * 1_000;

/**
 * Whether what is marked for a region whose home the copies' own home owns is this region's to process: a home has no copies of its own
 * messages. Of those that take the home over, the first whose own home is not the home's as well answers for them.
 */
function mayAdopt(input: TaskInput, effective: string, home: string): boolean {
  const { region, homes, takeoverOrder } = input;
  const now = homes[effective];
  if (effective === home || now?.owner !== home || !isKept(homes[region])) return false;
  const first = takeoverOrder[home]?.find((peer) => homes[peer]?.owner !== home);
  if (first === undefined || !isKept(homes[first])) return false;
  return (now.takenAgoMs ?? 0) >= ADOPTED_AFTER_MS && hasEnded(input, effective, now);
}

/**
 * Whether the work that the owner before had begun has ended. No wall clock of any machine counts: a run knows by the tables' own time how
 * long ago an earlier one has taken the home. A table whose clock is behind holds nothing up for long.
 */
function hasEnded({ inFlightSeconds, heldMs }: TaskInput, home: string, { takenAgoMs }: HomeNow): boolean {
  const ownMs = heldMs[home] ?? 0;
  return Math.max(takenAgoMs ?? ownMs, ownMs - JUDGE_MS) >= inFlightSeconds * 1_000;
}

/** The moment before which what the home took in counts as processed, as far as that is not the ledger's affair. */
function countsAsProcessed(
  { region, homes, notes }: TaskInput,
  home: string,
  { queue, rescue }: ControlledQueue,
): number | undefined {
  if (rescue === "ledger") return undefined;
  const now = homes[home];
  const noted = rescueOf(notes, home, now);
  if (now?.owner === region && noted !== undefined) return own(noted.queues, queue);
  // What another region processes for the home is not told by the home.
  const isKnown = rescue === "watermark" && (now?.owner === home || now?.owner === region);
  return isKnown ? own(notes[home]?.queues, queue) : undefined;
}

function answersFor(
  { notes }: TaskInput,
  home: string,
  { queue, rescue }: ControlledQueue,
): readonly TimeSpan[] {
  if (rescue === "ledger") return [];
  const { spans = [], rescue: noted } = notes[home] ?? NO_HOME_NOTES;
  return [...spans, ...(noted?.handedBack ? [noted] : [])].flatMap(({ queues, until }) => {
    const from = own(queues, queue);
    return from === undefined || from >= until ? [] : [{ from, until }];
  });
}

function isSilent({ heard, now }: TaskInput, home: string): boolean {
  return now - (heard[home] ?? 0) > HEARTBEAT_FRESH_SECONDS * 1_000;
}
