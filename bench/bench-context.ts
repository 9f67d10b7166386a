import type { Bundles } from "./archives";
import type { FunctionCase } from "./cases";
import type { BenchPlan } from "./plan";
import type { Stub } from "./stub/stub";
import type { WorkerOptions } from "./worker/worker";

/** What every measurement gets. */
export interface Bench {
  readonly bundles: Bundles;
  readonly stub: Stub;
  readonly plan: BenchPlan;
  /** Folder for files of this run. */
  readonly directory: string;
  /** Says how far it is. */
  readonly say: (line: string) => void;
}

export function workerOptions(
  { bundles, stub }: Bench,
  { bundle, environment }: FunctionCase,
): WorkerOptions {
  return {
    runtime: bundles.runtime,
    folder: bundles.folders[bundle],
    endpoint: stub.endpoint,
    environment: environment(stub.endpoint),
  };
}
