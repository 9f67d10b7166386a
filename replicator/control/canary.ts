import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { BATCH_MAX_ENTRIES } from "../../core/limits";
import { nameOf } from "../../messages/failures";
import { encodeHeartbeat, type Heartbeat, parseHeartbeat } from "../../ownership/heartbeat";

type Client = Pick<SQSClient, "send">;

/** Heartbeats of a quarter of an hour and more, of two runs; what is behind them is read in the next look. */
const MAX_RECEIVES = 20;

/** Puts a heartbeat into the canary's ingress queue. */
export async function sendHeartbeat(client: Client, queueUrl: string, heartbeat: Heartbeat): Promise<void> {
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: encodeHeartbeat(heartbeat) }));
}

export interface Heard {
  /** Heartbeats of the region that the queue is for, as they came. */
  readonly heartbeats: readonly Heartbeat[];
  /** Names of what went wrong. What came before that counts all the same. */
  readonly failures: readonly string[];
}

/** Takes all heartbeats of one region from a canary queue. Messages that are none are taken too, and count as failures. */
export async function takeHeartbeats(
  client: Client,
  queueUrl: string,
  region: string,
  now: number,
): Promise<Heard> {
  const heartbeats: Heartbeat[] = [];
  const failures: string[] = [];
  try {
    for (let receives = 0; receives < MAX_RECEIVES; receives++) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: BATCH_MAX_ENTRIES }),
      );
      if (Messages.length === 0) break;
      const found = Messages.flatMap(({ Body = "" }) => heartbeatIn(Body, region, now) ?? []);
      heartbeats.push(...found);
      if (found.length < Messages.length) failures.push("NoHeartbeat");
      await remove(client, queueUrl, Messages);
    }
  } catch (error) {
    failures.push(nameOf(error));
  }
  return { heartbeats, failures };
}

/** What is not deleted is heard again, and is no news then. */
async function remove(client: Client, QueueUrl: string, messages: readonly Message[]): Promise<void> {
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}

function heartbeatIn(body: string, region: string, now: number): Heartbeat | undefined {
  try {
    const heartbeat = parseHeartbeat(body, now);
    return heartbeat.region === region ? heartbeat : undefined;
  } catch {
    return undefined;
  }
}
