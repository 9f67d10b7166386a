import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { BATCH_MAX_ENTRIES } from "../../core/limits";
import type { Endpoint } from "../../demo/traffic";

const RECEIVERS = 3;
const WAIT_SECONDS = 1;

/**
 * Takes messages from a queue, several receivers at a time, until `done`. A message is recorded before it is deleted: afterwards
 * the next one of its group may be given to another receiver, which could be quicker to record it.
 */
export async function consume(
  { client, queueUrl }: Endpoint,
  record: (message: Message) => void,
  done: () => boolean,
): Promise<void> {
  const receiver = async () => {
    while (!done()) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: BATCH_MAX_ENTRIES,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["SentTimestamp", "MessageGroupId"],
          WaitTimeSeconds: WAIT_SECONDS,
        }),
      );
      if (Messages.length === 0) continue;
      for (const message of Messages) record(message);
      await client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: RECEIVERS }, receiver));
}
