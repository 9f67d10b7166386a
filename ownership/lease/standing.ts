import type { Status } from "./items";
import type { ItemsByTable } from "./observations";
import { LEASE_MS } from "./times";

/** What a member shows of itself, as read in the last look. */
export interface Standing extends Status {
  /** For how long `fit` has been what it is, milliseconds, by the clock of the table that tells so. */
  readonly sinceMs: number;
}

/** How long ago a region said this, milliseconds, by the time of the table that tells so. */
export function saidAgoMs({ until }: Status, date: number): number {
  return date - (until - LEASE_MS);
}

/**
 * Members that live: at half of the tables that answered, or more, what they said last still holds. Nothing rests on it but who goes
 * first, so a table whose clock is wrong costs time and no more.
 */
export function standings(items: ItemsByTable, members: readonly string[]): ReadonlyMap<string, Standing> {
  return new Map(
    members.flatMap((member) => {
      const said = [...items.values()].flatMap(({ date, passes }) => {
        const status = passes[member]?.status;
        return status === undefined || status.until <= date ? [] : [{ status, date }];
      });
      if (said.length * 2 < items.size) return [];
      const newest = said.reduce<(typeof said)[number] | undefined>(
        (best, each) =>
          best === undefined || each.status.until - each.date > best.status.until - best.date ? each : best,
        undefined,
      );
      if (newest === undefined) return [];
      const { status, date } = newest;
      return [[member, { ...status, sinceMs: Math.max(0, date - status.since) }]];
    }),
  );
}
