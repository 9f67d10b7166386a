import { Agent } from "node:https";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ownershipTableName } from "../../core/names";
import { callFailure } from "../../messages/failures";
import { getPass } from "./get-pass";
import {
  asksForAnother,
  type Clocks,
  PASS_CLOSED_MS,
  type PassReading,
  type PassVerdict,
  passVerdict,
} from "./pass";
import { homesIn } from "./pass-item";
import { tableClient } from "./store/client";
import type { ReachedTable } from "./store/reached-table";
import { ROUND_MS } from "./times";

export interface PassReaderOptions {
  /** The region in which this code runs: its pass is read. */
  readonly region: string;
  /** Tables that hold copies of the pass, by region. */
  readonly tables: Readonly<Record<string, ReachedTable>>;
  /** The clocks of this machine. */
  readonly clocks: () => Clocks;
}

export type PassAnswer =
  | PassVerdict
  /** No table answered. `code`: what the call of the own region's table failed with, such as `AccessDeniedException`. */
  | { readonly open: false; readonly why: "unreadable"; readonly code: string };

/**
 * Whether this region processes a home's messages, by its pass in the tables of the voters. Make one for the life of the process. The pass
 * is read at most every five seconds, while a home is closed every second, for all homes at once; concurrent callers share one request.
 *
 * The own region's table is asked first. When it fails, or has no pass, all others are asked at once and the first copy counts: every copy
 * tells its end in its own table's time.
 */
export class PassReader {
  private kept: PassReading | undefined;
  private asking: Promise<PassReading> | undefined;

  constructor(private readonly options: PassReaderOptions) {}

  /**
   * Never throws, and opens by the answer of a table alone.
   * @param home home of the message, from its origin; not the region in which this code runs
   */
  async verdict(home: string): Promise<PassAnswer> {
    const { clocks } = this.options;
    const present = clocks();
    const kept = this.standing(home, present);
    const isRecent = () => present.mono - this.kept!.sent.mono < PASS_CLOSED_MS;
    if (kept !== undefined && (kept.open || isRecent())) return kept;
    try {
      this.asking ??= this.read().finally(() => {
        this.asking = undefined;
      });
      this.kept = await this.asking;
      // The clocks again: a machine may be frozen while the answer is on its way.
      return passVerdict(this.kept, home, clocks());
    } catch (error) {
      return (
        this.standing(home, clocks()) ?? { open: false, why: "unreadable", code: callFailure(error).code }
      );
    }
  }

  /** What the last reading says, as long as it counts. */
  private standing(home: string, present: Clocks): PassVerdict | undefined {
    if (this.kept === undefined) return undefined;
    const verdict = passVerdict(this.kept, home, present);
    return verdict.open || !asksForAnother(verdict.why) ? verdict : undefined;
  }

  private async read(): Promise<PassReading> {
    const { region, tables } = this.options;
    const { [region]: own, ...others } = tables;
    try {
      return await this.readFrom(own!);
    } catch (failure) {
      try {
        return await Promise.any(Object.values(others).map((table) => this.readFrom(table)));
      } catch (failures) {
        const missing = [failure, ...(failures as AggregateError).errors].find(isMissing);
        if (missing === undefined) throw failure;
        return missing.reading;
      }
    }
  }

  private async readFrom(table: ReachedTable): Promise<PassReading> {
    const { region, clocks } = this.options;
    const { sent, dateMs, item } = await getPass(table, region, clocks, ROUND_MS);
    const reading = { sent, dateMs, homes: homesIn(item ?? {}) };
    if (item === undefined) throw new PassMissing(reading);
    return reading;
  }
}

export interface RegionPassOptions {
  /** Name of the failover group, as in the configuration. */
  readonly group: string;
  /** The region in which this code runs. */
  readonly region: string;
  /** Regions whose tables hold copies: those of the group, and the witness. @default the own region alone */
  readonly regions?: readonly string[];
  /** Prefix of the group's names, as in the configuration. @default none */
  readonly prefix?: string;
  /** ARNs of tables in another account, such as a witness's, by region. @default all are in the caller's account */
  readonly arns?: Readonly<Record<string, string>>;
  /** Makes the client of a region. Its calls must end soon: nothing is open while one lasts. @default {@link passClient} */
  readonly client?: (region: string) => Pick<DynamoDBClient, "send">;
  /** The clocks of this machine. @default those of the process */
  readonly clocks?: () => Clocks;
}

/** A reader of the pass of the region in which this code runs. */
export function passReader(options: RegionPassOptions): PassReader {
  const { group, region, regions = [], prefix = "", arns = {} } = options;
  const { client = passClient, clocks = processClocks } = options;
  const names = [...new Set([region, ...regions])].map((of) => [
    of,
    arns[of] ?? ownershipTableName(prefix, group),
  ]);
  return new PassReader({ region, tables: passTables(Object.fromEntries(names), client), clocks });
}

/** A reader of a region's pass, which asks that region's table first. @param names of the tables, or their ARNs, by region */
export function passOf(region: string, names: Readonly<Record<string, string>>): PassReader {
  return new PassReader({ region, tables: passTables(names), clocks: processClocks });
}

/** Tables as readers of passes reach them. @param names their names or ARNs, by region */
export function passTables(
  names: Readonly<Record<string, string>>,
  client: (region: string) => ReachedTable["client"] = passClient,
): Readonly<Record<string, ReachedTable>> {
  return Object.fromEntries(
    Object.entries(names).map(([region, name]) => [region, { client: client(region), name }]),
  );
}

/** Connections are not kept: those of a worker that was frozen are dead, and its first batch would find the gate closed. */
export function passClient(region: string): DynamoDBClient {
  return tableClient(region, { httpsAgent: new Agent({ keepAlive: false }) });
}

/** The clocks of this process. */
export function processClocks(): Clocks {
  return { mono: Math.floor(performance.now()), wall: Date.now() };
}

/** The table has no pass of this region: the table was made anew, or nobody has written there yet. */
class PassMissing extends Error {
  override readonly name = "PassMissing";

  /** @param reading what was read: a pass for no home */
  constructor(readonly reading: PassReading) {
    super("the table has no pass of the region");
  }
}

function isMissing(error: unknown): error is PassMissing {
  return error instanceof PassMissing;
}
