import { SendMessageBatchCommand, type SendMessageBatchResult, type SQSClient } from "@aws-sdk/client-sqs";
import { callFailure, entryFailure, type Failure } from "../../messages/failures";
import { entryOf, type Message } from "../../messages/message";
import type { Deadline } from "./deadline";

/** A queue, with a client of its region. */
export interface Target {
  readonly client: Pick<SQSClient, "send">;
  readonly queueUrl: string;
}

export interface Accepted {
  readonly accepted: true;
  /** When the queue's answer was here, in epoch milliseconds. */
  readonly at: number;
}

export interface Refused extends Failure {
  readonly accepted: false;
  /** Name of the queue that did not take the message. */
  readonly queue: string;
}

/** What became of one message at one queue. */
export type SendOutcome = Accepted | Refused;

export function queueName({ queueUrl }: Pick<Target, "queueUrl">): string {
  return queueUrl.slice(queueUrl.lastIndexOf("/") + 1);
}

export function refused(target: Target, failure: Failure): Refused {
  return { accepted: false, queue: queueName(target), ...failure };
}

/**
 * Sends messages in one call and says what became of each, in their order; it never throws. They must fit one call.
 *
 * When SQS refuses the whole call because of its contents, the batch is halved until the message at fault stands alone and the
 * others are through. That also holds if a queue admits less to a batch than the documented limit.
 */
export async function sendBatch(
  target: Target,
  messages: readonly Message[],
  deadline: Deadline,
  now: () => number,
): Promise<readonly SendOutcome[]> {
  const all = (failure: Failure): readonly SendOutcome[] => messages.map(() => refused(target, failure));
  if (!deadline.mayStart()) return all({ class: "deadline", code: "NotStarted" });
  try {
    const command = new SendMessageBatchCommand({
      QueueUrl: target.queueUrl,
      Entries: messages.map((message, index) => entryOf(message, String(index))),
    });
    const result = await target.client.send(command, { abortSignal: deadline.signal });
    return outcomesOf(result, target, messages.length, now());
  } catch (error) {
    const failure = callFailure(error);
    if (failure.class !== "message" || messages.length === 1) return all(failure);
    const half = Math.ceil(messages.length / 2);
    return [
      ...(await sendBatch(target, messages.slice(0, half), deadline, now)),
      ...(await sendBatch(target, messages.slice(half), deadline, now)),
    ];
  }
}

/** Only what SQS lists as successful, and not also as failed, was accepted: an entry without a word is a failure. */
function outcomesOf(
  result: SendMessageBatchResult,
  target: Target,
  count: number,
  at: number,
): readonly SendOutcome[] {
  const successful = new Set(result.Successful?.map(({ Id }) => Id));
  const failed = new Map(result.Failed?.map(({ Id, Code }) => [Id, entryFailure(Code)]));
  return Array.from({ length: count }, (_, index) => {
    const id = String(index);
    const failure = failed.get(id);
    if (failure !== undefined) return refused(target, failure);
    return successful.has(id)
      ? { accepted: true, at }
      : refused(target, { class: "unknown", code: "NotInResponse" });
  });
}
