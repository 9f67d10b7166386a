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
  /** Ends at once when another run of the region lives and is young: it was started in case that none does. @default it goes on */
  readonly isSpare?: true;
  /** Monotonic clock of this run, milliseconds. May stand still while the machine is frozen. */
  clock(): number;
  /** A fresh random id. */
  newId(): string;
  /** Whether this region can do its work now: queues, ledger, pollers. Undefined: the run has not found out yet, and the run before holds. */
  isFit(): boolean | undefined;
  /** Whether this region's work on a home's messages has ended, which it was told to end `fencedMs` ago. */
  hasEnded(home: string, fencedMs: number): boolean;
  /** Told which homes this run holds, with the numbers of their epochs, whenever that has changed. @default nobody is told */
  onHeld?(held: Readonly<Record<string, number>>): void;
}
