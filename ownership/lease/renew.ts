import type { Holding, HomeView } from "./home-view";
import { compareNumbers, isSameEpoch, type VoterList, type VotersOrder } from "./items";
import { hasMajorities, highestOf, includesList } from "./lists";
import type { Sighting } from "./observations";
import type { Plan } from "./plan";
import type { LeaseRun, LeaseSettings } from "./settings";
import { claimWrite, factsAfter, tablesFor } from "./take";
import { JUDGE_MS } from "./times";

export interface RenewContext {
  readonly settings: LeaseSettings;
  readonly run: Pick<LeaseRun, "id" | "newId">;
  /** Monotonic clock. */
  readonly now: number;
  /** The highest order about voters, if it stands at a majority of the home's lists. */
  readonly voters: VotersOrder | undefined;
  /** The region that the home is about to be handed to. @default the home stays */
  readonly next?: string;
}

/** The round that renews a home, or moves on a change of its list. */
export function renewPlan(view: HomeView, holding: Holding, context: RenewContext): Plan {
  const { settings, run, now } = context;
  const writable = view.sightings.filter((sighting) => isWritable(sighting, holding));
  const { lists, after } = listsOf(view, writable, context);
  const tables = tablesFor(lists, settings);
  const forced = holding.shutUntil !== undefined && now < holding.shutUntil;
  const facts = factsAfter(view, settings.region, holding.facts.taking);
  return {
    kind: "renew",
    home: view.home,
    needs: lists,
    writes: writable
      .filter(({ table }) => tables.includes(table))
      .map(({ table, claim }) =>
        claimWrite(table, view.home, claim, {
          id: run.newId(),
          epoch: holding.epoch,
          state: "held",
          lists,
          ...(forced && { forced: true as const }),
          ...facts,
        }),
      ),
    returnable: new Set(),
    ...(after && { after }),
  };
}

/**
 * Whether a higher list stands that does not know this ownership: whoever wrote it had a majority of the lists before, and goes on without
 * this region. Or a majority has no claim of this ownership at all: tables were made anew, and the home may have been founded again.
 */
export function isOverruled(
  { claims, lists, sightings }: HomeView,
  { epoch, lists: held }: Holding,
): boolean {
  const isKnown = claims.some((claim) => isSameEpoch(claim.epoch, epoch));
  if (!isKnown && hasMajorities(new Set(sightings.map(({ table }) => table)), held)) return true;
  const isBound = held.some((list) => includesList(lists, list));
  return (
    !isBound &&
    !claims.some(
      (claim) => isSameEpoch(claim.epoch, epoch) && claim.lists.some((list) => includesList(lists, list)),
    )
  );
}

/** Where a renewal may write: at its own claims, at what has lapsed or was given back, and where nothing has been for a lease and its margin. */
function isWritable({ claim, hasTable, ageMs }: Sighting, { epoch }: Holding): boolean {
  if (!hasTable) return false;
  if (claim === undefined) return ageMs > JUDGE_MS;
  if (claim.state === "held" && isSameEpoch(claim.epoch, epoch)) return true;
  return claim.state === "free" || ageMs > JUDGE_MS;
}

/** Lists to write and to have majorities of, and those that bind when that is done. */
function listsOf(
  view: HomeView,
  writable: readonly Sighting[],
  context: RenewContext,
): { readonly lists: readonly VoterList[]; readonly after?: readonly VoterList[] } {
  const { lists } = view;
  const [current, ...others] = lists;
  if (current === undefined || others.length > 0) {
    const highest = highestOf(lists);
    return { lists, ...(highest && { after: [highest] }) };
  }
  const target = nextList(view, current, context);
  const tables = new Set(writable.map(({ table }) => table));
  // A change that cannot end would bind the home to voters that nobody reaches.
  if (target === undefined || !hasMajorities(tables, [target])) return { lists };
  return { lists: [current, target], after: [target] };
}

/** The list that is to follow this one. @returns undefined: it stays */
function nextList(
  { home, pending }: HomeView,
  current: VoterList,
  { settings, voters, next }: RenewContext,
): VoterList | undefined {
  const configured = settings.voters[home] ?? [];
  if (voters !== undefined && compareNumbers(voters, current) > 0) {
    return { number: voters.number, id: voters.id, voters: voters.voters };
  }
  if (current.number === 0 && configured.length > 1) return { number: 1, id: "", voters: configured };
  if (current.voters.length > 1) return undefined;
  // The table that decides alone goes with the home, so that the home survives the loss of the region that it leaves.
  const voter = next ?? settings.region;
  if (current.voters.includes(voter)) return undefined;
  return { number: current.number + 1, id: pending?.id ?? "", voters: [voter] };
}
