import { settingsOf } from "../../config/configuration";
import { ownershipTablesOf, votersOf } from "../../config/voters";
import { plain } from "../../core/expression";
import type { Deployment } from "../../emulator/deployment";
import type { Emulator } from "../../emulator/emulator";
import { isFounded } from "./passes";
import { TableWatch } from "./table-watch";
import type { Timeline } from "./timeline";

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
  private readonly owners = new Map<string, string | undefined>();
  private readonly tables: TableWatch;

  constructor(
    emulator: Emulator,
    private readonly deployment: Deployment,
    private readonly timeline: Timeline,
  ) {
    const tables = plain(ownershipTablesOf(settingsOf(deployment.configuration)), "tables");
    const accountOf = (region: string) => deployment.account(region);
    this.tables = new TableWatch({ emulator, tables, accountOf }, () => this.judge());
  }

  /** The one region that processes a home's messages, as last seen. */
  owner(home: string): string | undefined {
    const open = this.tables.open(home);
    return open.length === 1 ? open[0] : undefined;
  }

  /** Whether a region's controller runs. */
  runs(region: string): boolean {
    return this.tables.isRunning(region);
  }

  /** Whether every voter knows who owns each home. */
  isFounded(): boolean {
    const voters = plain(votersOf(settingsOf(this.deployment.configuration)), "voters");
    return this.deployment.regions.every((home) => isFounded(home, voters[home]!, this.tables.seen));
  }

  stop(): Promise<void> {
    return this.tables.stop();
  }

  private judge(): void {
    for (const home of this.deployment.regions) this.note(home, this.tables.open(home));
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
