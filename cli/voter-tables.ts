import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { TableAnswer, TableAnswers } from "../ownership/lease/effects";
import { type LeaseStore, openStore } from "../ownership/lease/store/store";
import { TimedOut } from "../ownership/lease/store/within";
import { bounded } from "./bounded";
import type { Clients } from "./clients";
import { CALL_SECONDS } from "./limits";
import { isOutOfReach, type Trouble, troubleOf } from "./trouble";

export interface VoterTablesOptions {
  readonly tableName: (region: string) => string;
  readonly clients: Pick<Clients, "dynamodb">;
  /** Milliseconds. */
  readonly clock: () => number;
}

const SILENT: Trouble = {
  kind: "timed-out",
  name: "TimeoutError",
  message: "nothing came in time",
  answered: false,
};

/** What is reported of a table that did not answer all in time. */
const TIMED_OUT = new TimedOut("").name;

/** The tables of ownership as a command reaches them: what they hold, and why those that tell nothing do so. */
export class VoterTables implements Pick<LeaseStore, "look" | "round"> {
  private readonly store: LeaseStore;
  private readonly prepared = new Map<string, Promise<void>>();
  /** By region: the first error of a call since the last look began, and what else was wrong. */
  private readonly errors = new Map<string, Trouble>();
  private readonly unreadable = new Map<string, string>();
  private readonly found = new Map<string, Trouble>();

  constructor(private readonly options: VoterTablesOptions) {
    const { tableName, clock } = options;
    this.store = openStore({
      tableName,
      clock,
      client: (region) => this.client(region),
      report: ({ table, reason }) => {
        if (reason !== TIMED_OUT) this.unreadable.set(table, reason);
      },
    });
  }

  /** Why tables told nothing when they were looked at last, by region. */
  get troubles(): ReadonlyMap<string, Trouble> {
    return this.found;
  }

  /** The operator has no local region, and the first connection to a far one takes long: a table that says nothing is asked once more. */
  async look(tables: readonly string[]): Promise<TableAnswers> {
    await Promise.all(tables.map((table) => this.prepare(table)));
    const answers = new Map(await this.lookOnce(tables));
    const silent = tables.filter((table) => {
      const trouble = this.found.get(table);
      return trouble !== undefined && isOutOfReach(trouble);
    });
    if (silent.length === 0) return answers;
    const again = await this.lookOnce(silent);
    return new Map([...answers, ...again]);
  }

  round(...args: Parameters<LeaseStore["round"]>): ReturnType<LeaseStore["round"]> {
    return this.store.round(...args);
  }

  /** Looks for credentials, which takes longer than a table has time to answer. A failure shows when the table is asked. */
  private prepare(region: string): Promise<void> {
    const { credentials } = this.options.clients.dynamodb(region).config;
    const prepared =
      this.prepared.get(region) ??
      bounded(credentials(), CALL_SECONDS * 1_000).then(
        () => {},
        () => {},
      );
    this.prepared.set(region, prepared);
    return prepared;
  }

  private async lookOnce(tables: readonly string[]): Promise<TableAnswers> {
    for (const table of tables) for (const noted of [this.errors, this.unreadable]) noted.delete(table);
    const answers = await this.store.look(tables);
    for (const table of tables) this.note(table, answers.get(table));
    return answers;
  }

  private note(table: string, answer: TableAnswer | undefined): void {
    if (answer !== undefined && answer.kind !== "refused") {
      this.found.delete(table);
      return;
    }
    this.found.set(table, this.errors.get(table) ?? this.unread(table) ?? SILENT);
  }

  private unread(table: string): Trouble | undefined {
    const message = this.unreadable.get(table);
    return message === undefined
      ? undefined
      : { kind: "failed", name: "UnreadableItem", message, answered: true };
  }

  /** A client whose errors are noted: the protocol has no use for more than their codes. */
  private client(region: string): DynamoDBClient {
    const client = this.options.clients.dynamodb(region);
    client.middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          const trouble = troubleOf(error);
          // One that we have ended ourselves is silence.
          if (trouble.name !== "AbortError" && !this.errors.has(region)) this.errors.set(region, trouble);
          throw error;
        }
      },
      { step: "initialize", priority: "high", name: "noteTrouble", override: true },
    );
    return client;
  }
}
