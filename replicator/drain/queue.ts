import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { BATCH_MAX_ENTRIES } from "../../core/limits";
import { callFailure, entryFailure, type Failure } from "../../messages/failures";
import type { Deadline } from "../sqs/deadline";
import type { Target } from "../sqs/send";
import { inTens } from "../sqs/visibility";
import { recordOf } from "./received";

/** What a call gave, or why it failed. None of the functions here throws. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export interface Receive {
  /** Time for which what is received is out of sight. */
  readonly visibilitySeconds: number;
  /** Time for which an empty queue is waited for. 0 asks some of SQS's servers only, and may find nothing where there is something. */
  readonly waitSeconds: number;
}

/** Receives up to ten messages, with everything that is on them. */
export function receive(
  { client, queueUrl }: Target,
  { visibilitySeconds, waitSeconds }: Receive,
  region: string,
  deadline: Deadline,
): Promise<Attempt<readonly SQSRecord[]>> {
  return attempt(deadline, async () => {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: BATCH_MAX_ENTRIES,
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: visibilitySeconds,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    });
    const { Messages = [] } = await client.send(command, { abortSignal: deadline.signal });
    return Messages.map((message) => recordOf(message, region));
  });
}

export interface Removal {
  readonly removed: readonly SQSRecord[];
  /** Of the others, one each. */
  readonly failures: readonly Failure[];
}

/** A copy that was moved and not deleted is moved again: worth a second call, which is for the passing fault of single entries. */
const REMOVAL_CALLS = 2;

/** Deletes records. What is not deleted comes back when the visibility timeout ends with which it was received. */
export async function remove(
  records: readonly SQSRecord[],
  queue: Target,
  deadline: Deadline,
): Promise<Removal> {
  const parts = await Promise.all([...inTens(records)].map((batch) => removeTen(batch, queue, deadline)));
  return {
    removed: parts.flatMap(({ removed }) => removed),
    failures: parts.flatMap(({ failures }) => failures),
  };
}

async function removeTen(
  records: readonly SQSRecord[],
  { client, queueUrl }: Target,
  deadline: Deadline,
): Promise<Removal> {
  const removed: SQSRecord[] = [];
  let open = records;
  let failures: readonly Failure[] = [];
  for (let call = 1; call <= REMOVAL_CALLS && open.length > 0; call += 1) {
    const asked = open;
    const answer = await attempt(deadline, () =>
      client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: asked.map(({ receiptHandle }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
          })),
        }),
        { abortSignal: deadline.signal },
      ),
    );
    const codes = new Map(answer.ok ? answer.value.Failed?.map(({ Id, Code }) => [Id, Code]) : []);
    const successful = new Set(answer.ok ? answer.value.Successful?.map(({ Id }) => Id) : []);
    const isRemoved = (index: number) => successful.has(String(index)) && !codes.has(String(index));
    removed.push(...asked.filter((_, index) => isRemoved(index)));
    open = asked.filter((_, index) => !isRemoved(index));
    failures = [...asked.keys()]
      .filter((index) => !isRemoved(index))
      .map((index) => (answer.ok ? entryFailure(codes.get(String(index))) : answer.failure));
  }
  return { removed, failures };
}

/** Numbers of messages, as SQS guesses them: they settle within a minute after the last send. */
export interface Depth {
  /** To be received now or, delayed, later. */
  readonly waiting: number;
  /** Received by somebody, and out of sight. */
  readonly outOfSight: number;
}

const DEPTHS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
] as const satisfies readonly QueueAttributeName[];

export function depthOf({ client, queueUrl }: Target, deadline: Deadline): Promise<Attempt<Depth>> {
  return attempt(deadline, async () => {
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...DEPTHS] });
    const { Attributes = {} } = await client.send(command, { abortSignal: deadline.signal });
    const [visible, delayed, outOfSight] = DEPTHS.map((name) => Number(Attributes[name] ?? Number.NaN));
    return { waiting: visible! + delayed!, outOfSight: outOfSight! };
  });
}

async function attempt<T>(deadline: Deadline, call: () => Promise<T>): Promise<Attempt<T>> {
  if (!deadline.mayStart()) return { ok: false, failure: { class: "deadline", code: "NotStarted" } };
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, failure: callFailure(error) };
  }
}
