import { setTimeout as sleep } from "node:timers/promises";
import { openIn, type TableSeen } from "../../demo/scenarios/passes";
import { type LeaseStore, openStore } from "../../ownership/lease/store/store";
import { dynamoClient } from "../emulator/clients";
import type { Emulator } from "../emulator/emulator";

const LOOK_EVERY_MS = 500;
const JUDGE_EVERY_MS = 250;

export interface GateWatchOptions {
  readonly emulator: Emulator;
  /** Regions whose tables are looked at, whether they vote or not, and whether there is one or not. */
  readonly tables: readonly string[];
  readonly tableName: string;
  readonly account: string;
}

/** Follows the passes in all tables that there may be, as readers do, while members and voters come and go. */
export class GateWatch {
  /** Homes that were open in two regions at one moment, as often as it was seen. */
  readonly openTwice: string[] = [];
  private readonly tables = new Map<string, TableSeen>();
  /** By home that is followed: when it was last seen open, and the longest time for which it was not since. */
  private readonly homes = new Map<string, { openAt?: number; longestMs: number }>();
  private readonly store: LeaseStore;
  private readonly running: Promise<unknown>;
  private over = false;

  constructor({ emulator, tables, tableName, account }: GateWatchOptions) {
    this.store = openStore({
      tableName: () => tableName,
      clock,
      client: (region) => dynamoClient(emulator, { region, account, maxAttempts: 1 }),
    });
    // Each table by itself: one that hangs keeps nobody from looking at the others.
    this.running = Promise.all([...tables.map((table) => this.look(table)), this.judge()]);
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
    return openIn(home, this.tables.values(), clock());
  }

  /** Whether a region's controller says that it reaches some tables. */
  reaches(region: string, tables: readonly string[]): boolean {
    return [...this.tables.values()].some(({ passes, date, receivedAt }) => {
      const { until = 0, reaches = [] } = passes[region]?.status ?? {};
      return until > date + clock() - receivedAt && tables.every((table) => reaches.includes(table));
    });
  }

  /** Homes that were open somewhere since they were followed. */
  everOpen(): readonly string[] {
    return [...this.homes].flatMap(([home, { openAt }]) => (openAt === undefined ? [] : [home]));
  }

  /** Whether a table has a claim of every home that is followed, as last seen. */
  isFilled(table: string): boolean {
    const claims = this.tables.get(table)?.claims ?? {};
    return [...this.homes.keys()].every((home) => claims[home] !== undefined);
  }

  /** By home, for how many seconds it was open nowhere at most since it was followed. */
  gaps(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.homes].map(([home, { longestMs }]) => [home, Math.round(longestMs / 100) / 10]),
    );
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.running;
    this.store.close();
  }

  private async look(table: string): Promise<void> {
    while (!this.over) {
      const answer = (await this.store.look([table])).get(table);
      if (answer?.kind === "items") this.tables.set(table, answer);
      // What its pass said still counts, but nothing is claimed there.
      const seen = this.tables.get(table);
      if (answer?.kind === "no-table" && seen) this.tables.set(table, { ...seen, claims: {} });
      await sleep(LOOK_EVERY_MS);
    }
  }

  private async judge(): Promise<void> {
    while (!this.over) {
      for (const [home, seen] of this.homes) {
        const open = this.open(home);
        if (open.length > 1) this.openTwice.push(`${home} in ${open.join(" and ")}`);
        const now = clock();
        if (open.length > 0) seen.openAt = now;
        else if (seen.openAt !== undefined) seen.longestMs = Math.max(seen.longestMs, now - seen.openAt);
      }
      await sleep(JUDGE_EVERY_MS);
    }
  }
}

function clock(): number {
  return performance.now();
}
