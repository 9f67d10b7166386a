import type { SQSRecord } from "aws-lambda";
import type { IdentityOptions } from "../ledger/key";
import type { Gate } from "./gate";
import { GATE_HOLDS, type HoldSchedule, TROUBLE_HOLDS } from "./hold-seconds";
import {
  type HoldOptions,
  type Holds,
  holdRecords,
  keep,
  type SqsHandler,
  withFollowers,
} from "./lambda/lambda";
import type { LedgerOptions } from "./process-once";
import { processedRecords } from "./processed-records";

/** The gate of the region, or one that says the same. */
export type AnyGate = Pick<Gate, "admits">;

export interface GateHoldOptions {
  /** How long messages are held while the gate is closed to them. @default {@link GATE_HOLDS} */
  readonly gateHolds?: HoldSchedule;
  /** How long they are held while ownership or the ledger do not answer. @default {@link TROUBLE_HOLDS} */
  readonly troubleHolds?: HoldSchedule;
}

export interface GatedOptions extends HoldOptions, GateHoldOptions {
  readonly gate: AnyGate;
  /** What it knows as processed is not held but done with, also while the gate is closed. @default everything is held */
  readonly ledger?: IdentityOptions & LedgerOptions;
}

/**
 * Puts a gate in front of the handler of a function on a work queue. The handler gets the messages to which the gate is open. The others
 * are held, for longer with each receive, and on a FIFO queue also what is behind one of them in its group. They are reported as failed, so
 * that Lambda leaves them on the queue. What another region has processed, as the ledger knows, is left for Lambda to delete. The mapping
 * must have `ReportBatchItemFailures`, or Lambda deletes what is reported.
 */
export function gated(handler: SqsHandler, { gate, ledger, ...options }: GatedOptions): SqsHandler {
  const processedOf = ledger === undefined ? undefined : processedRecords(ledger);
  return async (event, context) => {
    const closed = await closedTo(gate, event.Records, options);
    if (closed.size === 0) return handler(event, context);
    const processed = await processedOf?.([...closed.keys()]);
    const records = event.Records.filter((record) => !processed?.has(record));
    const held = withFollowers(records, closed);
    console.info(`gate closed: ${held.size} messages are held`);
    await holdRecords(held, options);
    const open = records.filter((record) => !held.has(record));
    const answer = open.length > 0 ? await handler({ ...event, Records: open }, context) : undefined;
    const { batchItemFailures } = keep(held.keys());
    return { batchItemFailures: [...batchItemFailures, ...(answer?.batchItemFailures ?? [])] };
  };
}

/** The records that must not be processed now, and how long each is held for that. */
async function closedTo(
  gate: AnyGate,
  records: readonly SQSRecord[],
  options: GateHoldOptions,
): Promise<Holds> {
  // All at once: they share one reading, also when it fails.
  const verdicts = await Promise.all(records.map((record) => gateVerdict(gate, record)));
  const holds = new Map<SQSRecord, HoldSchedule>();
  records.forEach((record, index) => {
    const schedule = gateSchedule(verdicts[index]!, options);
    if (schedule !== undefined) holds.set(record, schedule);
  });
  return holds;
}

export type GateVerdict = "open" | "closed" | "unknown";

export async function gateVerdict(gate: AnyGate, record: SQSRecord): Promise<GateVerdict> {
  try {
    return (await gate.admits(record)) ? "open" : "closed";
  } catch {
    return "unknown";
  }
}

/** How a message is held for what the gate says; undefined: it may be processed. */
export function gateSchedule(
  verdict: GateVerdict,
  { gateHolds = GATE_HOLDS, troubleHolds = TROUBLE_HOLDS }: GateHoldOptions,
): HoldSchedule | undefined {
  if (verdict === "open") return undefined;
  return verdict === "closed" ? gateHolds : troubleHolds;
}
