import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { TableAnswers, Write, WriteAnswers } from "../effects";
import { tableClient } from "./client";
import { collect } from "./collect";
import type { ReachedTable } from "./reached-table";
import { readTable } from "./read-table";
import { writeItem } from "./write-item";

/** Carries out the protocol's effects. No call of it rejects because of what a table does or does not answer. */
export interface LeaseStore {
  look(tables: readonly string[]): Promise<TableAnswers>;
  round(writes: readonly Write[], isEnough?: (answers: WriteAnswers) => boolean): Promise<WriteAnswers>;
  /** Ends the connections. What is under way may still be carried out. */
  close(): void;
}

/** Why a table counted for nothing. */
export interface TableTrouble {
  /** Region of the table. */
  readonly table: string;
  readonly during: "look" | "round";
  /** Code of an error, or what is wrong with an item. */
  readonly reason: string;
}

export interface LeaseStoreOptions {
  /** Name of a region's table, or its ARN when it is in another account. */
  readonly tableName: (region: string) => string;
  /** Monotonic clock of the run, milliseconds. */
  readonly clock: () => number;
  /** @default trouble is not told */
  readonly report?: (trouble: TableTrouble) => void;
  /** @default {@link tableClient} */
  readonly client?: (region: string) => DynamoDBClient;
}

/** The tables of all voters. Open one for each run of a controller, and close it: see {@link tableClient}. */
export function openStore({
  tableName,
  clock,
  report = () => {},
  client = tableClient,
}: LeaseStoreOptions): LeaseStore {
  const clients = new Map<string, DynamoDBClient>();
  const reached = (region: string): ReachedTable => {
    const known = clients.get(region) ?? client(region);
    clients.set(region, known);
    return { client: known, name: tableName(region) };
  };
  const reporter = (table: string, during: TableTrouble["during"]) => (reason: string) =>
    report({ table, during, reason });
  return {
    look: async (tables) => {
      const regions = [...new Set(tables)];
      const answers = await collect(
        regions.map((region) => async () => readTable(reached(region), clock, reporter(region, "look"))),
      );
      return new Map([...answers].map(([index, answer]) => [regions[index]!, answer]));
    },
    round: (writes, isEnough) =>
      collect(
        writes.map((write) => async () => {
          return writeItem(reached(write.table), write, reporter(write.table, "round"));
        }),
        isEnough,
      ),
    close: () => {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}
