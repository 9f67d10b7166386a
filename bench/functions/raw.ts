import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { sqsClient } from "../../replicator/sqs/client";
import type { LoopJob } from "../worker/protocol";

/**
 * The limit: SendMessageBatch calls with prebuilt entries, with the clients, to the queues and with as many calls in flight as the
 * function that it is compared with. It parses no events, makes no batches, writes no logs and waits for no event to end.
 *
 * @returns the number of messages that every queue has taken
 */
export async function loop({ queues, callsInFlight, callsPerEvent, forMs }: LoopJob): Promise<number> {
  const targets = queues.map(({ region, call }) => ({
    client: clientOf(region),
    input: JSON.parse(call) as SendMessageBatchCommandInput,
  }));
  const perCall = targets[0]?.input.Entries?.length ?? 0;
  const until = performance.now() + forMs;
  let calls = 0;
  const lanes = async (mayCall: () => boolean) => {
    const lane = async () => {
      while (mayCall()) {
        const { client, input } = targets[calls++ % targets.length]!;
        const { Failed = [] } = await client.send(new SendMessageBatchCommand(input));
        if (Failed.length > 0) throw new Error(`an entry failed: ${Failed[0]?.Code}`);
      }
    };
    await Promise.all(Array.from({ length: callsInFlight }, lane));
  };
  const inTime = () => performance.now() < until;
  if (callsPerEvent === undefined) await lanes(inTime);
  while (callsPerEvent !== undefined && inTime()) {
    const end = calls + callsPerEvent;
    await lanes(() => calls < end);
  }
  return (calls * perCall) / targets.length;
}

/** Clients are kept from job to job, with their connections, as a warm function keeps them. */
const clients = new Map<string, SQSClient>();

function clientOf(region: string): SQSClient {
  const client = clients.get(region) ?? sqsClient(region);
  clients.set(region, client);
  return client;
}
