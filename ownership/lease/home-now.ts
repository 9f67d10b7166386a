import type { Holding, HomeView } from "./home-view";
import type { HomeNow } from "./settings";

/**
 * What a run tells of a home after a look.
 * @param region in which the run is
 * @param leavingTo region that the home is to be given up to. @default the home stays
 * @param date in the time of the tables, epoch milliseconds
 */
export function homeNow(
  { latest, pending, orders }: HomeView,
  region: string,
  holding: Holding | undefined,
  isOpen: boolean,
  leavingTo: string | undefined,
  date: number,
): HomeNow {
  // A take is newer than the look.
  const epoch = holding?.epoch ?? latest?.epoch;
  const isClosing = latest?.state === "closing" && latest.epoch.region === region;
  const next = leavingTo ?? (isClosing ? latest.next : undefined);
  const taking = holding === undefined ? latest?.taking : holding.facts.taking;
  const isCarriedOut = pending === undefined || (holding?.facts.order ?? 0) >= pending.number;
  const { highest } = orders;
  const isAboutThis = highest?.to === region && highest.number > (taking?.order ?? 0);
  return {
    ...(epoch && { owner: epoch.region, epoch: epoch.number }),
    held: holding !== undefined,
    open: isOpen,
    ...(next && { next }),
    ...(pending && !isCarriedOut && { pending: pending.to }),
    ...(isAboutThis && highest.since !== undefined && { since: highest.since }),
    ...(taking && { taking, takenAgoMs: date - taking.at }),
  };
}
