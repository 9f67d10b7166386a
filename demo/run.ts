import type { Environments } from "./stock-clients";

export interface RunOptions {
  /** Orders to send, where the number is given. */
  readonly messages: number;
}

/** A run of the demo that is over, while everything still stands. */
export interface DemoRun {
  /** What `--json` prints. */
  readonly report: object;
  /** What is printed otherwise. */
  readonly table: string;
  /** Whether everything held that must hold. */
  readonly passed: boolean;
  /** For `--keep`. */
  readonly environments: () => Promise<Environments>;
}
