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
  deadLettered: 0,
  fromAfar: 0,
  reclaimed: 0,
  drained: false,
  failures: 0,
};

/** The home as which a message counts. */
export function effectiveHome({ home, owner }: Item): string {
  return owner ?? home;
}

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

  /**
   * The replicator: copies to all peers, and to the work queue while the region owns itself.
   * @param owner of the home. Undefined: nobody knows, and the messages stay
   */
  replicate(owner: string | undefined, now: number): void {
    if (owner === undefined) return;
    const mark = owner === this.region ? {} : { owner };
    for (const item of this.ingress.splice(0)) {
      const copy = { ...item, put: now, ...mark };
      for (const outbox of Object.values(this.outboxes)) outbox.push(copy);
      if (owner === this.region) this.work.push(copy);
    }
  }

  /** Age of the oldest message of a queue as SQS gives it: whole seconds, 0 when it is empty. */
  ageSeconds(queue: "ingress" | "work", now: number): number {
    return Math.floor(Math.max(0, ...this[queue].map(({ put }) => now - put)) / 1_000);
  }

  /** Messages by name of the queue. */
  depths(queue: string): Readonly<Record<string, number>> {
    const standbys = Object.entries(this.standbys).map(
      ([home, items]) => [`${queue}-standby-${home}`, items.length] as const,
    );
    return {
      [`${queue}-ingress`]: this.ingress.length,
      [queue]: this.work.length,
      ...Object.fromEntries(standbys),
    };
  }
}

export interface Drainage {
  readonly region: string;
  readonly own: Pipeline;
  /** The home's queues, if they can be reached. */
  readonly home: Pipeline | undefined;
  /** Whether a message is seen to be processed by the ledger; undefined without one. */
  readonly isProcessed: ((item: Item) => boolean) | undefined;
  /** Whether this region's pass for an effective home is open. */
  readonly isOpen: (home: string) => boolean;
  /** Told of copies that are deleted because they count as processed. */
  readonly onPruned: (item: Item) => void;
  readonly now: number;
}

/** What a drainer does with copies in one pass, by the rules that its task states. */
export function drainOnce(task: DrainTask, drainage: Drainage): Pick<DrainResult, "pruned" | "moved"> {
  const { own, home, region, now, onPruned } = drainage;
  const standby = own.standbys[task.home]!;
  const result = { pruned: 0, moved: 0 };
  const pass = (queue: Item[], isTakenIn = true) => {
    for (const item of queue.splice(0)) {
      const fate = fateOf(item, isTakenIn, task, drainage);
      if (fate === "leave") queue.push(item);
      else if (fate === "delete") {
        onPruned(item);
        result.pruned += 1;
      } else {
        // What is on no other region's work queue is this region's, whoever owns the home later.
        const isOwn = !isTakenIn || isAnsweredFor(item, task) || task.adopts?.includes(effectiveHome(item));
        const mark = isOwn ? { owner: region } : {};
        own.work.push({ ...item, ...mark, put: now });
        result.moved += 1;
      }
    }
  };
  pass(standby);
  if (task.moves.includes(task.home) && task.fromAfar && home !== undefined) {
    pass(home.outboxes[region]!);
    if (home.outboxes[region]!.length === 0) pass(home.ingress, false);
  }
  return result;
}

function isAnsweredFor({ owner, sent }: Item, { answersFor = [] }: DrainTask): boolean {
  return owner === undefined && answersFor.some(({ from, until }) => from <= sent && sent < until);
}

function fateOf(
  item: Item,
  isTakenIn: boolean,
  task: DrainTask,
  { region, isProcessed, isOpen }: Drainage,
): "delete" | "move" | "leave" {
  const answers = isTakenIn && isAnsweredFor(item, task);
  if (isProcessed?.(item)) return "delete";
  const isOld = isTakenIn && item.owner === undefined && !answers && item.sent < (task.processedBefore ?? 0);
  if (isProcessed === undefined && isOld) return "delete";
  const home = answers ? region : effectiveHome(item);
  return task.moves.includes(home) && isOpen(home) ? "move" : "leave";
}

/** What a drainer takes off the own work queue. */
export function reclaimOnce({ home, rescued }: DrainTask, own: Pipeline): readonly Item[] {
  const { from, until } = rescued!;
  const isRescued = (item: Item) =>
    item.home === home && item.owner === undefined && from <= item.sent && item.sent < until;
  const gone = own.work.filter(isRescued);
  own.work.splice(0, own.work.length, ...own.work.filter((item) => !isRescued(item)));
  return gone;
}
