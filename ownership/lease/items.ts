/**
 * What a voter's table holds. A *voter* is the table `<group>-ownership` of one region, named here by its region. Each voter is a lease of
 * its own: owning a home is holding its claim at a majority of the voters at the same moment.
 */

/** Identifies one ownership. Epochs of successive owners rise: the number first, then region, then run. */
export interface Epoch {
  readonly number: number;
  /** The owner. */
  readonly region: string;
  /** Id of the controller run that took the home. A later run of the same region may continue the epoch. */
  readonly run: string;
}

/** A numbered list of the voters that decide about one home. */
export interface VoterList {
  /** 0: founding, by the home's own table. 1: as configured then. From 2 on: by order. */
  readonly number: number;
  /** Tells lists of one number apart: the id of the order. Empty for 0 and 1. */
  readonly id: string;
  /** Regions whose tables vote, sorted. */
  readonly voters: readonly string[];
}

/** `free`: given back after a take that missed its majority. */
export type ClaimState = "held" | "closing" | "free";

/** One region's claim of one home at one voter. */
export interface Claim {
  /** Fresh and random for every write. Each write is conditional on the id that was last read. */
  readonly id: string;
  readonly epoch: Epoch;
  readonly state: ClaimState;
  /** Of `closing`: the region that is to take the home. */
  readonly next?: string;
  /** The lists that bind whoever wrote this: one, or two and more while a list changes. */
  readonly lists: readonly VoterList[];
  /** Replaced claims that had not lapsed. @default it replaced none */
  readonly forced?: true;
  /** Number of the highest order about the home that its owners have carried out; 0: none. */
  readonly order: number;
  /** By order, the home is away from its own region, until it takes itself back. @default it is not */
  readonly evacuated?: true;
  /** How often an owner has handed the home back by itself, and when last, in this table's time (epoch milliseconds). */
  readonly returns?: { readonly count: number; readonly at: number };
  /** How this region came to own the home. */
  readonly taking?: Taking;
}

/** How an owner came to own a home: written by the take, and carried on until another region takes the home. */
export interface Taking {
  /** The owner before. @default none: the home was founded */
  readonly from?: string;
  /** Number of that owner's epoch. */
  readonly epoch?: number;
  /** From this moment on, in the time of the tables (epoch milliseconds), no pass of an owner before is open. */
  readonly at: number;
  /** Number of the highest order that was carried out before: such an order says nothing of this ownership. @default none was */
  readonly order?: number;
}

/** An order of an operator about one home: a register, in which the higher number wins, then the higher id. */
export interface Order {
  readonly number: number;
  readonly id: string;
  /** The region that is to own the home. */
  readonly to: string;
  /** Claims are replaced though they have not lapsed. */
  readonly force?: true;
  /** The region that does not run, by the operator's word. For a home whose lists name one table. */
  readonly lost?: string;
  /** The new owner processes what was sent from this moment on, epoch milliseconds. @default what it does not know to be processed */
  readonly since?: number;
}

/** An order that changes the list of voters of every home. Registers as {@link Order}; its number is the list's. */
export interface VotersOrder {
  readonly number: number;
  readonly id: string;
  readonly voters: readonly string[];
}

/** What one region may do, as one table tells its readers. All moments are in that table's own time, epoch milliseconds. */
export interface Pass {
  /** By home that the region owns: it processes the home's messages until then. */
  readonly homes: Readonly<Record<string, PassEntry>>;
  readonly status?: Status;
}

export interface PassEntry {
  readonly epoch: number;
  readonly until: number;
}

/** What a region tells about itself, with every renewal. */
export interface Status {
  /** Run that wrote it. */
  readonly run: string;
  /** Since when that run has been looking, by the time of its own region's table. */
  readonly runSince: number;
  /** The configuration of that run. @default the run does not tell */
  readonly configuration?: string;
  /** The region says so until then. */
  readonly until: number;
  /** It can do its work. */
  readonly fit: boolean;
  /** Since when `fit` has been what it is, without a break in what the region says. */
  readonly since: number;
  /** The run holds the region's own home. */
  readonly ownsItself: boolean;
  /** Homes that the run holds. */
  readonly holds: readonly string[];
  /** Regions whose tables it has read and written in its last round. */
  readonly reaches: readonly string[];
}

export function compareEpochs(one: Epoch, other: Epoch): number {
  return (
    one.number - other.number || compareText(one.region, other.region) || compareText(one.run, other.run)
  );
}

export function isSameEpoch(one: Epoch, other: Epoch): boolean {
  return compareEpochs(one, other) === 0;
}

/** Order of registers and of lists: by number, then by id. */
export function compareNumbers(
  one: { readonly number: number; readonly id: string },
  other: { readonly number: number; readonly id: string },
): number {
  return one.number - other.number || compareText(one.id, other.id);
}

function compareText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
