import { createHash } from "node:crypto";
import { SSM_PARAMETER_MAX_BYTES } from "../../core/limits";
import type { HomeWatermark, States } from "../../ownership/states";

/**
 * States that fit into their parameter. Watermarks of logical queues are what takes room; where there is not enough, they are kept by
 * digests of the queues' names and in whole seconds, and what still finds no room is left out: of such a queue nothing is known, so
 * that all its copies are moved by a takeover. What decides about ownership is never left out.
 */
export function fitting(states: States): { readonly states: States; readonly isComplete: boolean } {
  if (fits(states)) return { states, isComplete: true };
  let short = withWatermarks(states, shortened);
  if (fits(short)) return { states: short, isComplete: true };
  // Those that are frozen tell apart what has begun to be moved, and go last.
  const homes = Object.entries(states.watermarks ?? {})
    .sort(([, one], [, other]) => Number(one.frozen !== undefined) - Number(other.frozen !== undefined))
    .map(([home]) => home);
  for (const home of homes) {
    while (!fits(short) && Object.keys(short.watermarks?.[home]?.queues ?? {}).length > 0) {
      short = withWatermarks(short, (watermark, of) => (of === home ? halved(watermark) : watermark));
    }
  }
  return { states: short, isComplete: false };
}

/** What such states say of a logical queue, in epoch milliseconds. */
export function momentOf(queues: HomeWatermark["queues"], queue: string): number | undefined {
  const seconds = queues[digestOf(queue)];
  return queues[queue] ?? (seconds === undefined ? undefined : seconds * 1_000);
}

/** What they say of all of them. */
export function momentsOf(queues: HomeWatermark["queues"]): readonly number[] {
  return Object.entries(queues).map(([key, at]) => (isDigest(key) ? at * 1_000 : at));
}

function fits(states: States): boolean {
  return Buffer.byteLength(JSON.stringify(states)) <= SSM_PARAMETER_MAX_BYTES;
}

function withWatermarks(
  states: States,
  change: (watermark: HomeWatermark, home: string) => HomeWatermark,
): States {
  const changed = Object.entries(states.watermarks ?? {}).map(
    ([home, watermark]) => [home, change(watermark, home)] as const,
  );
  return { ...states, watermarks: Object.fromEntries(changed) };
}

/** Rounded down: less counts as processed. */
function shortened(watermark: HomeWatermark): HomeWatermark {
  const short = new Map<string, number>();
  for (const [queue, at] of Object.entries(watermark.queues)) {
    if (isDigest(queue)) {
      short.set(queue, at);
      continue;
    }
    const key = digestOf(queue);
    // Two names with one digest share the earlier moment.
    short.set(key, Math.min(short.get(key) ?? Number.POSITIVE_INFINITY, Math.floor(at / 1_000)));
  }
  return { ...watermark, queues: Object.fromEntries(short) };
}

function halved(watermark: HomeWatermark): HomeWatermark {
  const entries = Object.entries(watermark.queues);
  return { ...watermark, queues: Object.fromEntries(entries.slice(0, entries.length >> 1)) };
}

/** No name of a queue begins with a number sign. */
function isDigest(key: string): boolean {
  return key.startsWith("#");
}

function digestOf(queue: string): string {
  return `#${createHash("sha256").update(queue).digest("base64url").slice(0, 6)}`;
}
