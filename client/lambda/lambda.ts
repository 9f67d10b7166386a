import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { FIFO_SUFFIX, queueUrl } from "../../core/names";
import { receiveCountOf } from "../../ledger/received";
import { sqsClient } from "../../replicator/sqs/client";
import { groupOf } from "../../replicator/sqs/deliver";
import { hold } from "../hold";
import { type HoldSchedule, holdSeconds } from "../hold-seconds";

export type SqsHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

export interface HoldOptions {
  /** A client of the region in which the function runs. @default one for the region of the records' queue */
  readonly sqs?: Pick<SQSClient, "send">;
  /** @default Math.random */
  readonly random?: () => number;
}

export function isFifo({ eventSourceARN }: SQSRecord): boolean {
  return eventSourceARN.endsWith(FIFO_SUFFIX);
}

/** The answer by which Lambda keeps these records on their queue. */
export function keep(records: Iterable<SQSRecord>): SQSBatchResponse {
  return { batchItemFailures: [...records].map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** By record, how long it is to be held. */
export type Holds = ReadonlyMap<SQSRecord, HoldSchedule>;

/** These holds, and on a FIFO queue those of what follows one of the held records in its group, which is held by the same schedule. */
export function withFollowers(records: readonly SQSRecord[], holds: Holds): Holds {
  const groups = new Map<string | undefined, HoldSchedule>();
  const all = new Map<SQSRecord, HoldSchedule>();
  for (const record of records) {
    const schedule = groups.get(groupOf(record)) ?? holds.get(record);
    if (schedule === undefined) continue;
    all.set(record, schedule);
    if (isFifo(record)) groups.set(groupOf(record), schedule);
  }
  return all;
}

/**
 * Holds records of one queue, each by its receive count. Of a FIFO group all come back at one time, by the count of the first. Writes a line
 * when there are some that could not be held.
 */
export async function holdRecords(records: Holds, { sqs, random = Math.random }: HoldOptions): Promise<void> {
  const [first] = records.keys();
  if (first === undefined) return;
  const fifo = isFifo(first);
  const secondsOfGroup = new Map<string | undefined, number>();
  const holds = [...records].map(([record, schedule]) => {
    const group = groupOf(record);
    const seconds =
      (fifo ? secondsOfGroup.get(group) : undefined) ??
      holdSeconds(schedule, receiveCountOf(record), random());
    if (fifo) secondsOfGroup.set(group, seconds);
    return { receiptHandle: record.receiptHandle, seconds };
  });
  const { region, url } = queueOf(first);
  const notHeld = await hold({ client: sqs ?? clientOf(region), queueUrl: url }, holds);
  if (notHeld > 0) {
    console.warn(`${notHeld} messages could not be held: they come back after the visibility timeout`);
  }
}

function queueOf({ eventSourceARN }: SQSRecord): { readonly region: string; readonly url: string } {
  const [, , , region = "", account = "", name = ""] = eventSourceARN.split(":");
  return { region, url: queueUrl(region, account, name) };
}

const clients = new Map<string, SQSClient>();

function clientOf(region: string): SQSClient {
  const client = clients.get(region) ?? sqsClient(region);
  clients.set(region, client);
  return client;
}
