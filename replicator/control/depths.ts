import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { forEachParallel } from "../sqs/parallel";
import { attempt, type Dependencies } from "./dependencies";
import { queueIn } from "./urls";

const AT_A_TIME = 8;
const COUNTED = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

export interface QueueDepth {
  /** Messages that wait to be received, also those whose delay has not passed. */
  readonly waiting: number;
  /** All messages, out of sight or not. */
  readonly all: number;
}

/** By name of the queue, what it holds, as far as that could be asked. Counts may be a minute old. */
export async function readDepths(
  parts: Pick<Dependencies, "settings" | "sqs" | "onFailure">,
  queues: readonly string[],
): Promise<Readonly<Record<string, QueueDepth>>> {
  const depths: Record<string, QueueDepth> = {};
  await forEachParallel(new Set(queues), AT_A_TIME, async (queue) => {
    const depth = await attempt(parts, "depths", () => depthAt(parts, queueIn(parts.settings, queue)));
    if (depth !== undefined) depths[queue] = depth;
  });
  return depths;
}

export async function depthAt({ sqs }: Pick<Dependencies, "sqs">, QueueUrl: string): Promise<QueueDepth> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTED] }),
  );
  const [visible, outOfSight, delayed] = COUNTED.map((name) => Number(Attributes[name] ?? Number.NaN));
  const waiting = visible! + delayed!;
  return { waiting, all: waiting + outOfSight! };
}
