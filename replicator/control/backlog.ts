import { own } from "../../core/own";
import type { AgeQuestion, Ages } from "./ages";
import type { QueueDepth } from "./depths";
import { EmptyReadings } from "./empty-readings";
import { rescuedQueues } from "./rescue";
import type { ControlledQueue } from "./settings";
import { oldest } from "./watermark";

/**
 * Queues whose ages tell something: without a ledger, how far the own home is processed; while a peer's home is given back, whether what was
 * moved is processed.
 */
export function agesWanted(
  queues: readonly ControlledQueue[],
  leaving: readonly string[],
): readonly AgeQuestion[] {
  const given = new Set(workQueuesOf(queues, leaving));
  return queues.flatMap(({ rescue, ingress, work }) => {
    const onWork = { queue: work, delays: false };
    if (rescue === "watermark") return [{ queue: ingress, delays: true }, onWork];
    return given.has(work) ? [onWork] : [];
  });
}

/** Work queues on which messages lie that were told apart by a moment and moved for these homes. */
export function workQueuesOf(
  queues: readonly ControlledQueue[],
  homes: readonly string[],
): readonly string[] {
  return [...new Set(homes.flatMap((home) => rescuedQueues(queues, home).map(({ work }) => work)))];
}

/** What is known of the messages that wait on work queues. */
export class Backlog {
  private ages: Ages = {};
  /** Readings of work queues on which nothing waited. */
  private readonly empty = new EmptyReadings();

  sawAges(ages: Ages): void {
    this.ages = ages;
  }

  /** @param depths of work queues, as far as they could be asked */
  sawDepths(depths: Readonly<Record<string, QueueDepth>>, now: number): void {
    for (const [queue, { waiting }] of Object.entries(depths)) this.empty.saw(queue, waiting, now);
  }

  /**
   * Whether nothing waits that was put on the work queue before a moment: what waits there is newer, or readings have found nothing there
   * since. A queue without an age proves nothing: one that has slept gets its ages a quarter of an hour late. A reading waits for no metric.
   * What it has missed counts as this region's own, and is processed here when the home has gone.
   */
  isProcessed(work: string, putBefore: number): boolean {
    const since = oldest(own(this.ages, work) ?? []);
    if (since !== undefined && since > putBefore) return true;
    return this.empty.points(work).some(({ at }) => at >= putBefore);
  }
}
