import type { Configuration } from "../config/configuration";
import { type DnsWord, type OtherWord, spelled, type Word } from "../core/names";

/** Tags of a resource: what it is, then the user's, which win. */
export function tagsOf(
  configuration: Configuration,
  queue: string,
  word: Word | OtherWord,
): Readonly<Record<string, string>> {
  return {
    "sqs-multi-region:failover-group": configuration.failoverGroup,
    "sqs-multi-region:logical-queue": queue,
    "sqs-multi-region:role": spelled(word),
    ...configuration.queues[queue]!.tags,
  };
}

/** Tags of what a failover group has once. */
export function groupTagsOf(
  { failoverGroup, tags }: Configuration,
  word: OtherWord | DnsWord,
): Readonly<Record<string, string>> {
  return {
    "sqs-multi-region:failover-group": failoverGroup,
    "sqs-multi-region:role": spelled(word),
    ...tags,
  };
}
