import { CONTROLLER_PERIOD_SECONDS, HEARTBEAT_FRESH_SECONDS, LEASE_SECONDS } from "../core/limits";
import type { Rules, Situation } from "./situation";
import type { LastHeard } from "./states";

/** Without a word from anybody for this long, a region that hears every quarter of a minute is alone. */
const ALONE_MS = 1.5 * CONTROLLER_PERIOD_SECONDS * 1_000;
/** A region that fences itself has done so well before a peer could take it over, one run of its controller late or not. */
const EARLIER_MS = 1.5 * CONTROLLER_PERIOD_SECONDS * 1_000;

/** What a region knows about its connections to all others. */
export interface Contact {
  /** By region, the own one included, the newest heartbeat that ever arrived from it. */
  readonly heard: Readonly<Record<string, LastHeard>>;
  /** Since when nobody was reached or heard. Undefined: somebody was, lately. */
  readonly isolatedSince: number | undefined;
  /** When the own roles were last compared with those of whoever could be reached. */
  readonly checkedAt: number;
}

export function contactIn({ now, states, peers, records, heardSelf }: Situation): Contact {
  const { region: own } = states;
  const heard = { ...states.heard };
  const news = Object.entries(peers).map(([region, peer]) => [region, peer.heard] as const);
  for (const [region, last] of [...news, [own, heardSelf] as const]) {
    if (last !== undefined && last.at >= (heard[region]?.at ?? 0)) heard[region] = last;
  }
  const reaches = Object.values(peers).some(({ reached }) => reached) || records?.resolves === true;
  const others = Object.entries(heard).filter(([region]) => region !== own);
  const lastHeard = Math.max(...others.map(([, { at }]) => at), 0);
  const alone = !reaches && now - lastHeard > ALONE_MS;
  return {
    heard,
    isolatedSince: alone
      ? (states.isolatedSince ?? lastContact(lastHeard, states.checkedAt, now))
      : undefined,
    checkedAt: !alone || now - states.checkedAt <= LEASE_SECONDS * 1_000 ? now : states.checkedAt,
  };
}

/** The run before was not alone: it had heard somebody, or reached somebody. Where there was none, peers may have to be deployed yet. */
function lastContact(lastHeard: number, checkedAt: number, now: number): number {
  if (lastHeard + checkedAt === 0) return now;
  return lastHeard >= checkedAt - ALONE_MS ? lastHeard : checkedAt;
}

/** Whether a region that is alone gives up its home: what it cannot see may be that another region has taken it over. */
export function fencesItself(
  { onIsolation, takeoverDelaySeconds }: Rules,
  { isolatedSince }: Contact,
  now: number,
): boolean {
  return (
    onIsolation === "fence" &&
    isolatedSince !== undefined &&
    now >= isolatedSince + takeoverDelaySeconds * 1_000 - EARLIER_MS
  );
}

/** Whether the last heartbeat of a region is recent and says that it can do its work. */
export function isFit({ heard }: Contact, region: string, now: number): boolean {
  const last = heard[region];
  return last?.fit === true && now - last.at <= HEARTBEAT_FRESH_SECONDS * 1_000;
}
