import { DRAIN_TASK_SECONDS, HEARTBEAT_FRESH_SECONDS } from "../../core/limits";
import { type Roles, roleOf } from "../../ownership/roles";
import type { Span, States } from "../../ownership/states";
import { DRAIN_TASK_VERSION, type DrainTask } from "../drain/task";
import { processedOf, spansOf } from "./home-watermarks";
import type { ControlledQueue } from "./settings";

/** A task for one drainer. */
export interface Errand {
  readonly queue: string;
  readonly functionName: string;
  readonly task: DrainTask;
}

export interface ErrandInput {
  readonly region: string;
  readonly regions: readonly string[];
  readonly queues: readonly ControlledQueue[];
  readonly roles: Roles;
  /** As they were written: a cold worker has to go on by the same watermarks. */
  readonly states: States;
  /** Peers' homes whose messages may be moved here. */
  readonly moves: readonly string[];
  readonly now: number;
}

/**
 * What the drainers of this region are to do with its peers' copies until the next run: `move` everything that is not processed while
 * that is this region's to do, and read the home's queues from here when its canary is silent; `prune` otherwise.
 *
 * Nothing of what the home takes in after it is no longer fenced may be moved, but a drainer goes on with its task for a while, so it is
 * told when that was, once the home has said so.
 *
 * What is this region's to process whoever owns the home is moved in either case: copies that are marked for this region, since nobody
 * else touches them (there are none before the first order about the home); and, without a ledger, what the home took in during this region's takeovers ({@link spansOf}).
 */
export function errandsOf(input: ErrandInput): readonly Errand[] {
  return input.regions
    .filter((home) => home !== input.region)
    .flatMap((home) =>
      input.queues.flatMap((queue) => {
        const functionName = queue.drainers[home];
        return functionName === undefined
          ? []
          : [{ queue: queue.queue, functionName, task: taskOf(input, home, queue) }];
      }),
    );
}

function taskOf(input: ErrandInput, home: string, queue: ControlledQueue): DrainTask {
  const { roles, states, now } = input;
  const before = countsAsProcessed(input, home, queue);
  const spans = answersFor(input, home, queue);
  const fencedAt = queue.rescue === "ledger" ? undefined : states.watermarks?.[home]?.completeUntil;
  // Without a moment before which all is processed, nothing of a queue that is rescued by hand is moved.
  const moves = input.moves.includes(home) && !(queue.rescue === "manual" && before === undefined);
  return {
    v: DRAIN_TASK_VERSION,
    home,
    action: moves ? "move" : "prune",
    until: now + DRAIN_TASK_SECONDS * 1_000,
    marked: roleOf(roles, home).epoch > 0,
    ...(before !== undefined && { processedBefore: before }),
    ...(spans.length > 0 && { answersFor: spans.map(([from, until]) => ({ from, until })) }),
    ...(moves && fencedAt !== undefined && { takenInBefore: fencedAt }),
    ...(moves && { stay: true, fromAfar: isSilent(states, home, now) }),
  };
}

/** The moment before which what the home took in counts as processed, as far as that is not the ledger's affair. */
function countsAsProcessed(
  { region, roles, states }: ErrandInput,
  home: string,
  { queue, rescue }: ControlledQueue,
): number | undefined {
  const { since, owner } = roleOf(roles, home);
  if (rescue === "ledger") return owner === region ? since : undefined;
  const watermark = states.watermarks?.[home];
  if (watermark?.frozen !== undefined) return processedOf(watermark, queue);
  // What another region processes for the home is not told by the home's watermark.
  return rescue === "watermark" && owner === home ? processedOf(watermark, queue) : undefined;
}

function answersFor(
  { region, roles, states }: ErrandInput,
  home: string,
  { queue, rescue }: ControlledQueue,
): readonly Span[] {
  if (rescue === "ledger") return [];
  const { owner } = roleOf(roles, home);
  const watermark = states.watermarks?.[home];
  const isOthers = owner !== home && owner !== region;
  // A third region that is to own the home moves what this one has not, and only one of them may.
  return spansOf(watermark && isOthers ? { ...watermark, completeUntil: 0 } : watermark, queue);
}

function isSilent({ heard }: States, home: string, now: number): boolean {
  return now - (heard?.[home]?.at ?? 0) > HEARTBEAT_FRESH_SECONDS * 1_000;
}
