import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { BATCH_MAX_ENTRIES } from "../../core/limits";
import { encodeHeartbeat, type Heartbeat, parseHeartbeat } from "../../ownership/heartbeat";

type Client = Pick<SQSClient, "send">;

/** Heartbeats of a few minutes; what is behind them is read by the next run. */
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
  /** The newest heartbeat of the region that the queue is for, if there was one. */
  readonly newest: Heartbeat | undefined;
  /** Messages that are no heartbeats of that region. */
  readonly strange: number;
}

/** Takes all heartbeats of one region from a canary queue. Throws when the queue cannot be read. */
export async function takeHeartbeats(client: Client, queueUrl: string, region: string): Promise<Heard> {
  let newest: Heartbeat | undefined;
  let strange = 0;
  for (let receives = 0; receives < MAX_RECEIVES; receives++) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: BATCH_MAX_ENTRIES }),
    );
    if (Messages.length === 0) break;
    for (const { Body = "" } of Messages) {
      const heartbeat = heartbeatIn(Body, region);
      if (heartbeat === undefined) strange++;
      else if (newest === undefined || heartbeat.at > newest.at) newest = heartbeat;
    }
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
  return { newest, strange };
}

function heartbeatIn(body: string, region: string): Heartbeat | undefined {
  try {
    const heartbeat = parseHeartbeat(body);
    return heartbeat.region === region ? heartbeat : undefined;
  } catch {
    return undefined;
  }
}
