import { type Severity, STEP_KINDS, type StepKind } from "./model/plan";

/** How much a logical queue has to bear. */
export interface Load {
  readonly messages: number;
  /** Groups that the messages belong to by turns. */
  readonly groups: number;
  /** Messages on their way to the work queue, at most: what keeps faults and messages together. */
  readonly window: number;
  readonly severity: Severity;
}

/** How much a run of the suite does. */
export interface Tier {
  readonly standard: Load;
  readonly fifo: Load;
  /** What goes wrong with the seed that is the same in every run, and with the one that never is. */
  readonly kinds: { readonly fixed: readonly StepKind[]; readonly random: readonly StepKind[] };
  /** Settings of the functions; batches are those of standard queues. */
  readonly functions: {
    readonly batch_size: number;
    readonly batching_window_seconds: number;
    readonly maximum_concurrency: number;
  };
  /** Longest time that a step waits for the calls that it concerns. */
  readonly patienceMs: number;
  readonly timeoutMs: number;
}

/** Kinds after which a message is back only when its visibility ends, a minute later: one run with them is enough for CI. */
const MINUTE_KINDS: readonly StepKind[] = ["kill", "denyBackOff"];
const CI_OUTAGES = { blackHoleMs: 6_000, pauseMs: 3_000 };
const FULL_OUTAGES = { blackHoleMs: 60_000, pauseMs: 8_000 };

export const CI: Tier = {
  standard: {
    messages: 600,
    groups: 7,
    window: 150,
    severity: { rounds: 2, calls: [1, 3], ...CI_OUTAGES },
  },
  fifo: {
    messages: 400,
    groups: 50,
    window: 200,
    severity: { rounds: 1, calls: [1, 2], ...CI_OUTAGES },
  },
  kinds: { fixed: STEP_KINDS, random: STEP_KINDS.filter((kind) => !MINUTE_KINDS.includes(kind)) },
  functions: { batch_size: 10, batching_window_seconds: 0, maximum_concurrency: 2 },
  patienceMs: 120_000,
  timeoutMs: 600_000,
};

export const FULL: Tier = {
  standard: {
    messages: 50_000,
    groups: 7,
    window: 4_000,
    severity: { rounds: 4, calls: [10, 40], ...FULL_OUTAGES },
  },
  fifo: {
    messages: 10_000,
    groups: 200,
    window: 2_000,
    severity: { rounds: 3, calls: [5, 15], ...FULL_OUTAGES },
  },
  kinds: { fixed: STEP_KINDS, random: STEP_KINDS },
  functions: { batch_size: 100, batching_window_seconds: 1, maximum_concurrency: 5 },
  patienceMs: 300_000,
  timeoutMs: 3_600_000,
};
