/** What the benchmark and the stub say to each other. */

export interface StubCondition {
  /** From the whole request to its answer. */
  readonly latencyMs: number;
  /** Regions whose calls are taken and never answered. */
  readonly blackHoled: readonly string[];
  /** Regions whose connections are closed when they call. */
  readonly refused: readonly string[];
}

export interface QueueCounts {
  /** Region of the caller's credential scope. */
  readonly region: string;
  readonly calls: number;
  readonly messages: number;
  /** The body of the first call. */
  readonly sample: string;
}

/** What the stub saw since it was last asked. */
export interface Counts {
  readonly operations: Readonly<Record<string, number>>;
  /** By queue URL, in the order of their first call; calls that got no answer are not among them. */
  readonly queues: Readonly<Record<string, QueueCounts>>;
  /** Most calls that waited for their answer at one time. */
  readonly peakInFlight: number;
  /** Calls of operations that the stub does not know. */
  readonly unknown: number;
  /** CPU time of the stub itself. */
  readonly cpuMs: number;
}

export type StubOrder =
  | { readonly kind: "set"; readonly condition: StubCondition }
  | { readonly kind: "take" };

export type StubMessage =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "done" }
  | { readonly kind: "counts"; readonly counts: Counts };
