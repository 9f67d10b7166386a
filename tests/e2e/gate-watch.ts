import { TableWatch, type TableWatchOptions } from "../../demo/scenarios/table-watch";

/** Follows the passes in all tables that there may be, as readers do, while members and voters come and go. */
export class GateWatch {
  /** Homes that were open in two regions at one moment, as often as it was seen. */
  readonly openTwice: string[] = [];
  /** By home that is followed: when it was last seen open, and the longest time for which it was not since. */
  private readonly homes = new Map<string, { openAt?: number; longestMs: number }>();
  private readonly tables: TableWatch;

  constructor(options: TableWatchOptions) {
    this.tables = new TableWatch(options, () => this.judge());
  }

  /** Judges homes from now on, and each from the first moment on at which a region is open for it. */
  follow(...homes: readonly string[]): void {
    for (const home of homes) this.homes.set(home, { longestMs: 0 });
  }

  forget(home: string): void {
    this.homes.delete(home);
  }

  /** Regions that are open for a home, as last seen. */
  open(home: string): readonly string[] {
    return this.tables.open(home);
  }

  /** Whether a region's controller says that it reaches some tables. */
  reaches(region: string, tables: readonly string[]): boolean {
    return this.tables.isRunning(region, tables);
  }

  /** Homes that were open somewhere since they were followed. */
  everOpen(): readonly string[] {
    return [...this.homes].flatMap(([home, { openAt }]) => (openAt === undefined ? [] : [home]));
  }

  /** Whether a table has a claim of every home that is followed, as last seen. */
  isFilled(table: string): boolean {
    const claims = this.tables.seen.get(table)?.claims ?? {};
    return [...this.homes.keys()].every((home) => claims[home] !== undefined);
  }

  /** By home, for how many seconds it was open nowhere at most since it was followed. */
  gaps(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.homes].map(([home, { longestMs }]) => [home, Math.round(longestMs / 100) / 10]),
    );
  }

  stop(): Promise<void> {
    return this.tables.stop();
  }

  private judge(): void {
    for (const [home, seen] of this.homes) {
      const open = this.open(home);
      if (open.length > 1) this.openTwice.push(`${home} in ${open.join(" and ")}`);
      const now = performance.now();
      if (open.length > 0) seen.openAt = now;
      else if (seen.openAt !== undefined) seen.longestMs = Math.max(seen.longestMs, now - seen.openAt);
    }
  }
}
