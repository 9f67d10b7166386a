/** Where a replicator sends: `either` is the standby queue of a peer, or its outbox when that fails. */
export type Stop = "work" | "outbox" | "standby" | "either";

/** How copies of what a home takes in come to its peers. */
export interface Mode {
  /** Stops of the replicator, those of a stage at once. What one stage did not take goes to none of the later ones. */
  readonly stages: readonly (readonly Stop[])[];
  /** What the replicator does, in a word for each reader. */
  readonly way: string;
  /** What happens while a peer is away. */
  readonly whileAway: string;
  /** Why FIFO queues are refused. Absent where their order holds. */
  readonly breaksOrder?: string;
}

/**
 * Every replication mode. Queues, functions, policies and names of a logical queue follow from its stages; `docs/reference/modes.md` is
 * made from the table.
 */
const TABLE = {
  async: {
    stages: [["outbox"], ["work"]],
    way: "through an outbox in the home, which a forwarder per peer empties",
    whileAway: "the outbox grows; the home is undisturbed",
  },
  "semi-sync": {
    stages: [["work", "either"]],
    way: "straight to the peer's standby queue, through the outbox when that fails",
    whileAway: "the outbox grows; the home is undisturbed",
    breaksOrder:
      "copies that go straight to the peer and those that go through the outbox would overtake each other",
  },
  sync: {
    stages: [["standby"], ["work"]],
    way: "to the peers' standby queues before the work queue",
    whileAway: "messages wait on the ingress queue until the peer is back or taken out",
  },
  none: {
    stages: [["work"]],
    way: "not at all",
    whileAway: "nothing: no peer has copies",
  },
} as const satisfies Readonly<Record<string, Mode>>;

export type ReplicationMode = keyof typeof TABLE;

export const MODES: Readonly<Record<ReplicationMode, Mode>> = TABLE;

export const MODE_NAMES = Object.keys(MODES) as [ReplicationMode, ...ReplicationMode[]];

function modesThat(test: (mode: Mode) => boolean): readonly ReplicationMode[] {
  return MODE_NAMES.filter((name) => test(MODES[name]));
}

function modesWith(...stops: readonly Stop[]): readonly ReplicationMode[] {
  return modesThat(({ stages }) => stages.flat().some((stop) => stops.includes(stop)));
}

/** Modes in which copies go to peers. */
export const COPYING = modesWith("outbox", "standby", "either");
/** Modes in which there is an outbox queue and a forwarder per peer. */
export const WITH_OUTBOXES = modesWith("outbox", "either");
/** Modes in which the replicator itself sends to standby queues. */
export const CALLING_PEERS = modesWith("standby", "either");
/** Modes in which no message waits for a peer. */
export const NEVER_WAITING = modesThat(({ stages }) => !stages.flat().includes("standby"));
/** Modes that send to a peer's outbox what its standby queue does not take, so that no call to a peer needs patience. */
export const WITH_FALLBACK = modesWith("either");
/** Modes that keep the order of FIFO queues. */
export const KEEPING_ORDER = modesThat(({ breaksOrder }) => breaksOrder === undefined);

/** What FIFO queues take, in words: "async, sync or none". */
export const ORDERED_MODES = KEEPING_ORDER.join(", ").replace(/, (?=[^,]*$)/, " or ");
