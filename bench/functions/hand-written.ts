import { type MessageAttributeValue, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSMessageAttributes } from "aws-lambda";

/** What teams write by hand, after the tutorials: a call per record and queue, one after the other, and an error fails the batch. */

const home = new SQSClient({});
const peer = new SQSClient({ region: process.env.PEER_REGION ?? "" });

export const handler = async (event: SQSEvent): Promise<void> => {
  for (const record of event.Records) {
    const message = {
      MessageBody: record.body,
      MessageAttributes: attributesOf(record.messageAttributes),
    };
    await home.send(new SendMessageCommand({ QueueUrl: process.env.WORK_QUEUE_URL, ...message }));
    await peer.send(new SendMessageCommand({ QueueUrl: process.env.PEER_QUEUE_URL, ...message }));
  }
};

function attributesOf(attributes: SQSMessageAttributes): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue }]) => [
      name,
      { DataType: dataType, StringValue: stringValue },
    ]),
  );
}
