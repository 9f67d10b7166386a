import type { Call } from "./gateway-call";

/** Which calls to look at; what is left out matches everything. */
export interface CallFilter {
  readonly source?: string;
  readonly target?: string;
  readonly service?: string;
  readonly operation?: string;
}

/** Calls of one kind. */
export interface CallCount extends Required<CallFilter> {
  /** Calls that reached AWS. */
  readonly calls: number;
  /** Calls that a fault answered or cut off instead. */
  readonly faulted: number;
}

/** A moment to count from. */
export type Mark = ReadonlyMap<string, CallCount>;

/** Counts calls by source, target, service and operation. */
export class CallCounter {
  private counts = new Map<string, CallCount>();

  add(call: Call, outcome: "calls" | "faulted"): void {
    const { source, target, service, operation } = call;
    const key = [source, target, service, operation].join("\n");
    const count = this.counts.get(key) ?? { source, target, service, operation, calls: 0, faulted: 0 };
    this.counts.set(key, { ...count, [outcome]: count[outcome] + 1 });
  }

  /** The present moment, for `since`. */
  mark(): Mark {
    return new Map(this.counts);
  }

  /** Every kind of call that was made since `mark` (default: ever). */
  since(mark: Mark = new Map()): readonly CallCount[] {
    return [...this.counts]
      .map(([key, count]) => {
        const before = mark.get(key);
        return {
          ...count,
          calls: count.calls - (before?.calls ?? 0),
          faulted: count.faulted - (before?.faulted ?? 0),
        };
      })
      .filter((count) => count.calls + count.faulted > 0);
  }
}

export function matchesFilter(filter: CallFilter, call: Required<CallFilter>): boolean {
  return (
    (filter.source === undefined || filter.source === call.source) &&
    (filter.target === undefined || filter.target === call.target) &&
    (filter.service === undefined || filter.service === call.service) &&
    (filter.operation === undefined || filter.operation === call.operation)
  );
}

/** Calls that reached AWS among `counts`. */
export function sumCalls(counts: readonly CallCount[], filter: CallFilter = {}): number {
  return counts.filter((count) => matchesFilter(filter, count)).reduce((sum, count) => sum + count.calls, 0);
}
