import type { PassReader } from "../../ownership/lease/pass-reader";
import type { BatchContext } from "../replicate/batch-context";
import type { DrainDeadlines } from "../sqs/deadline";
import type { Target } from "../sqs/send";
import type { LedgerIdOf } from "./copy";
import type { Rules } from "./disposition";
import type { Lookup, ProcessedLedger } from "./lookup";
import type { Moved } from "./moved";
import type { Rate } from "./rate";
import type { DrainerSettings } from "./settings";
import type { Tally } from "./tally";
import type { DrainTask } from "./task";

export interface DrainContext extends BatchContext {
  readonly deadlines: DrainDeadlines;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What a warm worker keeps from one task to the next. */
export interface Drainage {
  readonly settings: DrainerSettings;
  readonly clients: {
    readonly own: Target["client"];
    /** Of the home's region, for what is read from afar. */
    readonly home: Target["client"];
  };
  /** The own region's pass. */
  readonly passes: Pick<PassReader, "verdict">;
  /** The pass of the copies' own home's region. */
  readonly homePasses: Pick<PassReader, "verdict">;
  /** Only with `rescue: ledger`. */
  readonly ledger?: ProcessedLedger;
  readonly ledgerIdOf: LedgerIdOf;
}

/** One task under way. */
export interface DrainRun extends Drainage {
  readonly task: DrainTask;
  readonly rules: Rules;
  readonly lookup: Lookup;
  readonly rate: Rate;
  readonly moved: Moved;
  readonly tally: Tally;
  readonly context: DrainContext;
}

/**
 * How a look at a queue ended, when that is the end of looking.
 *
 * | end | |
 * |---|---|
 * | `empty` | nothing was received |
 * | `futile` | nothing came of what was received, and nothing is to be expected of what is behind it |
 * | `failed` | the queue could not be read, or not be written |
 * | `blocked` | an earlier queue has messages that have to go first |
 * | `late` | time is up |
 */
export type End = "empty" | "futile" | "failed" | "blocked" | "late";

export interface QueueLook {
  /** @default one may go on */
  readonly end?: End;
  /** Whether as many messages came as a call can give, and something came of them. */
  readonly full: boolean;
}
