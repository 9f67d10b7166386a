import { createHash } from "node:crypto";
import type { Message } from "./message";
import type { Origin } from "./origin";

/**
 * Deduplication id of a message on FIFO work queues, and of its copies unless they are marked: a digest of where it came from.
 *
 * The producer's own id does not do. A producer may use it again after five minutes, and a backlog that is sent in seconds brings
 * both uses together: SQS would swallow the second and report success. The digest is the same in every retry and every version of
 * this code, or a retry would double the message; so it never changes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
export function deduplicationId({ home, id }: Pick<Origin, "home" | "id">): string {
  return createHash("sha256").update(`${home}/${id}`).digest("hex");
}

/**
 * The same for outbox and standby queues, which tell a marked copy from one without a mark. A message may have been copied, but not taken
 * by the work queue, when its home is fenced. Tried again, the message has to come to its owner with the mark. Both copies are one message
 * on the work queue that they are moved to.
 */
export function copyDeduplicationId({ owner, ...origin }: Pick<Origin, "home" | "id" | "owner">): string {
  return owner === undefined
    ? deduplicationId(origin)
    : createHash("sha256").update(`${origin.home}/${origin.id}/${owner}`).digest("hex");
}

/** The message for a FIFO queue, which knows its repeats by `id`. */
export function identified(message: Message, id: string): Message {
  return { ...message, deduplicationId: id };
}
