import { randomUUID } from "node:crypto";
import { leaseRun } from "../../ownership/lease/run";
import type { LeaseSettings } from "../../ownership/lease/settings";
import { drive } from "../../ownership/lease/store/drive";
import { type LeaseStoreOptions, openStore, type Trouble } from "../../ownership/lease/store/store";
import { nameOf, type Parts } from "./parts";
import type { ControllerSettings } from "./settings";

/** A run ends so long before Lambda would stop it that what is under way has ended. */
const ENDING_MS = 5_000;
/** Trouble with a table is told once a minute, and not every five seconds. */
const TOLD_MS = 60_000;

export interface LeaseParts extends Pick<Parts, "onFailure"> {
  readonly settings: ControllerSettings;
  /** What the run has found out about the own home. Undefined: nothing yet. */
  readonly isFit: () => boolean | undefined;
  /** Monotonic clock, milliseconds. @default `performance.now` */
  readonly clock?: () => number;
  /** @default clients of DynamoDB */
  readonly client?: LeaseStoreOptions["client"];
  /** Told which homes this run holds, with the numbers of their epochs, whenever that changes. */
  readonly onHeld?: (held: Readonly<Record<string, number>>) => void;
}

/**
 * Takes part in the leases of all homes, until another run of this region's controller has been doing so for long enough, or Lambda's time is
 * over. Never throws: a run that cannot look ends, and its successor begins within two minutes.
 *
 * Two triggers start a run every minute each. One that finds a young run ends at once.
 *
 * @param remainingMs until Lambda stops the function
 */
export async function holdLeases(
  { settings, isFit, clock = monotonic, client, onFailure, onHeld }: LeaseParts,
  remainingMs: number,
): Promise<void> {
  const until = clock() + remainingMs - ENDING_MS;
  const { tables } = settings.ownership;
  const store = openStore({
    tableName: (region) => tables[region] ?? tables[settings.region]!,
    clock,
    report: rarely(clock, ({ table, reason }) => onFailure(`ownership table of ${table}`, reason)),
    ...(client && { client }),
  });
  const steps = leaseRun(leaseSettings(settings), {
    id: randomUUID(),
    isSpare: true,
    clock,
    newId: randomUUID,
    isFit,
    hasEnded: (_home, fencedMs) => fencedMs >= settings.inFlightSeconds * 1_000,
    ...(onHeld && { onHeld }),
  });
  try {
    await drive(steps, store, { clock, until, report: (error) => onFailure("leases", nameOf(error)) });
  } catch (error) {
    onFailure("leases", nameOf(error));
  } finally {
    store.close();
  }
}

export function leaseSettings(settings: ControllerSettings): LeaseSettings {
  const { region, regions, takeoverOrder, failback, ownership } = settings;
  // Where one table decides alone, a lapse proves nothing about the others.
  const takeover = (ownership.voters[region] ?? []).length > 1 ? "automatic" : "manual";
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

function rarely(clock: () => number, tell: (trouble: Trouble) => void): (trouble: Trouble) => void {
  const told = new Map<string, number>();
  return (trouble) => {
    const key = `${trouble.table} ${trouble.reason}`;
    const last = told.get(key);
    if (last !== undefined && clock() - last < TOLD_MS) return;
    told.set(key, clock());
    tell(trouble);
  };
}

function monotonic(): number {
  return performance.now();
}
