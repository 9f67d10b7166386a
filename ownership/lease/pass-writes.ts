import type { Write } from "./effects";
import type { PassEntry, Status } from "./items";
import type { ItemsByTable } from "./observations";
import { LEASE_MS } from "./times";

export interface PassInput {
  readonly region: string;
  readonly run: string;
  readonly runSince: number;
  readonly configuration: string | undefined;
  /** What tables answered in a look that was over before the round began. */
  readonly items: ItemsByTable;
  /** Homes that a majority has just confirmed, with the monotonic clock at the beginning of that round. */
  readonly open: ReadonlyMap<string, { readonly epoch: number; readonly began: number }>;
  /** Homes that the region has just given up. */
  readonly closed: readonly string[];
  /** Monotonic clock. */
  readonly now: number;
  readonly isFit: boolean;
  /** Monotonic clock since when this run has found the region unfit. @default the region is fit */
  readonly unfitSince: number | undefined;
  readonly ownsItself: boolean;
  readonly holds: readonly string[];
  /** @default as the run before has said */
  readonly reaches: readonly string[] | undefined;
}

/**
 * The region's pass for every table that answered, in each table's own time. A moment of a table is its `Date` plus the monotonic time
 * since that answer arrived. The moment is earlier than the truth by the way of the answer, and by what `Date` leaves out of a second.
 */
export function passWrites(input: PassInput): readonly Write[] {
  const { region, items, open, closed } = input;
  return [...items].map(([table, answer]) => {
    const at = (moment: number) => Math.floor(answer.date + moment - answer.receivedAt);
    const homes: Record<string, PassEntry | null> = Object.fromEntries(closed.map((home) => [home, null]));
    for (const [home, { epoch, began }] of open) homes[home] = { epoch, until: at(began) + LEASE_MS };
    const before = answer.passes[region]?.status;
    const said = statusAt(at(input.now), before, input);
    // What the table has forgotten, the run has not.
    const since = input.unfitSince === undefined ? said.since : Math.min(said.since, at(input.unfitSince));
    return { kind: "pass", table, region, homes, status: { ...said, since } } as const;
  });
}

function statusAt(date: number, before: Status | undefined, input: PassInput): Status {
  const { run, runSince, configuration, isFit, ownsItself, holds, reaches } = input;
  const isUnbroken = before !== undefined && before.fit === isFit && before.until > date;
  return {
    run,
    runSince,
    ...(configuration !== undefined && { configuration }),
    until: date + LEASE_MS,
    fit: isFit,
    since: isUnbroken ? before.since : date,
    ownsItself,
    holds,
    reaches: reaches ?? before?.reaches ?? [],
  };
}
