import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { BATCH_MAX_ENTRIES } from "../../core/limits";
import { encodeHeartbeat, type Heartbeat, parseHeartbeat } from "../../ownership/heartbeat";
import { nameOf } from "./parts";

type Client = Pick<SQSClient, "send">;

/** Heartbeats of half an hour; what is behind them is read by the next run. */
const MAX_RECEIVES = 20;

/**
 * Puts heartbeats into the canary's ingress queue, each with a delay, so that one becomes visible every few seconds until the next
 * run. Throws when SQS does not take all of them.
 */
export async function sendHeartbeats(
  client: Client,
  queueUrl: string,
  heartbeat: Omit<Heartbeat, "at">,
  delaysSeconds: readonly number[],
  now: number,
): Promise<void> {
  const { Failed = [] } = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: delaysSeconds.map((delay, index) => ({
        Id: String(index),
        MessageBody: encodeHeartbeat({ ...heartbeat, at: now + delay * 1_000 }),
        ...(delay > 0 && { DelaySeconds: delay }),
      })),
    }),
  );
  if (Failed[0] !== undefined) throw Object.assign(new Error(Failed[0].Code), { name: Failed[0].Code });
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
