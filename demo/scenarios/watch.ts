import { setTimeout as sleep } from "node:timers/promises";
import { ownershipTablesOf, votersOf } from "../../config/voters";
import { type LeaseStore, openStore } from "../../ownership/lease/store/store";
import { dynamoClient } from "../../tests/emulator/clients";
import type { Deployment } from "../../tests/emulator/deployment";
import type { Emulator } from "../../tests/emulator/emulator";
import { isFounded, isRunning, openIn, type TableSeen } from "./passes";
import type { Timeline } from "./timeline";

const LOOK_EVERY_MS = 500;

/** Another region than before processes a home's messages, or none does. */
export interface Move {
  readonly home: string;
  /** Undefined: no region processes the home's messages. */
  readonly owner: string | undefined;
  /** When it was seen, in epoch milliseconds. */
  readonly at: number;
}

/** Follows the passes in the tables of all voters, as readers do, and tells the timeline who processes which home's messages. */
export class OwnershipWatch {
  /** What was seen so far; the first moves are those of the beginning. */
  readonly moves: Move[] = [];
  /** Homes that two regions processed at the same moment, each as often as it was seen. */
  readonly ownedTwice: string[] = [];
  private readonly homes: readonly string[];
  private readonly tables = new Map<string, TableSeen>();
  private readonly owners = new Map<string, string | undefined>();
  private readonly store: LeaseStore;
  private readonly running: Promise<unknown>;
  private over = false;

  constructor(
    emulator: Emulator,
    private readonly deployment: Deployment,
    private readonly timeline: Timeline,
  ) {
    const names = ownershipTablesOf(deployment.configuration);
    this.homes = deployment.regions;
    this.store = openStore({
      tableName: (region) => names[region]!,
      clock,
      client: (region) =>
        dynamoClient(emulator, { region, account: deployment.account(region), maxAttempts: 1 }),
    });
    this.running = this.watch(Object.keys(names));
  }

  /** The one region that processes a home's messages, as last seen. */
  owner(home: string): string | undefined {
    const open = openIn(home, this.tables.values(), clock());
    return open.length === 1 ? open[0] : undefined;
  }

  /** Whether a region's controller runs. */
  runs(region: string): boolean {
    return isRunning(region, this.tables.values(), clock());
  }

  /** Whether every voter knows who owns each home. */
  isFounded(): boolean {
    const voters = votersOf(this.deployment.configuration);
    return this.homes.every((home) => isFounded(home, voters[home]!, this.tables));
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.running;
    this.store.close();
  }

  /** Every table is looked at once before anything is said: of tables not seen yet, nobody would process anything. */
  private async watch(tables: readonly string[]): Promise<void> {
    await Promise.all(tables.map((table) => this.look(table)));
    // Each table by itself: one that hangs keeps nobody from looking at the others.
    await Promise.all([...tables.map((table) => this.follow(table)), this.judge()]);
  }

  private async follow(table: string): Promise<void> {
    while (!this.over) {
      await this.look(table);
      await sleep(LOOK_EVERY_MS);
    }
  }

  private async look(table: string): Promise<void> {
    const answer = (await this.store.look([table])).get(table);
    if (answer?.kind === "items") this.tables.set(table, answer);
  }

  private async judge(): Promise<void> {
    while (!this.over) {
      for (const home of this.homes) this.note(home, openIn(home, this.tables.values(), clock()));
      await sleep(LOOK_EVERY_MS);
    }
  }

  private note(home: string, open: readonly string[]): void {
    if (open.length > 1) this.ownedTwice.push(home);
    const owner = open.length === 0 ? undefined : open.join(" and ");
    if (this.owners.has(home) && this.owners.get(home) === owner) return;
    this.owners.set(home, owner);
    this.moves.push({ home, owner, at: Date.now() });
    this.timeline.say(`ownership: ${owner ?? "nobody"} processes the messages of ${home}`);
  }
}

function clock(): number {
  return performance.now();
}
