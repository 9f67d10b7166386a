import {
  BatchProcessor,
  EventType,
  processPartialResponse,
  SqsFifoPartialProcessorAsync,
} from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ledgerClient } from "../ledger/client";
import { type IdentityOptions, identifier } from "../ledger/key";
import { LedgerUnusable } from "../ledger/unusable";
import { groupOf } from "../replicator/deliver";
import { messageOf } from "../replicator/message/message";
import { type AnyGate, gated } from "./gated";
import { type HoldSchedule, TROUBLE_HOLDS } from "./hold-seconds";
import { type HoldOptions, holdRecords, isFifo, type SqsHandler } from "./lambda";
import type { Lease } from "./lease";
import { ownRegion } from "./own-region";
import { type LedgerOptions, type Process, processOnce } from "./process-once";

export interface ConsumerOptions extends IdentityOptions, HoldOptions {
  /** Processes one message. What it throws fails that message and no other. */
  readonly process: Process<SQSRecord>;
  /** @default none: the function goes on when another region has taken over, and both process what is on the work queue */
  readonly gate?: AnyGate;
  /** How long messages are held while the gate is closed. @default 15 min, 1 h, 4 h, then 11.5 h each */
  readonly gateHolds?: HoldSchedule;
  /**
   * How long messages are held while the gate is about to open, or ledger or ownership do not answer.
   * @default 30 s, 2 min, 10 min, 1 h, 4 h, then 11.5 h each
   */
  readonly troubleHolds?: HoldSchedule;
  /** @default none: a message may be processed again after a failover, and whenever SQS delivers it twice */
  readonly ledger?: LedgerOptions;
  /** Visibility timeout of the work queue. @default claims last until the function's timeout, which is shorter */
  readonly visibilityTimeoutSeconds?: number;
  /** Standard queues: all messages of a batch at the same time, or one after the other, as FIFO queues always have it. @default true */
  readonly processInParallel?: boolean;
  /** Told of every message that failed, with the cause; not of those held back behind it in its FIFO group. @default writes it to the log */
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
  const { processInParallel = true, onFailure = logFailure } = options;
  return async (event, context) => {
    const receivedAt = Date.now();
    const unanswered = new Set<string>();
    let down: LedgerUnusable | undefined;
    const answer = await partialResponse(event, context, processInParallel, async (record) => {
      try {
        // What one record found out is not asked again for each of the others: time would run out before the batch is through.
        if (down !== undefined) throw down;
        await processRecord(record, leaseOf(options, context, receivedAt));
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        if (error instanceof LedgerUnusable) {
          down = error;
          unanswered.add(record.messageId);
        }
        onFailure(error, record);
        throw error;
      }
    });
    await holdRecords(heldOf(event, answer, unanswered), options.troubleHolds ?? TROUBLE_HOLDS, options);
    return answer;
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

/** What the ledger did not answer for, and what stays behind it in its FIFO group. */
function heldOf(
  { Records: records }: SQSEvent,
  { batchItemFailures }: SQSBatchResponse,
  unanswered: ReadonlySet<string>,
): readonly SQSRecord[] {
  if (unanswered.size === 0) return [];
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const groups = new Set(records.filter(({ messageId }) => unanswered.has(messageId)).map(groupOf));
  return records.filter(
    (record) =>
      unanswered.has(record.messageId) ||
      (isFifo(record) && failed.has(record.messageId) && groups.has(groupOf(record))),
  );
}

function logFailure(error: Error, { messageId }: SQSRecord): void {
  console.error(`message ${messageId} failed`, error);
}
