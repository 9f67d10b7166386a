import type { Configuration } from "../config/configuration";
import { spelled, type Word } from "../core/names";

/** Tags of a resource: what it is, then the user's, which win. */
export function tagsOf(
  configuration: Configuration,
  queue: string,
  word: Word,
): Readonly<Record<string, string>> {
  return {
    "sqs-multi-region:failover-group": configuration.failoverGroup,
    "sqs-multi-region:logical-queue": queue,
    "sqs-multi-region:role": spelled(word),
    ...configuration.queues[queue]!.tags,
  };
}
