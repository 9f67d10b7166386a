import { LEASE_SECONDS } from "../core/limits";
import { type Contact, isFit } from "./contact";
import { ordered, type Roles, roleOf } from "./roles";
import type { Rules, Situation } from "./situation";
import { type HomeState, type Recorded, type Signals, stateOf } from "./states";
import { recordSettledSeconds, silenceSeconds } from "./times";

/**
 * The automatic decision. Ownership moves only when two signals about a region agree for the whole takeover delay: its health check
 * fails, and no heartbeat arrives that says it is fit. Either alone has causes that leave the region at work: a flooded endpoint, a
 * cut between two regions, a controller that stands still.
 */

/** Since when each signal has been there. A break starts it anew; so does a time in which nobody looked. */
export function watch(
  { regions, region: own }: Rules,
  { now, states, automatic }: Situation,
  contact: Contact,
): Readonly<Record<string, Signals>> | undefined {
  if (automatic === undefined) return undefined;
  const looked = now - states.checkedAt <= LEASE_SECONDS * 1_000;
  return Object.fromEntries(
    regions
      .filter((region) => region !== own)
      .map((region) => {
        const before = looked ? states.signals?.[region] : undefined;
        const health = automatic.health[region];
        const fit = isFit(contact, region, now);
        const since = (is: boolean, signal: keyof Signals) =>
          is ? { [signal]: before?.[signal] ?? now } : {};
        return [
          region,
          {
            ...since(health === "unhealthy", "unhealthySince"),
            ...since(!fit, "unfitSince"),
            ...since(health === "healthy" && fit, "soundSince"),
          },
        ];
      }),
  );
}

/** The roles with the orders that this region gives by itself. */
export function automaticOrders(
  rules: Rules,
  situation: Situation,
  contact: Contact,
  signals: Readonly<Record<string, Signals>> | undefined,
  recorded: Readonly<Record<string, Recorded>> = {},
): Roles {
  const { now, roles, states, automatic } = situation;
  if (automatic === undefined || signals === undefined) return roles;
  const { region: own } = rules;
  /** Regions that own a home, by the role and by the record: what one of them does not tell yet, the other may. */
  const ownersOf = (home: string): readonly string[] => {
    const { owner } = roleOf(roles, home);
    return [owner, recorded[home]?.owner ?? owner];
  };
  /** Whether this region owns a home, or is about to, by the last order. */
  const isTaking = (home: string): boolean => {
    const role = roleOf(roles, home);
    const { phase, epoch } = stateOf(states, home);
    const isSo = phase === "taking-over" || phase === "owner" || epoch !== role.epoch;
    return role.owner === own && isSo;
  };
  const takes = (home: string): boolean => {
    if (!automatic.fit || contact.isolatedSince !== undefined || isTaking(home)) return false;
    const isDead = (region: string) => isDeadTo(rules, signals, region, now);
    const owners = ownersOf(home).filter((owner) => owner !== own);
    // A home takes itself back from an owner that is gone; a peer does so for the home when those before it in the order cannot.
    if (home === own) return owners.length > 0 && owners.every(isDead);
    const order = rules.takeoverOrder[home] ?? [];
    const place = order.indexOf(own);
    return place >= 0 && [home, ...owners, ...order.slice(0, place)].every(isDead);
  };
  const givesBack = (home: string): boolean => {
    const role = roleOf(roles, home);
    const state = stateOf(states, home);
    const sound = signals[home]?.soundSince;
    return (
      rules.failback === "automatic" &&
      home !== own &&
      role.owner === own &&
      state.phase === "owner" &&
      state.epoch === role.epoch &&
      sound !== undefined &&
      now >= Math.max(sound, state.since) + rules.failbackAfterSeconds * 1_000
    );
  };
  return rules.regions.reduce((before, home) => {
    if (takes(home)) return ordered(before, { home, owner: own, at: now, from: ownersOf(home) });
    return givesBack(home) ? ordered(before, { home, owner: home, at: now, settled: true }) : before;
  }, roles);
}

/**
 * Whether a region that says nothing may be taken for one that has released a home. Nobody has heard of it for the takeover delay: if it
 * is cut off from everyone, it fences itself; if not, it sees that the record names this region. Either is noticed a run later, and then
 * work in flight has to end.
 */
export function isSilent(
  rules: Rules,
  { now, peers, automatic, records }: Situation,
  { heard }: Contact,
  region: string,
  { since }: HomeState,
  recorded: Recorded | undefined,
): boolean {
  if (automatic === undefined || records === undefined || recorded?.owner !== rules.region) return false;
  const lastSign = Math.max(heard[region]?.at ?? 0, peers[region]?.checkedAt ?? 0);
  const silentSince = Math.max(lastSign + rules.takeoverDelaySeconds * 1_000, since);
  const settled = recorded.since + recordSettledSeconds(rules, records.ttlSeconds) * 1_000;
  return now >= Math.max(silentSince + silenceSeconds(rules) * 1_000, settled);
}

/** Whether both signals say that a region is dead, and have done so for the takeover delay. */
export function isDeadTo(
  { region: own, takeoverDelaySeconds }: Rules,
  signals: Readonly<Record<string, Signals>>,
  region: string,
  now: number,
): boolean {
  if (region === own) return false;
  const { unhealthySince = now, unfitSince = now } = signals[region] ?? {};
  return now >= Math.max(unhealthySince, unfitSince) + takeoverDelaySeconds * 1_000;
}
