import { createHash, randomUUID } from "node:crypto";
import { nameOf } from "../../messages/failures";
import { leaseRun } from "../../ownership/lease/run";
import type { LeaseSettings } from "../../ownership/lease/settings";
import { type DriveOptions, drive } from "../../ownership/lease/store/drive";
import {
  type LeaseStore,
  type LeaseStoreOptions,
  openStore,
  type TableTrouble,
} from "../../ownership/lease/store/store";
import type { LeaseHooks } from "./controller";
import type { Dependencies } from "./dependencies";
import type { ControllerSettings } from "./settings";

/** A run ends so long before Lambda would stop it that what is under way has ended. */
const ENDING_MS = 5_000;
/** Trouble with a table is told once a minute, and not every five seconds. */
const TOLD_MS = 60_000;

export interface LeaseDependencies extends Pick<Dependencies, "settings" | "clock" | "onFailure"> {
  /** What the controller decides. */
  readonly hooks: LeaseHooks;
  /** @default clients of DynamoDB */
  readonly client?: LeaseStoreOptions["client"];
  /** @default the tables of DynamoDB */
  readonly store?: LeaseStore;
  /** Ends early, without rejecting, when the signal is aborted. @default a timer */
  readonly sleep?: DriveOptions["sleep"];
}

/**
 * Takes part in the leases of all homes, until another run of this region's controller has been doing so for long enough, or Lambda's time is
 * over. Never throws: a run that cannot look ends, and its successor begins within two minutes.
 *
 * Two triggers start a run every minute each. One that finds a young run of its own configuration ends at once.
 *
 * @param remainingMs until Lambda stops the function
 */
export async function holdLeases(
  { settings, hooks, clock, client, onFailure, sleep, store: given }: LeaseDependencies,
  remainingMs: number,
): Promise<void> {
  const until = clock() + remainingMs - ENDING_MS;
  const store =
    given ??
    openStore({
      tableName: (region) => tableOf(settings, region),
      clock,
      report: rarely(clock, ({ table, reason }) => onFailure(`ownership table of ${table}`, reason)),
      ...(client && { client }),
    });
  const steps = leaseRun(leaseSettings(settings), {
    id: randomUUID(),
    isSpare: true,
    configuration: digestOf(settings),
    clock,
    newId: randomUUID,
    ...hooks,
  });
  try {
    await drive(steps, store, {
      clock,
      until,
      report: (error) => onFailure("leases", nameOf(error)),
      ...(sleep && { sleep }),
    });
  } catch (error) {
    onFailure("leases", nameOf(error));
  } finally {
    store.close();
  }
}

/** Name of a region's table of ownership, or its ARN. A table that is not configured, but stands in a list of voters, is called like the own one. */
export function tableOf({ region, ownership }: ControllerSettings, of: string): string {
  return ownership.tables[of] ?? ownership.tables[region]!;
}

/** The same for the same settings. */
function digestOf(settings: ControllerSettings): string {
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex");
}

function leaseSettings(settings: ControllerSettings): LeaseSettings {
  const { region, regions, takeoverOrder, takeover, failback, ownership } = settings;
  return {
    region,
    members: regions,
    voters: ownership.voters,
    takeoverOrder,
    takeover,
    failback,
    failbackAfterMs: settings.failbackAfterSeconds * 1_000,
    takeoverDelayMs: settings.takeoverDelaySeconds * 1_000,
  };
}

function rarely(clock: () => number, tell: (trouble: TableTrouble) => void): (trouble: TableTrouble) => void {
  const told = new Map<string, number>();
  return (trouble) => {
    const key = `${trouble.table} ${trouble.reason}`;
    const last = told.get(key);
    if (last !== undefined && clock() - last < TOLD_MS) return;
    told.set(key, clock());
    tell(trouble);
  };
}
