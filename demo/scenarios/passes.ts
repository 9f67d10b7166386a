import type { Claim, Pass } from "../../ownership/lease/items";

/** What one table says, and when it said so. */
export interface TableSeen {
  /** By home. */
  readonly claims: Readonly<Record<string, Claim>>;
  /** By region that the pass is of. */
  readonly passes: Readonly<Record<string, Pass>>;
  /** The table's own time in its answer, epoch milliseconds. */
  readonly date: number;
  /** The monotonic clock of whoever looked, milliseconds, when the answer came. */
  readonly receivedAt: number;
}

/** `Date` leaves out less than this. */
const DATE_MS = 1_000;

/**
 * Regions whose readers would take a home for their own, by what the tables said last. A copy counts until its end is over, also when its
 * table answers no more: so do readers.
 * @param now the clock of `receivedAt`
 */
export function openIn(home: string, tables: Iterable<TableSeen>, now: number): readonly string[] {
  const open = new Set<string>();
  for (const { passes, date, receivedAt } of tables) {
    const present = date + DATE_MS + (now - receivedAt);
    for (const [region, { homes }] of Object.entries(passes)) {
      if ((homes[home]?.until ?? 0) > present) open.add(region);
    }
  }
  return [...open].sort();
}

/**
 * Whether a region's controller says that it runs, by what the tables said last.
 * @param reached regions whose tables it is to reach. @default none is asked for
 */
export function isRunning(
  region: string,
  tables: Iterable<TableSeen>,
  now: number,
  reached: readonly string[] = [],
): boolean {
  return [...tables].some(({ passes, date, receivedAt }) => {
    const { until = 0, reaches = [] } = passes[region]?.status ?? {};
    return until > date + (now - receivedAt) && reached.every((table) => reaches.includes(table));
  });
}

/**
 * Whether every voter holds the home's claim, by the list of the configuration or a later one. Before that, right after a deployment, the
 * loss of one table may leave no majority that knows who the owner is.
 */
export function isFounded(
  home: string,
  voters: readonly string[],
  tables: ReadonlyMap<string, TableSeen>,
): boolean {
  return voters.every((voter) => {
    const lists = tables.get(voter)?.claims[home]?.lists ?? [];
    return lists.length === 1 && lists[0]!.number > 0;
  });
}
