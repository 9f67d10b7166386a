import { type Claim, compareEpochs, type Order, type VoterList } from "./items";
import { areSole, bindingLists, hasMajorities } from "./lists";
import type { ItemsByTable, Sighting } from "./observations";
import { orderAbout, type Register, stands } from "./orders";

/** What a run holds of a home: it counts by the run's own clock. */
export interface Holding {
  readonly epoch: Claim["epoch"];
  readonly lists: readonly VoterList[];
  /** Monotonic clock at the beginning of the last round that a majority took. */
  readonly renewedAt: number;
  /** Taken by force: until this moment of the monotonic clock the owner before may still hold a pass. @default it was not */
  readonly shutUntil?: number;
  readonly facts: ClaimFacts;
}

/** What claims carry on, from owner to owner or while one owns the home. */
export type ClaimFacts = Pick<Claim, "order" | "evacuated" | "returns" | "taking">;

/** What the last look showed of a home. */
export interface HomeView {
  readonly home: string;
  readonly sightings: readonly Sighting[];
  readonly claims: readonly Claim[];
  /** The claim of the highest epoch. @default there is no claim */
  readonly latest: Claim | undefined;
  /** Lists that bind whoever takes or renews. */
  readonly lists: readonly VoterList[];
  readonly orders: Register<Order>;
  /** The highest order, if it has not been carried out. */
  readonly pending: Order | undefined;
  /** Whether the pending order stands at a majority: only then is it acted on. */
  readonly mayFollow: boolean;
}

export function viewOf(
  home: string,
  sightings: readonly Sighting[],
  items: ItemsByTable,
  holding: Holding | undefined,
  own: string,
): HomeView {
  const claims = sightings.flatMap(({ claim }) => claim ?? []);
  const lists = bindingLists(claims, holding?.lists);
  const orders = orderAbout(items, home);
  const done = Math.max(0, holding?.facts.order ?? 0, ...claims.map(({ order }) => order));
  const pending = orders.highest !== undefined && orders.highest.number > done ? orders.highest : undefined;
  return {
    home,
    sightings,
    claims,
    latest: latestOf(claims),
    lists,
    orders,
    pending,
    // Whoever is to go on without the lost region's table has its own table's word alone.
    mayFollow: stands(orders, lists) || (pending?.lost !== undefined && areSole(lists) && orders.at.has(own)),
  };
}

/** Number of the highest order that claims say was carried out. */
export function carriedOut({ claims }: Pick<HomeView, "claims">): number {
  return Math.max(0, ...claims.map(({ order }) => order));
}

/** Whether these tables decide about the home. */
export function decides(view: HomeView, tables: Iterable<string>): boolean {
  return hasMajorities(new Set(tables), view.lists);
}

export function latestOf(claims: readonly Claim[]): Claim | undefined {
  return claims.reduce<Claim | undefined>(
    (best, claim) => (best === undefined || compareEpochs(claim.epoch, best.epoch) > 0 ? claim : best),
    undefined,
  );
}
