import { DRAIN_TASK_SECONDS } from "../../core/limits";
import { type Roles, roleOf } from "../../ownership/roles";
import { type States, stateOf } from "../../ownership/states";
import type { AgeQuestion, Ages } from "./ages";
import type { ControlledQueue } from "./settings";
import { oldest } from "./watermark";

interface Place {
  readonly region: string;
  readonly regions: readonly string[];
}

/** Whether a hand-over is under way that another look may bring on. */
export function isMoving({ region, regions }: Place, roles: Roles, states: States): boolean {
  return regions.some((home) => {
    const { phase, epoch } = stateOf(states, home);
    const role = roleOf(roles, home);
    const rests = role.owner === region ? "owner" : "standing-by";
    return phase !== rests || epoch !== role.epoch;
  });
}

/** Peers' homes that a region hands back. */
function handedBack({ region, regions }: Place, states: States): readonly string[] {
  return regions.filter((home) => home !== region && stateOf(states, home).phase === "handing-back");
}

/**
 * Queues whose ages tell something: without a ledger, how far the own home is processed; while a peer's home is handed back, whether
 * what was moved is processed.
 */
export function agesWanted(
  place: Place,
  states: States | undefined,
  queues: readonly ControlledQueue[],
): readonly AgeQuestion[] {
  const homes = states === undefined ? [] : handedBack(place, states);
  return queues.flatMap(({ rescue, ingress, work, drainers }) => {
    const onWork = { queue: work, delays: false };
    if (rescue === "watermark") return [{ queue: ingress, delays: true }, onWork];
    return homes.some((home) => drainers[home] !== undefined) ? [onWork] : [];
  });
}

/**
 * What keeps a region from releasing the homes that it hands back: what it moved is not processed, or not known to be. Copies that it
 * has not moved keep it from nothing, since they stay its own.
 */
export function unprocessedOf(
  place: Place,
  states: States,
  queues: readonly ControlledQueue[] | undefined,
  ages: Ages | undefined,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    handedBack(place, states).map((home) => {
      const movedUntil = stateOf(states, home).since + DRAIN_TASK_SECONDS * 1_000;
      const isProcessed = ({ work }: ControlledQueue): boolean => {
        const points = ages?.[work];
        if (points === undefined) return false;
        // Nothing is on a queue without data: it was not used for hours.
        return (oldest(points) ?? Number.POSITIVE_INFINITY) > movedUntil;
      };
      const unprocessed =
        queues === undefined
          ? UNKNOWN_QUEUES
          : queues
              .filter((queue) => queue.drainers[home] !== undefined && !isProcessed(queue))
              .map(({ queue }) => queue);
      return [home, few(unprocessed)];
    }),
  );
}

export const UNKNOWN_QUEUES: readonly string[] = ["queues that could not be read"];

const NAMED = 3;

/** Names for the operator: what a phase waits for is part of a parameter that holds 4 KB. */
export function few(names: readonly string[]): readonly string[] {
  const others = names.length - NAMED;
  return others > 1 ? [...names.slice(0, NAMED), `${others} more`] : names;
}
