import type { Heartbeat } from "../../ownership/heartbeat";
import { type Roles, roleOf } from "../../ownership/roles";
import { type HomeWatermark, processedBeforeOf, type States, stateOf } from "../../ownership/states";
import type { ControlledQueue } from "./settings";

export interface WatermarkInput {
  readonly region: string;
  readonly regions: readonly string[];
  readonly roles: Roles;
  /** After the decision, with the watermarks from before. */
  readonly states: States;
  /** By region, the newest heartbeat that arrived. */
  readonly heard: Readonly<Record<string, Heartbeat>>;
  /** By logical queue, how far this region has processed its own home's messages; missing where the ages do not tell. */
  readonly own: Readonly<Record<string, number>>;
  /** All that have drainers. */
  readonly queues: readonly ControlledQueue[];
  /** Homes that this region releases now, having moved everything that they had put into their queues before this moment. */
  readonly completed: ReadonlyMap<string, number>;
}

/**
 * Up to where the homes have processed their logical queues without a ledger, as this region's parameter keeps it.
 *
 * It follows what a home tells, and never goes back. When this region begins to move the home's copies, it is frozen, with the margin
 * taken off, so that every copy is told apart by one and the same moment, however long the move takes. It stays frozen after the
 * hand-back, because the home asks what was rescued, until the home processes its messages again.
 */
export function nextWatermarks(input: WatermarkInput): Readonly<Record<string, HomeWatermark>> {
  return Object.fromEntries(
    input.regions.flatMap((home): readonly (readonly [string, HomeWatermark])[] => {
      const next = home === input.region ? ofOwn(input) : ofPeer(input, home);
      return next === undefined ? [] : [[home, next]];
    }),
  );
}

function ofOwn({ region, states, own, queues }: WatermarkInput): HomeWatermark | undefined {
  return advanced(states.watermarks?.[region], queues, (queue) => own[queue.queue]);
}

function ofPeer(input: WatermarkInput, home: string): HomeWatermark | undefined {
  const { roles, states, heard, queues, completed } = input;
  const before = states.watermarks?.[home];
  const { phase, epoch } = stateOf(states, home);
  if (before?.frozen !== undefined && !isBackHome(home, roles, heard[home])) {
    // Owner once more: what it moves from now on is not complete because what it moved before was.
    if (phase === "owner" && before.frozen !== epoch) return { queues: before.queues, frozen: epoch };
    const completeUntil = completed.get(home);
    return completeUntil === undefined ? before : { ...before, completeUntil };
  }
  const told = advanced(before, queues, (queue) => heard[home]?.queues?.[queue.queue]?.processedBefore);
  if (phase !== "owner") return told;
  const { since } = roleOf(roles, home);
  const frozen = queues.flatMap((queue) => {
    const known = since ?? (queue.rescue === "watermark" ? processedBeforeOf(told, queue.queue) : 0);
    const margin = since === undefined ? queue.marginSeconds * 1_000 : 0;
    return queue.rescue === "ledger" ? [] : [[queue.queue, Math.max(0, known - margin)] as const];
  });
  return frozen.length === 0 ? told : { queues: Object.fromEntries(frozen), frozen: epoch };
}

/** Whether the home says that it processes its messages again, by the last order. */
function isBackHome(home: string, roles: Roles, heartbeat: Heartbeat | undefined): boolean {
  const { owner, epoch } = roleOf(roles, home);
  const state = heartbeat?.homes[home];
  return owner === home && state?.phase === "owner" && state.epoch === epoch;
}

function advanced(
  before: HomeWatermark | undefined,
  queues: readonly ControlledQueue[],
  toldOf: (queue: ControlledQueue) => number | undefined,
): HomeWatermark | undefined {
  const known = queues
    .filter(({ rescue }) => rescue === "watermark")
    .map((queue): readonly [string, number] => [
      queue.queue,
      // After a freeze the margins are off, so the old value is the earlier one.
      Math.max(processedBeforeOf(before, queue.queue), toldOf(queue) ?? 0),
    ]);
  return known.length === 0 ? undefined : { queues: Object.fromEntries(known) };
}
