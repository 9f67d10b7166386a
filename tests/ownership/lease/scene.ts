import type { LeaseSettings } from "../../../ownership/lease/settings";
import type { Carrier } from "./carrier";
import type { Driver } from "./driver";
import type { Reader } from "./reader";
import type { LeaseTable } from "./table";
import type { Trace } from "./trace";
import type { Work } from "./work";

/** A run of a controller, for scripts. */
export interface Run {
  readonly id: string;
  readonly region: string;
  readonly bornAt: number;
  readonly driver: Driver;
}

export interface RegionState {
  readonly name: string;
  isAlive: boolean;
  isFit: boolean;
  unfitAt: number;
  noticesAfterMs: number;
  /** By home, how long what the controller has to do takes. @default drawn each time */
  readonly workMs: Record<string, number>;
  readonly work: Work;
  /** Runs that might be going on: those that have left it to others among them, until their time is over. */
  runs: Run[];
  readers: Reader[];
}

/** What judges see of the world. */
export interface Scene {
  readonly now: number;
  readonly members: readonly string[];
  /** Regions of all tables. */
  readonly tableNames: readonly string[];
  readonly tables: ReadonlyMap<string, LeaseTable>;
  readonly regions: ReadonlyMap<string, RegionState>;
  readonly carrier: Carrier;
  readonly trace: Trace;
  at(time: number, run: () => void): void;
  region(name: string): RegionState;
  table(name: string): LeaseTable;
  settingsOf(region: string): LeaseSettings;
}
