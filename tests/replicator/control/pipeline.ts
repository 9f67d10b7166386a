import type { DrainResult, DrainTask } from "../../../replicator/drain/task";

/** A message of a logical queue, wherever it is. Moments are epoch milliseconds. */
export interface Item {
  readonly id: number;
  readonly home: string;
  /** When the ingress queue took it. */
  readonly sent: number;
  /** The mark. */
  readonly owner?: string;
  /** When it was put on the queue that it is on. */
  readonly put: number;
}

export const NOTHING_DONE: DrainResult = {
  pruned: 0,
  moved: 0,
  expired: 0,
  deadLettered: 0,
  fromAfar: 0,
  reclaimed: 0,
  drained: false,
  failures: 0,
};

/** The queues of one logical queue in one region. */
export class Pipeline {
  readonly ingress: Item[] = [];
  readonly work: Item[] = [];
  /** By peer. */
  readonly outboxes: Record<string, Item[]>;
  /** By home. */
  readonly standbys: Record<string, Item[]>;

  constructor(
    readonly region: string,
    peers: readonly string[],
  ) {
    this.outboxes = Object.fromEntries(peers.map((peer) => [peer, []]));
    this.standbys = Object.fromEntries(peers.map((peer) => [peer, []]));
  }

  /** The replicator: copies to all peers, and to the work queue unless the home is fenced. */
  replicate(owner: string | undefined, now: number): void {
    for (const item of this.ingress.splice(0)) {
      const copy = { ...item, put: now, ...(owner === undefined ? {} : { owner }) };
      for (const outbox of Object.values(this.outboxes)) outbox.push(copy);
      if (owner === undefined) this.work.push(copy);
    }
  }

  /** Age of the oldest message of a queue as SQS gives it: whole seconds, 0 when it is empty. */
  ageSeconds(queue: "ingress" | "work", now: number): number {
    return Math.floor(Math.max(0, ...this[queue].map(({ put }) => now - put)) / 1_000);
  }
}

export interface Drainage {
  readonly region: string;
  readonly own: Pipeline;
  /** The home's queues, if they can be reached. */
  readonly home: Pipeline | undefined;
  /** Whether a message is seen to be processed by the ledger; undefined without one. */
  readonly isProcessed: ((item: Item) => boolean) | undefined;
  readonly now: number;
}

/** What a drainer does with copies in one pass, by the rules that its task states. */
export function drainOnce(task: DrainTask, drainage: Drainage): Pick<DrainResult, "pruned" | "moved"> {
  const { own, home, region, now } = drainage;
  const standby = own.standbys[task.home]!;
  const result = { pruned: 0, moved: 0 };
  const pass = (queue: Item[], isTakenIn = true) => {
    for (const item of queue.splice(0)) {
      const fate = isTakenIn ? fateOf(item, task, drainage) : "move";
      if (fate === "leave") queue.push(item);
      else if (fate === "delete") result.pruned += 1;
      else {
        own.work.push({ ...item, put: now });
        result.moved += 1;
      }
    }
  };
  pass(standby);
  if (task.action === "move" && task.fromAfar && home !== undefined) {
    pass(home.outboxes[region]!);
    if (home.outboxes[region]!.length === 0) pass(home.ingress, false);
  }
  return result;
}

function fateOf(
  item: Item,
  {
    action,
    marked,
    processedBefore = 0,
    takenInBefore = Number.POSITIVE_INFINITY,
    answersFor = [],
  }: DrainTask,
  { region, isProcessed }: Drainage,
): "delete" | "move" | "leave" {
  if (isProcessed?.(item)) return "delete";
  const answers = answersFor.some(({ from, until }) => from <= item.sent && item.sent < until);
  const mark = item.owner ?? (answers ? region : undefined);
  if (mark !== undefined) return mark === region && marked ? "move" : "leave";
  if (item.sent < processedBefore) return "delete";
  return action === "move" && item.sent < takenInBefore ? "move" : "leave";
}

/** What a drainer takes off the own work queue. */
export function reclaimOnce({ home, rescued }: DrainTask, own: Pipeline): number {
  const { from, putBefore } = rescued!;
  const before = own.work.length;
  const kept = own.work.filter(
    (item) => item.home !== home || item.owner !== undefined || item.sent < from || item.put >= putBefore,
  );
  own.work.splice(0, before, ...kept);
  return before - kept.length;
}
