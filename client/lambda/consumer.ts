import {
  BatchProcessor,
  EventType,
  processPartialResponse,
  SqsFifoPartialProcessorAsync,
} from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ledgerClient } from "../../ledger/client";
import { type IdentityOptions, identifier } from "../../ledger/key";
import { LedgerUnusable } from "../../ledger/unusable";
import { messageOf } from "../../messages/message";
import { GateClosed } from "../errors";
import {
  type AnyGate,
  type GateHoldOptions,
  type GateVerdict,
  gated,
  gateSchedule,
  gateVerdict,
} from "../gated";
import { type HoldSchedule, TROUBLE_HOLDS } from "../hold-seconds";
import type { Lease } from "../lease";
import { ownRegion } from "../own-region";
import { type LedgerOptions, type Process, processOnce } from "../process-once";
import { type HoldOptions, holdRecords, isFifo, type SqsHandler, withFollowers } from "./lambda";

export interface ConsumerOptions extends IdentityOptions, HoldOptions, GateHoldOptions {
  /** Processes one message. What it throws fails that message and no other. */
  readonly process: Process<SQSRecord>;
  /** @default none: the function goes on when another region has taken over, and both process what is on the work queue */
  readonly gate?: AnyGate;
  /** @default none: a message may be processed again after a failover, and whenever SQS delivers it twice */
  readonly ledger?: LedgerOptions;
  /** Visibility timeout of the work queue. @default claims last until the function's timeout, which is shorter */
  readonly visibilityTimeoutSeconds?: number;
  /** Standard queues: all messages of a batch at the same time, or one after the other, as FIFO queues always have it. @default true */
  readonly processInParallel?: boolean;
  /** Told of every message that failed, with the cause; not of those that the gate holds, or that are behind it in its FIFO group. @default writes it to the log */
  readonly onFailure?: (error: Error, record: SQSRecord) => void;
}

/**
 * The handler of a Lambda function on a work queue: gate, then ledger, then `process`, for each message, with partial batch
 * responses. On FIFO queues a group stops at its first failure while others go on. Messages for which the ledger does not answer are
 * held, so that they do not use up their receives and end in the dead-letter queue.
 *
 * The mapping must have `ReportBatchItemFailures`, or Lambda deletes what failed.
 */
export function consumer(options: ConsumerOptions): SqsHandler {
  const { gate, ledger: given, ...others } = options;
  const { queue, businessKey } = options;
  const identity = { queue, ...(businessKey === undefined ? {} : { businessKey }) };
  const ledger = given && { ...given, ...identity, client: given.client ?? ledgerClient(ownRegion()) };
  const handler = batches(options, guarded(options, ledger));
  return gate === undefined ? handler : gated(handler, { ...others, gate, ...(ledger && { ledger }) });
}

type Guarded = (record: SQSRecord, lease: Lease) => Promise<unknown>;

function batches(options: ConsumerOptions, processRecord: Guarded): SqsHandler {
  const { processInParallel = true, onFailure = logFailure, troubleHolds = TROUBLE_HOLDS } = options;
  return async (event, context) => {
    const receivedAt = Date.now();
    const holds = new Map<SQSRecord, HoldSchedule>();
    const closedFor = gateCheck(options);
    let down: LedgerUnusable | undefined;
    const answer = await partialResponse(event, context, processInParallel, async (record) => {
      const schedule = await closedFor(record);
      if (schedule !== undefined) {
        holds.set(record, schedule);
        throw new GateClosed();
      }
      try {
        // What one record found out is not asked again for each of the others: time would run out before the batch is through.
        if (down !== undefined) throw down;
        await processRecord(record, leaseOf(options, context, receivedAt));
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        if (error instanceof LedgerUnusable) {
          down = error;
          holds.set(record, troubleHolds);
        }
        onFailure(error, record);
        throw error;
      }
    });
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const kept = event.Records.filter(({ messageId }) => failed.has(messageId));
    await holdRecords(withFollowers(kept, holds), options);
    return answer;
  };
}

/**
 * Asks the gate right before each record: a pass may end while a batch is processed. Gives how to hold a record that must not be processed.
 * After the first question without answer nobody is asked again: time would run out before the batch is through.
 */
function gateCheck({
  gate,
  ...options
}: ConsumerOptions): (record: SQSRecord) => Promise<HoldSchedule | undefined> {
  let verdict: GateVerdict = "open";
  return async (record) => {
    if (gate !== undefined && verdict !== "unknown") verdict = await gateVerdict(gate, record);
    return gateSchedule(verdict, options);
  };
}

/** The function behind the ledger, if there is one. Without it there is an idempotency key all the same. */
function guarded(options: ConsumerOptions, ledger: (IdentityOptions & LedgerOptions) | undefined): Guarded {
  const { process } = options;
  if (ledger !== undefined) return processOnce(process, ledger);
  const identityOf = identifier(options);
  return async (record) => process(record, { idempotencyKey: identityOf(messageOf(record))?.id });
}

function leaseOf({ visibilityTimeoutSeconds }: ConsumerOptions, context: Context, receivedAt: number): Lease {
  return visibilityTimeoutSeconds === undefined
    ? { context }
    : { context, visibilityTimeoutSeconds, receivedAt };
}

/**
 * The answer by which Lambda keeps what failed, also when everything did: an error would count as a failed invocation what is the
 * state of a message.
 */
function partialResponse(
  event: SQSEvent,
  context: Context,
  processInParallel: boolean,
  process: (record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> {
  const options = { context, throwOnFullBatchFailure: false };
  const [first] = event.Records;
  return first !== undefined && isFifo(first)
    ? processPartialResponse(event, process, new SqsFifoPartialProcessorAsync(), {
        ...options,
        skipGroupOnError: true,
      })
    : processPartialResponse(event, process, new BatchProcessor(EventType.SQS), {
        ...options,
        processInParallel,
      });
}

function logFailure(error: Error, { messageId }: SQSRecord): void {
  console.error(`message ${messageId} failed`, error);
}
