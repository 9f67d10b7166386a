import { setTimeout as sleep } from "node:timers/promises";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { BATCH_MAX_BYTES, BATCH_MAX_ENTRIES } from "../../core/limits";
import type { Endpoint } from "../../demo/traffic";
import { entryOf, type Messages } from "./messages";

/** What a producer knows of what it sent. */
export class Sent {
  /** Numbers that it tried to send. */
  readonly attempted = new Set<number>();
  /** By number: the id that the ingress queue gave, for what it acknowledged. */
  readonly messageIds = new Map<number, string>();
}

export interface ProducerOptions {
  readonly ingress: Endpoint;
  readonly messages: Messages;
  readonly sent: Sent;
  /** Resolves when there is room for more on the way. */
  readonly room: () => Promise<void>;
}

const SENDERS = 4;
/** Groups that one sender of a FIFO queue sends by turns: fewer, with all senders, than a batch of the functions has messages. */
const GROUPS_AT_A_TIME = 2;
/** Room of a batch call for what is not body: attributes, names. */
const ENTRY_OVERHEAD_BYTES = 1_024;
const RETRY_AFTER_MS = 100;
/** Much longer than any fault in front of the ingress queue, and shorter than the five minutes of deduplication. */
const RETRY_FOR_MS = 120_000;

/**
 * Sends every message once. Whether one that was not acknowledged is on the queue, its producer does not know and does not ask.
 *
 * @throws Error when the queue refuses a call for good
 */
export async function produceStandard(options: ProducerOptions): Promise<void> {
  const { messages, sent, room } = options;
  let next = 0;
  const sender = async () => {
    while (next < messages.count) {
      const batch = numbersThatFit(range(next, Math.min(next + BATCH_MAX_ENTRIES, messages.count)), messages);
      next += batch.length;
      await room();
      for (const number of batch) sent.attempted.add(number);
      await sendBatch(options, batch);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

/**
 * Sends every message of a group after the one before was acknowledged, one of a group in a batch at most. Whatever is in doubt
 * is sent again with the same deduplication id. A few groups are sent at a time, so that many messages of a group are on the way
 * together.
 *
 * @throws Error when the queue refuses a call for good, or a message is in doubt for too long
 */
export async function produceFifo(options: ProducerOptions): Promise<void> {
  const { messages, sent, room } = options;
  const firsts = range(0, Math.min(messages.groups, messages.count)).values();
  const since = new Map<number, number>();
  const sender = async () => {
    // The next message of each group that is being sent.
    let due: readonly number[] = take(firsts, GROUPS_AT_A_TIME);
    while (due.length > 0) {
      await room();
      const batch = numbersThatFit(due, messages);
      for (const number of batch) {
        sent.attempted.add(number);
        if (!since.has(number)) since.set(number, Date.now());
      }
      const failed = await sendBatch(options, batch);
      const tooLong = failed.find((number) => Date.now() - since.get(number)! > RETRY_FOR_MS);
      if (tooLong !== undefined) throw new Error(`message ${tooLong} was in doubt for ${RETRY_FOR_MS} ms`);
      const following = batch
        .filter((number) => !failed.includes(number))
        .map((number) => number + messages.groups)
        .filter((number) => number < messages.count);
      const going = [...failed, ...due.slice(batch.length), ...following];
      due = [...going, ...take(firsts, GROUPS_AT_A_TIME - going.length)];
      if (failed.length > 0) await sleep(RETRY_AFTER_MS);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

/** Sends a batch, notes what was acknowledged and returns what was not. @throws Error when nothing will help */
async function sendBatch(
  { ingress, messages, sent }: ProducerOptions,
  batch: readonly number[],
): Promise<readonly number[]> {
  try {
    const { Successful = [] } = await ingress.client.send(
      new SendMessageBatchCommand({
        QueueUrl: ingress.queueUrl,
        Entries: batch.map((number) => entryOf(number, messages)),
      }),
    );
    for (const { Id, MessageId } of Successful) sent.messageIds.set(Number(Id), MessageId ?? "");
  } catch (error) {
    if (!isPassing(error)) throw error;
  }
  return batch.filter((number) => !sent.messageIds.has(number));
}

/** Whether a call failed for a reason that lies in a fault: no answer, an error inside SQS, throttling. */
function isPassing(error: unknown): boolean {
  const { name, message, $metadata } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500 || name === "RequestThrottled";
  return /ECONNRESET|EPIPE|socket hang up/.test(message);
}

/** As many of the numbers, from the first on, as one batch call takes. */
function numbersThatFit(numbers: readonly number[], messages: Messages): readonly number[] {
  let bytes = 0;
  const fitting = numbers.filter((number) => {
    bytes += Buffer.byteLength(entryOf(number, messages).MessageBody) + ENTRY_OVERHEAD_BYTES;
    return bytes <= BATCH_MAX_BYTES;
  });
  return fitting.length === 0 ? numbers.slice(0, 1) : fitting;
}

function take(numbers: Iterator<number>, count: number): readonly number[] {
  const taken: number[] = [];
  while (taken.length < count) {
    const next = numbers.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
