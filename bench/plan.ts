import { MODE_NAMES, type ModeName } from "./cases";

/** The parts of a run, in their order. */
export const PART_NAMES = ["throughput", "drainer", "memory", "cold-start", "isolation"] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What a peer may suffer from, while it is measured what the home notices. */
export const FAULTS = ["black-holed", "refused"] as const;
export type PeerFault = (typeof FAULTS)[number];

/** What is measured, and for how long. */
export interface BenchPlan {
  readonly quick: boolean;
  readonly modes: readonly ModeName[];
  readonly parts: readonly PartName[];
  readonly latenciesMs: readonly number[];
  /** Records per event. */
  readonly eventSizes: readonly number[];
  /** Measurements of each figure. */
  readonly rounds: number;
  /** Of one measurement; longer when one event takes longer. */
  readonly roundMs: number;
  readonly warmUpMs: number;
  /** Of a drainer: runs for each figure, and the time that each receives for. */
  readonly drains: { readonly rounds: number; readonly forMs: number };
  readonly coldStarts: number;
  /** Records of the largest event, and the number of those. */
  readonly largeEvent: { readonly records: number; readonly events: number };
  readonly isolation: {
    readonly latencyMs: number;
    readonly healthyMs: number;
    readonly faultyMs: number;
    /** None: the fault is left out. */
    readonly rounds: Readonly<Record<PeerFault, number>>;
  };
}

export interface PlanOptions {
  readonly quick?: boolean;
  readonly latenciesMs?: readonly number[];
  /** Names of modes and parts; what is of neither kind is not limited. */
  readonly only?: readonly (ModeName | PartName)[];
}

export function planOf({ quick = false, latenciesMs = [0, 20, 70], only = [] }: PlanOptions): BenchPlan {
  return {
    quick,
    modes: chosen(MODE_NAMES, only),
    parts: chosen(PART_NAMES, only),
    latenciesMs,
    ...(quick ? QUICK : FULL),
  };
}

const FULL = {
  eventSizes: [10, 100, 1_000],
  rounds: 4,
  roundMs: 500,
  warmUpMs: 1_500,
  drains: { rounds: 3, forMs: 3_000 },
  coldStarts: 25,
  largeEvent: { records: 10_000, events: 3 },
  // Long enough for a circuit breaker's longest pause: what its trials cost must show.
  isolation: { latencyMs: 20, healthyMs: 1_500, faultyMs: 4_500, rounds: { "black-holed": 6, refused: 2 } },
} as const;

const QUICK = {
  eventSizes: [10, 100],
  rounds: 1,
  roundMs: 200,
  warmUpMs: 300,
  drains: { rounds: 1, forMs: 700 },
  coldStarts: 3,
  largeEvent: { records: 10_000, events: 1 },
  isolation: { latencyMs: 20, healthyMs: 500, faultyMs: 1_500, rounds: { "black-holed": 1, refused: 0 } },
} as const;

/** Those of `all` that are named, or all when none is. What others are compared with is measured in any case. */
function chosen<T extends string>(all: readonly T[], only: readonly string[]): readonly T[] {
  const named = all.filter((name) => only.includes(name));
  return named.length === 0 ? all : named;
}
