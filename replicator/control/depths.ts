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
    const depth = await attempt(parts, "depths", () => depthOf(parts, queue));
    if (depth !== undefined) depths[queue] = depth;
  });
  return depths;
}

async function depthOf(
  { settings, sqs }: Pick<Dependencies, "settings" | "sqs">,
  queue: string,
): Promise<QueueDepth> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueIn(settings, queue), AttributeNames: [...COUNTED] }),
  );
  const [visible, outOfSight, delayed] = COUNTED.map((name) => Number(Attributes[name] ?? Number.NaN));
  const waiting = visible! + delayed!;
  return { waiting, all: waiting + outOfSight! };
}
