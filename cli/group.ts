import { randomUUID } from "node:crypto";
import { type Configuration, settingsOf } from "../config/configuration";
import { ownershipTablesOf, votersOf } from "../config/voters";
import { plain } from "../core/expression";
import { ownershipTableName } from "../core/names";
import { type CommandContext, readGroup } from "../ownership/lease/commands";
import type { Steps } from "../ownership/lease/effects";
import { drive } from "../ownership/lease/store/drive";
import type { Clients } from "./clients";
import { GroupView } from "./group-view";
import { VoterTables } from "./voter-tables";

/** A failover group as an operator reaches it: by the data plane of its tables of ownership, each of which may be gone. */
export class OperatedGroup {
  /** Members, in the order of the configuration. */
  readonly regions: readonly string[];
  /** Regions of the tables that the configuration names: the members, and the witness. */
  readonly tables: readonly string[];
  /** By home, the voters that the configuration names. They count at founding only. */
  readonly configuredVoters: Readonly<Record<string, readonly string[]>>;
  readonly context: CommandContext;
  private readonly names: Readonly<Record<string, string>>;
  private readonly store: VoterTables;

  constructor(
    readonly configuration: Configuration,
    clients: Pick<Clients, "dynamodb">,
  ) {
    const clock = () => Math.floor(performance.now());
    this.regions = Object.keys(configuration.regions);
    const settings = settingsOf(configuration);
    this.names = plain(ownershipTablesOf(settings), "tables");
    this.tables = Object.keys(this.names);
    this.configuredVoters = plain(votersOf(settings), "voters");
    this.context = {
      group: { members: this.regions, voters: this.configuredVoters },
      run: { newId: randomUUID, clock },
    };
    this.store = new VoterTables({ clients, clock, tableName: (region) => this.tableName(region) });
  }

  get name(): string {
    return this.configuration.failoverGroup;
  }

  /** The account that the configuration has for a member. */
  accountOf(region: string): string {
    return this.configuration.regions[region]!.account;
  }

  /** What the members and the witness call a region's table. A list may name one that the configuration no longer has. */
  tableName(region: string): string {
    const { naming, failoverGroup } = this.configuration;
    return this.names[region] ?? ownershipTableName(naming.prefix, failoverGroup);
  }

  /** Reads every table that the configuration or a list names. */
  async look(): Promise<GroupView> {
    const seen = await this.carryOut(readGroup(this.context, this.tables));
    return new GroupView(this.regions, seen, new Map(this.store.troubles));
  }

  /** Carries a command out. Neither what a table answers nor what it does not ends it early. */
  async carryOut<T>(steps: Steps<T>): Promise<T> {
    const result = await drive(steps, this.store, { clock: this.context.run.clock });
    return result as T;
  }
}
