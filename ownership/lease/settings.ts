import type { Taking } from "./items";

/** What the configuration tells a controller about ownership. The group's regions are its *members*; a witness is no member. */
export interface LeaseSettings {
  /** The member in which this controller runs. */
  readonly region: string;
  /** All members, in the order of the configuration. Each has a table. */
  readonly members: readonly string[];
  /** By home, the regions whose tables vote about it, as configured: counts at founding only. */
  readonly voters: Readonly<Record<string, readonly string[]>>;
  /** By home, the members that may take it over, the first to do so first. */
  readonly takeoverOrder: Readonly<Record<string, readonly string[]>>;
  /** `manual`: a peer takes a home by order only. */
  readonly takeover: "automatic" | "manual";
  /** `automatic`: a living owner hands a home back once the home has been fit for long enough. */
  readonly failback: "automatic" | "manual";
  /** Time for which a home must be fit before its owner hands it back by itself, milliseconds; doubled at each repeat within a day. */
  readonly failbackAfterMs: number;
  /** Time for which an owner must be unfit before it gives up what it owns, milliseconds. */
  readonly takeoverDelayMs: number;
}

/** What one run of a controller is given by the machine on which it runs. */
export interface LeaseRun {
  /** Random, and never the same for two runs. */
  readonly id: string;
  /**
   * Ends at once when another run of the region lives, is young and has the same configuration: it was started in case that none does.
   * @default it goes on
   */
  readonly isSpare?: true;
  /** Tells its configuration from others: a change must not wait for the end of a run that began before. @default all runs have one */
  readonly configuration?: string;
  /** Monotonic clock of this run, milliseconds. May stand still while the machine is frozen. */
  clock(): number;
  /** A fresh random id. */
  newId(): string;
  /** Whether this region can do its work now: queues, ledger, pollers. Undefined: the run has not found out yet, and the run before holds. */
  isFit(): boolean | undefined;
  /** For how long this region has been unfit, where that is known better than by this run's own looks, milliseconds. @default it is not */
  unfitMs?(): number | undefined;
  /**
   * Whether a peer's home may go, which this region is to give up by order, or because its own region is well again. Asked in every look as
   * long as this region is fit; until then the home is owned and processed here. @default at once
   */
  mayLeave?(home: string): boolean;
  /**
   * Whether this region may begin to process a home that it has taken. Asked until a first pass is written. @default at once
   * @param agoMs since no pass of an owner before is open any more, by the tables' time: runs before this one count
   */
  mayOpen?(home: string, taking: Taking, agoMs: number): boolean;
  /** Told of all homes after every look. @default nobody is told */
  onLook?(homes: Readonly<Record<string, HomeNow>>): void;
}

/** What a run knows of a home after a look. */
export interface HomeNow {
  /** Region of the highest claim. @default no claim was seen */
  readonly owner?: string;
  /** Number of that claim's epoch. */
  readonly epoch?: number;
  /** This run holds the home. */
  readonly held: boolean;
  /** This run holds the home and has written a pass. */
  readonly open: boolean;
  /** This region gives the home up, to that one. */
  readonly next?: string;
  /** Destination of an order that is not carried out. */
  readonly pending?: string;
  /**
   * Of the highest order, if that one says that the home is this region's, and was not carried out in an ownership before. See `since` of
   * an order.
   */
  readonly since?: number;
  /** How the owner came to own the home. */
  readonly taking?: Taking;
  /** For how long no pass of an owner before has been open, by the tables' own time. @default nobody says how the home came to its owner */
  readonly takenAgoMs?: number;
}
