import type { TraceKind } from "./trace";
import type { Invariant } from "./violation";

/** Where the parts of a judge report to. */
export interface Report {
  readonly now: number;
  violation(invariant: Invariant, detail: string, home?: string): void;
  trace(kind: TraceKind, text: () => string, home?: string): void;
}
