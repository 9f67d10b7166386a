import { DRAIN_TASK_SECONDS } from "../../core/limits";
import { own } from "../../core/own";
import { DRAIN_TASK_VERSION, type DrainResult } from "../drain/task";
import type { Rescued } from "./notes";
import type { ControlledQueue } from "./settings";
import type { DrainerTask } from "./tasks";

/** With less time a drainer does not get far, and all that it has seen is received once more. */
const LEAST_MS = 15_000;

export interface ReclaimInput {
  readonly region: string;
  readonly queues: readonly ControlledQueue[];
  /** What the last owner says that it has processed in place of this home. */
  readonly rescued: Rescued;
  /** Whether a queue was taken back already. */
  readonly isDone: (queue: string) => boolean;
  readonly now: number;
  /** When the home opens all the same, in epoch milliseconds. */
  readonly endsAt: number;
}

/**
 * What the own home has to take off its work queues before it may process them, because another region has. Only what the last owner says
 * is its own is taken off, by its own words. A message that is not taken off may be processed twice. One that is taken off wrongly is lost.
 *
 * @returns undefined: nothing is left to be taken off
 */
export function reclaimTasks(input: ReclaimInput): readonly DrainerTask[] | undefined {
  const { region, queues, rescued, isDone, now, endsAt } = input;
  const until = Math.min(now + DRAIN_TASK_SECONDS * 1_000, endsAt);
  const tasks = queues.flatMap(({ queue, rescue, drainers }): readonly DrainerTask[] => {
    const from = own(rescued.queues, queue);
    const [functionName] = Object.values(drainers);
    if (rescue === "ledger" || from === undefined || from >= rescued.until) return [];
    if (functionName === undefined || isDone(queue)) return [];
    return [
      {
        queue,
        functionName,
        task: {
          v: DRAIN_TASK_VERSION,
          home: region,
          action: "reclaim",
          until,
          moves: [],
          rescued: { from, until: rescued.until },
        },
      },
    ];
  });
  if (tasks.length === 0) return undefined;
  return until - now < LEAST_MS ? [] : tasks;
}

/** A drainer that does not see the end of the queue goes on until a few seconds before its time is up. */
const EARLY_MS = 10_000;

/**
 * Whether a queue is taken back: the drainer has seen all of it. Or producers send so much that no end is to be seen, and in its time the
 * drainer found nothing that was to be taken off. What it has missed then is processed twice.
 */
export function isTakenBack({ task }: DrainerTask, result: DrainResult, now: number): boolean {
  const { drained, reclaimed, failures } = result;
  return drained || (reclaimed + failures === 0 && now >= task.until - EARLY_MS);
}
