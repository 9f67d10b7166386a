import { randomUUID } from "node:crypto";
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { BATCH_MAX_ENTRIES } from "../core/limits";
import { exactly } from "../emulator/clients";
import { packBatches } from "../messages/batches";
import { messageBytes } from "../messages/size";
import { order } from "./orders";

/** A queue, with a client that may use it. */
export interface Endpoint {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** @default false */
  readonly fifo?: boolean;
}

const SENDERS = 4;
const RECEIVERS = 3;
const RECEIVE_WAIT_SECONDS = 2;
/** Orders that are generated and packed at once, so that memory does not grow with their number. */
const PACK_AHEAD = 500;

/**
 * Sends the orders 0 to `count` - 1, several batches at a time, and keeps the ids that the queue gave them. To a FIFO queue one
 * batch after the other, so that the orders of a customer are sent in their order.
 * @throws Error when the queue refuses one
 */
export async function sendOrders(
  { client, queueUrl, fifo = false }: Endpoint,
  count: number,
  messageIds: Map<number, string>,
  onProgress: () => void,
): Promise<void> {
  const batches = orderBatches(count);
  // The queue may still know the orders of a run before this one.
  const run = randomUUID();
  const sender = async () => {
    for (let next = batches.next(); !next.done; next = batches.next()) {
      const { Successful, Failed } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: next.value.map((number) => {
            const { id, customer, body, attributes } = order(number);
            return {
              Id: String(number),
              MessageBody: body,
              MessageAttributes: { ...attributes },
              ...(fifo && { MessageGroupId: customer, MessageDeduplicationId: `${run}-${id}` }),
            };
          }),
        }),
      );
      if (Failed?.[0])
        throw new Error(`order ${Failed[0].Id} was refused: ${Failed[0].Code} ${Failed[0].Message}`);
      for (const { Id, MessageId } of Successful ?? []) messageIds.set(Number(Id), MessageId ?? "");
      onProgress();
    }
  };
  await Promise.all(Array.from({ length: fifo ? 1 : SENDERS }, sender));
}

function* orderBatches(count: number): Generator<number[], undefined> {
  for (let first = 0; first < count; first += PACK_AHEAD) {
    const numbers = Array.from({ length: Math.min(PACK_AHEAD, count - first) }, (_, i) => first + i);
    yield* packBatches(numbers, (number) => messageBytes(order(number)));
  }
}

/**
 * Receives and deletes messages, several receivers at a time, until `done` says that it is enough.
 * @param onMessages called with each batch before it is deleted: a FIFO queue gives nothing more of its groups until then
 */
export async function consume(
  endpoint: Endpoint,
  onMessages: (messages: readonly Message[]) => void,
  done: () => boolean,
): Promise<void> {
  const receiver = async () => {
    while (!done()) await takeBatch(endpoint, onMessages);
  };
  await Promise.all(Array.from({ length: RECEIVERS }, receiver));
}

/** Receives a batch, and deletes it once `onMessages` has it. @param waitSeconds for a first message */
export async function takeBatch(
  { client, queueUrl }: Endpoint,
  onMessages: (messages: readonly Message[]) => void,
  waitSeconds = RECEIVE_WAIT_SECONDS,
): Promise<void> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: BATCH_MAX_ENTRIES,
      MessageAttributeNames: ["All"],
      WaitTimeSeconds: waitSeconds,
    }),
  );
  if (Messages.length === 0) return;
  onMessages(Messages);
  const { Failed } = await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })),
    }),
  );
  if (Failed?.[0]) throw new Error(`a message could not be deleted: ${Failed[0].Code} ${Failed[0].Message}`);
}

/** Messages that a queue holds, counted exactly: visible, in flight and delayed. */
export async function depth({ client, queueUrl }: Endpoint): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ],
  });
  const { Attributes = {} } = await client.send(exactly(command));
  return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0);
}
