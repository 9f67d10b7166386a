import { own } from "../../core/own";
import type { QueueDepth } from "./depths";

/** Whether there may be something on standby queues, by the last reading. */
export class WaitingCopies {
  private readonly waiting = new Set<string>();

  /** @param depths of those that were asked; one that is missing could not be asked, and may hold something */
  saw(asked: readonly string[], depths: Readonly<Record<string, QueueDepth>>): void {
    for (const queue of asked) {
      if (own(depths, queue)?.all === 0) this.waiting.delete(queue);
      else this.waiting.add(queue);
    }
  }

  mayBeOn(queue: string): boolean {
    return this.waiting.has(queue);
  }

  /** A drainer was sent. What it leaves there, the next reading tells. */
  sent(queue: string): void {
    this.waiting.delete(queue);
  }
}
