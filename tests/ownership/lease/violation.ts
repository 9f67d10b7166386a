/** What must hold in every run, whatever fails. */
export const INVARIANTS = {
  I1: "never two open passes for one home",
  I2: "never two valid claims at one voter",
  I3: "epochs of successive owners rise",
  I4: "no pass outlives its round's beginning by more than the lease",
  I5: "never an owner whose own gate stays closed",
  I6: "every home has an open pass soon, while the fault lasts",
  I7: "a late or repeated write changes nothing after the next write",
  I8: "an order told as written holds until a later one is acted on",
  I9: "successive owners share a voter",
  I10: "tables made anew: a home is neither interrupted by a minority nor opened by an empty majority",
  I11: "nobody hands a home to a region that is unfit",
  I12: "no list is dropped unless a higher one has stood beside it",
  I13: "a home goes and opens when its controller lets it, and its pass goes with it",
  I14: "no owner says too early that passes before it have ended",
  crash: "the program does not throw",
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  /** Real time, milliseconds. */
  readonly at: number;
  readonly detail: string;
  /** What had happened before, if it was recorded. */
  readonly trace: readonly string[];
}
