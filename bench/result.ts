import type { Archive } from "./archives";
import type { ColdStartFigure } from "./measure/cold-start";
import type { DrainerFigure } from "./measure/drainer";
import type { IsolationFigure } from "./measure/isolation";
import type { MemoryResult } from "./measure/memory";
import type { ThroughputResult } from "./measure/throughput";

/** All that one run has measured. Parts that were not asked for are absent. */
export interface Measured {
  /** When it began, ISO 8601. */
  readonly date: string;
  readonly quick: boolean;
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly cores: number;
    /**
     * Processes that ran or waited for a core in the minute before the run, and in its last minute. The benchmark itself keeps one to two
     * busy; what others do with the machine is in the figures.
     */
    readonly load: { readonly before: number; readonly after: number };
  };
  readonly archives: readonly Archive[];
  readonly throughput?: ThroughputResult;
  readonly drainer?: readonly DrainerFigure[];
  readonly memory?: MemoryResult;
  readonly coldStarts?: readonly ColdStartFigure[];
  readonly isolation?: readonly IsolationFigure[];
}
