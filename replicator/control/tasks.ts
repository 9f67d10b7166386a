import { DRAIN_TASK_SECONDS, HEARTBEAT_FRESH_SECONDS } from "../../core/limits";
import { type Roles, roleOf } from "../../ownership/roles";
import { processedBeforeOf, type States, stateOf } from "../../ownership/states";
import { DRAIN_TASK_VERSION, type DrainTask } from "../drain/task";
import type { ControlledQueue } from "./settings";

/** A task for one drainer. */
export interface Errand {
  readonly queue: string;
  readonly functionName: string;
  readonly task: DrainTask;
  /** Whether the controller needs to know what came of it. */
  readonly isAwaited: boolean;
}

export interface ErrandInput {
  readonly region: string;
  readonly regions: readonly string[];
  readonly queues: readonly ControlledQueue[];
  readonly roles: Roles;
  readonly states: States;
  readonly now: number;
}

/**
 * What the drainers of this region are to do until the next run:
 *
 * | phase of this region for the home | task |
 * |---|---|
 * | `owner` | move everything that is not processed, and read the home's queues from here when its canary is silent |
 * | `handing-back` | with a ledger: prune; without: move what the home took in before it was fenced, to the last copy |
 * | others | prune |
 *
 * Copies that are marked for this region are moved in each of them, unless a third region owns the home.
 */
export function errandsOf(input: ErrandInput): readonly Errand[] {
  return input.regions
    .filter((home) => home !== input.region)
    .flatMap((home) =>
      input.queues.flatMap((queue) => {
        const functionName = queue.drainers[home];
        return functionName === undefined ? [] : [errand(input, home, queue, functionName)];
      }),
    );
}

function errand(input: ErrandInput, home: string, queue: ControlledQueue, functionName: string): Errand {
  const { region, roles, states, now } = input;
  const { owner } = roleOf(roles, home);
  const { phase } = stateOf(states, home);
  const isLate = phase === "handing-back" && queue.rescue !== "ledger";
  const moves = phase === "owner" || isLate;
  const before = countsAsProcessed(input, home, queue);
  // Without a moment before which all is processed, nothing of a queue that is rescued by hand is moved.
  const action = moves && !(queue.rescue === "manual" && before === undefined) ? "move" : "prune";
  return {
    queue: queue.queue,
    functionName,
    task: {
      v: DRAIN_TASK_VERSION,
      home,
      action,
      until: now + DRAIN_TASK_SECONDS * 1_000,
      marked: owner === home || owner === region,
      ...(before !== undefined && { processedBefore: before }),
      ...(action === "move" && phase === "owner" && { stay: true, fromAfar: isSilent(states, home, now) }),
    },
    isAwaited: isLate && action === "move",
  };
}

/** The moment before which what the home took in counts as processed, as far as that is not the ledger's affair. */
function countsAsProcessed(
  { region, roles, states }: ErrandInput,
  home: string,
  { queue, rescue, marginSeconds }: ControlledQueue,
): number | undefined {
  const { since, owner } = roleOf(roles, home);
  const watermark = states.watermarks?.[home];
  if (rescue === "ledger") return owner === region ? since : undefined;
  const known = processedBeforeOf(watermark, queue);
  if (watermark?.frozen !== undefined) return known > 0 ? known : undefined;
  // What another region moves for the home is not told by the home's watermark.
  if (rescue === "manual" || owner !== home || known === 0) return undefined;
  return known - marginSeconds * 1_000;
}

function isSilent({ heard }: States, home: string, now: number): boolean {
  return now - (heard?.[home]?.at ?? 0) > HEARTBEAT_FRESH_SECONDS * 1_000;
}
