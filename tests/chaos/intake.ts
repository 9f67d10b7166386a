import { groupOf, keyOf, type Messages, type Taken } from "./messages";
import type { Arrival, Attempt } from "./model/checker";
import type { Sent } from "./producer";

/** What was taken from one queue. */
export class Intake {
  private readonly taken: Taken[] = [];
  private readonly numbers = new Set<number>();

  add(taken: Taken): void {
    this.taken.push(taken);
    if (taken.number !== undefined) this.numbers.add(taken.number);
  }

  /** Different messages of the producer so far. */
  get distinct(): number {
    return this.numbers.size;
  }

  /**
   * Everything that arrived, in order. Every copy of a message has the one origin that its acknowledgement named, or where there
   * was none, that of the first; with another one it is altered.
   */
  arrivals({ messageIds }: Sent): readonly Arrival[] {
    const origins = new Map(messageIds);
    return this.taken.map(({ number, altered, originId, messageId, sentAt }) => {
      if (number === undefined) return { key: undefined, messageId, sentAt, altered };
      if (!origins.has(number)) origins.set(number, originId ?? "");
      const foreign = origins.get(number) !== originId;
      return { key: keyOf(number), messageId, sentAt, altered: altered || foreign };
    });
  }
}

/** What a producer tried to send, in order. */
export function attemptsOf({ attempted, messageIds }: Sent, messages: Messages): readonly Attempt[] {
  return [...attempted].map((number) => ({
    key: keyOf(number),
    acknowledged: messageIds.has(number),
    ...(messages.fifo && { group: groupOf(number, messages) }),
  }));
}
