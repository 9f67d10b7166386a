import type { Situation } from "./situation";
import type { Recorded } from "./states";

/** By home, what its owner record says now; one that gives no answer says what it said last. Undefined without records. */
export function recordedNow({
  now,
  states: { recorded = {} },
  records,
}: Situation): Readonly<Record<string, Recorded>> | undefined {
  if (records === undefined) return undefined;
  const news = Object.entries(records.owners)
    .filter(([home, owner]) => recorded[home]?.owner !== owner)
    .map(([home, owner]) => [home, { owner, since: now }] as const);
  return { ...recorded, ...Object.fromEntries(news) };
}
