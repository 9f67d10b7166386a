import { carriedOut, decides, type HomeView, latestOf } from "./home-view";
import type { Taking } from "./items";

/**
 * How this region comes to own a home by a take. One that had a majority already, and takes what has lapsed or what nobody wanted, has been
 * the owner all along.
 *
 * @param at when no pass of an owner before is open any more, in the time of the tables
 */
export function takingOf(view: HomeView, region: string, at: number): Taking | undefined {
  const owned = view.sightings.filter(({ claim }) => claim !== undefined && claim.state !== "free");
  const mine = owned.filter(({ claim }) => claim!.epoch.region === region);
  const tables = mine.map(({ table }) => table);
  if (decides(view, tables)) return latestOf(mine.map(({ claim }) => claim!))!.taking;
  const others = owned.filter((sighting) => !mine.includes(sighting));
  const other = latestOf(others.map(({ claim }) => claim!))?.epoch;
  const order = ordersBefore(view, region);
  return {
    ...(other ? { from: other.region, epoch: other.number } : toldIn(view, region)),
    at: Math.ceil(at),
    ...(order > 0 && { order }),
  };
}

/** An owner that hands over by an order has noted that one already; whoever takes the home is brought to it by that order all the same. */
function ordersBefore({ claims }: HomeView, region: string): number {
  const handedOver = claims.find(({ state, next }) => state === "closing" && next === region);
  return handedOver === undefined ? carriedOut({ claims }) : (handedOver.taking?.order ?? 0);
}

/** The owner before, where takes that missed their majorities have replaced all its claims. */
function toldIn({ claims }: HomeView, region: string): Pick<Taking, "from" | "epoch"> {
  const { from, epoch } = latestOf(claims)?.taking ?? {};
  return from === undefined || from === region ? {} : { from, ...(epoch !== undefined && { epoch }) };
}
