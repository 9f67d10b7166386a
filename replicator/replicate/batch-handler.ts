import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { deadlinesOf } from "../sqs/deadline";
import { Telemetry, type TelemetryOptions } from "../telemetry/telemetry";
import { traced } from "../telemetry/tracing";
import type { BatchContext } from "./batch-context";
import type { BatchReport } from "./report";

export interface BatchFunction extends TelemetryOptions {
  /** The clients that `process` uses, for tracing. */
  readonly clients: readonly SQSClient[];
  readonly process: (records: readonly SQSRecord[], context: BatchContext) => Promise<BatchReport>;
}

export type BatchHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** A Lambda handler that processes a batch as a whole and reports the records that failed or are held. */
export function batchHandler({ clients, process, ...options }: BatchFunction): BatchHandler {
  const telemetry = new Telemetry(options);
  const processor = new BatchProcessor(EventType.SQS);
  return (event, context) =>
    traced(options.name, options.dimensions, clients, async () => {
      const start = Date.now();
      const deadlines = deadlinesOf(context);
      const report = await process(event.Records, { deadlines, now: Date.now, random: Math.random });
      const messageIds = event.Records.map(({ messageId }) => messageId);
      try {
        telemetry.record(messageIds, report, Date.now() - start, context);
      } catch (error) {
        // What was delivered must not be repeated because it could not be counted.
        console.error("telemetry failed", error);
      }
      return partialResponse(event, report, processor);
    });
}

/**
 * The answer by which Lambda deletes what is done and keeps what failed, also when everything failed. An error would have Lambda keep the
 * batch too, and count a failed invocation for what is the state of a queue. On FIFO queues what follows a failed message in its group is
 * kept too; groups are independent of each other, and so what is done in others is not.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
function partialResponse(
  event: SQSEvent,
  { outcomes }: BatchReport,
  processor: BatchProcessor,
): Promise<SQSBatchResponse> {
  const outcomeOf = new Map(event.Records.map((record, index) => [record, outcomes[index]]));
  const check = async (record: SQSRecord): Promise<void> => {
    const status = outcomeOf.get(record)?.status;
    if (status !== "done" && status !== "moved") throw new NotDelivered();
  };
  return processPartialResponse(event, check, processor, { throwOnFullBatchFailure: false });
}

class NotDelivered extends Error {}
