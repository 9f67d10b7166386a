import { setTimeout as sleep } from "node:timers/promises";
import { dynamoClient } from "../../emulator/clients";
import type { Emulator } from "../../emulator/emulator";
import { type LeaseStore, openStore } from "../../ownership/lease/store/store";
import { isRunning, openIn, type TableSeen } from "./passes";

const LOOK_EVERY_MS = 500;
const JUDGE_EVERY_MS = 250;

export interface TableWatchOptions {
  readonly emulator: Emulator;
  /** Name of the table in each region that is looked at, whether there is one or not. */
  readonly tables: Readonly<Record<string, string>>;
  readonly accountOf: (region: string) => string;
}

/** Follows tables of ownership, as readers do. */
export class TableWatch {
  /** What each table said last, by its region. */
  readonly seen = new Map<string, TableSeen>();
  private readonly store: LeaseStore;
  private readonly running: Promise<unknown>;
  private over = false;

  /** @param judge is called again and again, once every table was looked at: of tables not seen yet, nobody would process anything */
  constructor({ emulator, tables, accountOf }: TableWatchOptions, judge: () => void) {
    this.store = openStore({
      tableName: (region) => tables[region]!,
      clock,
      client: (region) => dynamoClient(emulator, { region, account: accountOf(region), maxAttempts: 1 }),
    });
    this.running = this.run(Object.keys(tables), judge);
  }

  /** Regions whose readers would take a home for their own. */
  open(home: string): readonly string[] {
    return openIn(home, this.seen.values(), clock());
  }

  /** Whether a region's controller says that it runs, and reaches these tables. @param tables by their regions. @default none is asked for */
  isRunning(region: string, tables: readonly string[] = []): boolean {
    return isRunning(region, this.seen.values(), clock(), tables);
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.running;
    this.store.close();
  }

  private async run(tables: readonly string[], judge: () => void): Promise<void> {
    await Promise.all(tables.map((table) => this.look(table)));
    // Each table by itself: one that hangs keeps nobody from looking at the others.
    await Promise.all([
      ...tables.map((table) => this.repeat(LOOK_EVERY_MS, () => this.look(table))),
      this.repeat(JUDGE_EVERY_MS, async () => judge()),
    ]);
  }

  private async repeat(everyMs: number, step: () => Promise<void>): Promise<void> {
    while (!this.over) {
      await step();
      await sleep(everyMs);
    }
  }

  private async look(table: string): Promise<void> {
    const answer = (await this.store.look([table])).get(table);
    if (answer?.kind === "items") this.seen.set(table, answer);
    // What its pass said still counts, but nothing is claimed there.
    const before = this.seen.get(table);
    if (answer?.kind === "no-table" && before) this.seen.set(table, { ...before, claims: {} });
  }
}

function clock(): number {
  return performance.now();
}
