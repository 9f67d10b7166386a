import type { HomeView } from "./home-view";
import type { VoterList } from "./items";
import { areSole } from "./lists";
import type { Plan } from "./plan";
import { claimWrite, everyTable, factsAfter, isOrdered, type TakeContext } from "./take";
import { takingOf } from "./taking";
import { JUDGE_MS } from "./times";

/**
 * The round by which a home comes to be: its own region's table alone decides then. Every table that might hold a claim has to say that it
 * holds none, without a gap, for as long as a lease and its margin. A table that does not answer says nothing.
 */
export function foundPlan(view: HomeView, context: TakeContext): Plan | undefined {
  const { home, claims, sightings } = view;
  const { settings } = context;
  const { region } = settings;
  if (home !== region || claims.length > 0) return undefined;
  const empty = new Map(
    sightings.filter(({ ageMs }) => ageMs > JUDGE_MS).map((sighting) => [sighting.table, sighting]),
  );
  if (!empty.get(region)?.hasTable || !everyTable(settings, home).every((table) => empty.has(table))) {
    return undefined;
  }
  return alone(view, { number: 0, id: "", voters: [region] }, 1, context);
}

/**
 * The round by which an operator's word stands in for the table of a lost region, which was to decide alone. The word is not taken while
 * that table, or the region's controller, gives any sign.
 */
export function lostPlan(view: HomeView, context: TakeContext): Plan | undefined {
  const { home, lists, pending, sightings, latest } = view;
  const { settings, observations, standings, isFit, ownsItself } = context;
  const { region } = settings;
  if (pending?.lost === undefined || !isOrdered(view, region) || !isFit) return undefined;
  if (home !== region && !ownsItself) return undefined;
  if (!areSole(lists)) return undefined;
  const isSilent = observations.lookedMs() > JUDGE_MS && observations.silentMs(pending.lost) > JUDGE_MS;
  if (!isSilent || standings.has(pending.lost)) return undefined;
  if (!sightings.some(({ table, hasTable }) => table === region && hasTable)) return undefined;
  const highest = Math.max(0, ...lists.map(({ number }) => number));
  const list = { number: Math.max(highest + 1, pending.number), id: pending.id, voters: [region] };
  return alone(view, list, Math.max((latest?.epoch.number ?? 0) + 1, pending.number), context);
}

/** A claim at the own table alone, by which from now on this table decides. */
function alone(
  view: HomeView,
  list: VoterList,
  epoch: number,
  { settings: { region }, run, date }: TakeContext,
): Plan {
  const previous = view.sightings.find(({ table }) => table === region)?.claim;
  return {
    kind: "take",
    home: view.home,
    needs: [list],
    writes: [
      claimWrite(region, view.home, previous, {
        id: run.newId(),
        epoch: { number: epoch, region, run: run.id },
        state: "held",
        lists: [list],
        ...factsAfter(view, region, takingOf(view, region, date)),
      }),
    ],
    returnable: new Set(),
  };
}
