/**
 * What a region's controller must not forget, and what it tells its peers: one item per region in the tables of ownership. All moments are
 * epoch milliseconds.
 */
export interface Notes {
  readonly v: typeof NOTES_VERSION;
  /** Counts the writes: of several copies the highest holds. */
  readonly version: number;
  /** By region, the own one included, when the newest heartbeat that arrived was sent. */
  readonly heard: Readonly<Record<string, number>>;
  /** By peer's home. */
  readonly homes: Readonly<Record<string, HomeNotes>>;
}

export const NOTES_VERSION = 1;

/** By logical queue without a ledger: what the home took in before this moment counts as processed. The margin is taken off. */
export type Processed = Readonly<Record<string, number>>;

export interface HomeNotes {
  /** Follows what the home tells while it processes its own messages, and never goes back. */
  readonly queues: Processed;
  /** @default this region owns the home with nothing to rescue, or does not own it */
  readonly rescue?: RescueNote;
  /** Rescues that were handed back, the last one last. @default there are none */
  readonly spans?: readonly Rescued[];
}

/**
 * What a region answers for in place of a home's own: without a mark, taken in from the moment of its logical queue on, and before `until`.
 * A queue that is missing was moved without knowing what is processed: its home processes the messages again.
 */
export interface Rescued {
  /** Number of the epoch in which this region owned the home last. */
  readonly epoch: number;
  readonly until: number;
  readonly queues: Processed;
}

/** What this region rescues while it owns the home. It stands in the notes before anything is moved. */
export interface RescueNote extends Rescued {
  /** Since when this region gives the home up to the home's own region. @default it does not */
  readonly leaving?: number;
  /** All of it is processed, and the home is told so. @default it is not */
  readonly handedBack?: true;
}

export const NO_NOTES: Notes = { v: NOTES_VERSION, version: 0, heard: {}, homes: {} };

/** What is known of a home of which nothing was noted. */
export const NO_HOME_NOTES: HomeNotes = { queues: {} };

/** The rescue of a home that a region has handed back when its ownership of this epoch ended. Undefined: there is none. */
export function handedBack({ homes }: Notes, home: string, epoch: number | undefined): Rescued | undefined {
  const { rescue, spans = [] } = homes[home] ?? NO_HOME_NOTES;
  const all = [...spans, ...(rescue?.handedBack ? [rescue] : [])];
  return all.findLast((rescued) => rescued.epoch === epoch);
}
