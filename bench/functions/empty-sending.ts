import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";

/** The least that a function can be which sends: it makes a client, and sends its event in one call to each queue in turn. */

const client = new SQSClient({});
const queueUrls: readonly string[] = JSON.parse(process.env.QUEUE_URLS ?? "[]");

export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const Entries = Records.map(({ body }, index) => ({ Id: String(index), MessageBody: body }));
  for (const QueueUrl of queueUrls) await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  return { batchItemFailures: [] };
};
