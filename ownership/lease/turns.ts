import type { HomeView } from "./home-view";
import { hasMajorities } from "./lists";
import type { LeaseSettings } from "./settings";
import type { Standing } from "./standing";
import { TURN_MS } from "./times";

/** Whether a member shows that it could take a home, and process its messages. */
function isAble(
  { home, lists }: HomeView,
  standings: ReadonlyMap<string, Standing>,
  member: string,
): boolean {
  const standing = standings.get(member);
  if (standing?.fit !== true || !(standing.ownsItself || member === home)) return false;
  return hasMajorities(new Set(standing.reaches), lists);
}

/** Members in the order in which they are to have a home. One that was sent away by order comes last itself. */
export function usualOrder({ home, latest }: HomeView, { takeoverOrder }: LeaseSettings): readonly string[] {
  const peers = takeoverOrder[home] ?? [];
  return latest?.evacuated ? [...peers, home] : [home, ...peers];
}

/** The region that a hand-over names. A take of its own that missed its majority makes it none the less the next. */
function nextOf({ claims, latest }: HomeView): string | undefined {
  if (latest?.state === "closing") return latest.next;
  return claims.find(({ state, next }) => state === "closing" && next === latest?.epoch.region)?.next;
}

/**
 * How much longer than a lapse this region waits before it takes a home: one turn for each able region before it. So regions do not take
 * from each other. Undefined: the home is not for this region to take over.
 */
export function turnMs(
  view: HomeView,
  settings: LeaseSettings,
  standings: ReadonlyMap<string, Standing>,
): number | undefined {
  const first = [nextOf(view), view.pending?.to];
  const order = [...new Set([...first.flatMap((member) => member ?? []), ...usualOrder(view, settings)])];
  const place = order.indexOf(settings.region);
  if (place < 0) return undefined;
  return order.slice(0, place).filter((member) => isAble(view, standings, member)).length * TURN_MS;
}
