import type { IdentityOptions } from "../ledger/key";
import type { Gate } from "./gate";
import { GATE_HOLDS, type HoldSchedule, TROUBLE_HOLDS } from "./hold-seconds";
import { type HoldOptions, holdRecords, keep, type SqsHandler } from "./lambda";
import type { LedgerOptions } from "./process-once";
import { processedRecords } from "./processed-records";

/** The gate of the region, or one that says the same. */
export type AnyGate = Pick<Gate, "isOpen"> & Partial<Pick<Gate, "isOpening">>;

export interface GatedOptions extends HoldOptions {
  readonly gate: AnyGate;
  /** How long messages are held while the gate is closed. @default {@link GATE_HOLDS} */
  readonly gateHolds?: HoldSchedule;
  /** How long they are held while it is about to open, or nobody knows. @default {@link TROUBLE_HOLDS} */
  readonly troubleHolds?: HoldSchedule;
  /** What it knows as processed is not held but done with, also while the gate is closed. @default everything is held */
  readonly ledger?: IdentityOptions & LedgerOptions;
}

/**
 * Puts a gate in front of the handler of a function on a work queue. While it is closed nothing is processed: every message is held, for
 * longer with each receive, and reported as failed, so that Lambda leaves it on the queue. The same, for shorter, while the gate is about
 * to open, or nobody knows whether it is open. What the ledger knows as processed, because the owner has done it meanwhile, is left for Lambda to delete. The
 * mapping must have `ReportBatchItemFailures`, or Lambda deletes what is reported.
 */
export function gated(
  handler: SqsHandler,
  { gate, gateHolds = GATE_HOLDS, troubleHolds = TROUBLE_HOLDS, ledger, ...options }: GatedOptions,
): SqsHandler {
  const processedOf = ledger === undefined ? undefined : processedRecords(ledger);
  return async (event, context) => {
    const verdict = await verdictOf(gate);
    if (verdict === "open") return handler(event, context);
    const processed = await processedOf?.(event.Records);
    const records = event.Records.filter((record) => !processed?.has(record));
    console.info(`gate ${verdict}: ${records.length} messages are held`);
    await holdRecords(records, verdict === "closed" ? gateHolds : troubleHolds, options);
    return keep(records);
  };
}

async function verdictOf(gate: AnyGate): Promise<"open" | "opening" | "closed" | "unknown"> {
  try {
    if (await gate.isOpen()) return "open";
    return (await gate.isOpening?.()) ? "opening" : "closed";
  } catch {
    return "unknown";
  }
}
