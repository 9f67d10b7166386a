import { DRAIN_TASK_SECONDS } from "../../core/limits";
import type { RegionParameters } from "../../ownership/read-parameters";
import { type Roles, roleOf } from "../../ownership/roles";
import { type HomeWatermark, type States, stateOf } from "../../ownership/states";
import { DRAIN_TASK_VERSION, type DrainResult } from "../drain/task";
import { few, UNKNOWN_QUEUES } from "./hand-over";
import { fencedAt, processedOf } from "./home-watermarks";
import type { ControlledQueue } from "./settings";
import type { Errand } from "./tasks";

export interface ReclaimInput {
  readonly region: string;
  readonly roles: Roles;
  readonly states: States;
  /** Undefined: they are not known. */
  readonly queues: readonly ControlledQueue[] | undefined;
  /** Those that could be read just now. */
  readonly peers: Readonly<Record<string, RegionParameters>>;
  /** Whether a queue was taken back, by the order that holds. */
  readonly isDone: (queue: string) => boolean;
  readonly now: number;
  /** When the answer is of use no more, in epoch milliseconds: another worker may go on then. */
  readonly endsAt: number;
}

/** What the own home has to take off its work queues before it may process them, because another region does. */
export interface Reclaim {
  /** Queues of which it has to, or of which it is not known yet. */
  readonly open: readonly string[];
  readonly errands: readonly Errand[];
}

const NOTHING: Reclaim = { open: [], errands: [] };
/** With less time a drainer does not get far, and all that it has seen is received once more. */
const LEAST_MS = 15_000;

/**
 * Only what the last owner says is its own is taken off, in the words that its parameter keeps: a message that is not taken off may be
 * processed twice, one that is taken off wrongly is lost.
 */
export function reclaimOf(input: ReclaimInput): Reclaim {
  const { region, roles, states, queues, peers, isDone, now, endsAt } = input;
  const own = stateOf(states, region);
  const { from, lost = [] } = roleOf(roles, region);
  const others = from.filter((other) => other !== region && !lost.includes(other));
  if (own.phase !== "taking-over" || others.length === 0) return NOTHING;
  if (queues === undefined) return { open: UNKNOWN_QUEUES, errands: [] };
  const concerned = queues.filter(
    ({ queue, rescue, drainers }) =>
      rescue !== "ledger" && Object.keys(drainers).length > 0 && !isDone(queue),
  );
  const wait: Reclaim = { open: few(concerned.map(({ queue }) => queue)), errands: [] };
  if (others.some((other) => peers[other]?.states === undefined)) return wait;
  const said = lastSaid(others.flatMap((other) => peers[other]?.states?.watermarks?.[region] ?? []));
  const rescued = concerned.filter(({ queue }) => processedOf(said, queue) !== undefined);
  const { completeUntil: putBefore = 0 } = said ?? {};
  // The region was fenced again, or for the first time, and the last owner has not heard of it yet.
  if (rescued.length > 0 && putBefore < (fencedAt(own) ?? 0)) return wait;
  const until = Math.min(now + DRAIN_TASK_SECONDS * 1_000, endsAt);
  const errands = rescued.flatMap(({ queue, drainers }): readonly Errand[] => {
    const rescuedFrom = processedOf(said, queue) ?? 0;
    const [functionName] = Object.values(drainers);
    if (functionName === undefined || rescuedFrom >= putBefore) return [];
    return [
      {
        queue,
        functionName,
        task: {
          v: DRAIN_TASK_VERSION,
          home: region,
          action: "reclaim",
          until,
          marked: false,
          rescued: { from: rescuedFrom, putBefore },
        },
      },
    ];
  });
  return {
    open: few(errands.map(({ queue }) => queue)),
    errands: until - now < LEAST_MS ? [] : errands,
  };
}

/** Of several regions that owned the home one after the other, the last has moved what those before it had not. */
function lastSaid(watermarks: readonly HomeWatermark[]): HomeWatermark | undefined {
  return watermarks
    .filter(({ frozen }) => frozen !== undefined)
    .sort((one, other) => one.frozen! - other.frozen!)
    .at(-1);
}

/** A drainer that does not see the end of the queue goes on until a few seconds before its time is up. */
const EARLY_MS = 10_000;

/**
 * Whether a queue is taken back: the drainer has seen all of it; or producers send so much that there is no end to be seen, and of what
 * was to be taken off it found nothing in the time that it had. What it has missed then is processed twice.
 */
export function isTakenBack({ task }: Errand, result: DrainResult, now: number): boolean {
  const { drained, reclaimed, failures } = result;
  return drained || (reclaimed + failures === 0 && now >= task.until - EARLY_MS);
}
