import type { HomeView } from "./home-view";
import { type Claim, isSameEpoch } from "./items";
import { areSole, hasMajorities } from "./lists";
import type { Plan } from "./plan";
import type { LeaseRun, LeaseSettings } from "./settings";
import type { Standing } from "./standing";
import { claimWrite, everyTable } from "./take";
import { REPEAT_MS } from "./times";
import { usualOrder } from "./turns";

/** A home that this region is to give up. */
export interface Leave {
  /** The region that is to take it. */
  readonly next: string;
  /** Number of the order that says so. @default none does */
  readonly order?: number;
  /** The owner hands the home back by itself. */
  readonly isReturn?: true;
}

export interface LeaveContext {
  readonly settings: LeaseSettings;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly views: ReadonlyMap<string, HomeView>;
  /** Homes that the run holds. */
  readonly held: readonly string[];
  /** For how long this region has been unfit, milliseconds; 0: it is fit. */
  readonly unfitMs: number;
  /** Time of some table, epoch milliseconds. */
  readonly date: number;
}

/** Which of these homes are to be given up, and to whom. */
export function leaves(context: LeaveContext): ReadonlyMap<string, Leave> {
  const { settings, views, held, unfitMs } = context;
  const found = new Map<string, Leave>();
  for (const home of held) {
    const leave = byOrder(views.get(home)!, context) ?? byItself(views.get(home)!, context);
    if (leave !== undefined) found.set(home, leave);
  }
  const isUnfit = settings.takeover === "automatic" && unfitMs >= settings.takeoverDelayMs;
  // A region that does not process its own home processes no other.
  if (isUnfit || found.has(settings.region)) {
    for (const home of held) {
      const next = found.has(home) ? undefined : successor(views.get(home)!, context);
      if (next !== undefined) found.set(home, { next });
    }
  }
  return found;
}

/**
 * Whether a region would take and process this home: it is fit, reaches the voters, and owns itself or would get itself back from here. One
 * whose own home is ordered away owns itself for a while only.
 */
function wouldProcess(member: string, view: HomeView, context: LeaveContext): boolean {
  const { settings, standings, held, views } = context;
  const standing = standings.get(member);
  if (member === settings.region || standing?.fit !== true) return false;
  if (!hasMajorities(new Set(standing.reaches), view.lists)) return false;
  // Where one table decides alone, whoever takes has to hear the others, also when the list has moved already.
  const heard = areSole(view.lists) ? everyTable(settings, view.home) : [];
  if (!heard.every((table) => standing.reaches.includes(table))) return false;
  return held.includes(member) || (standing.ownsItself && !isLeaving(views.get(member), context));
}

/** Whether a region's own home is ordered away from it, to one that could take the home now. */
function isLeaving(own: HomeView | undefined, { standings }: LeaveContext): boolean {
  if (own?.pending === undefined || !own.mayFollow || own.pending.to === own.home) return false;
  return standings.get(own.pending.to)?.fit === true;
}

function byOrder(view: HomeView, context: LeaveContext): Leave | undefined {
  const { pending, mayFollow } = view;
  if (pending === undefined || !mayFollow || pending.to === context.settings.region) return undefined;
  const { to, number } = pending;
  // Its own home may be here, and stay here.
  const canTake = to === view.home || context.standings.get(to)?.ownsItself === true;
  return canTake && wouldProcess(to, view, context) ? { next: to, order: number } : undefined;
}

/** A home whose region is well again goes back by itself, if it was not sent away by order. */
function byItself(view: HomeView, context: LeaveContext): Leave | undefined {
  const { home, latest } = view;
  const { region, failback, failbackAfterMs } = context.settings;
  if (failback !== "automatic" || home === region || latest?.evacuated || context.unfitMs > 0)
    return undefined;
  const fitMs = wouldProcess(home, view, context) ? context.standings.get(home)!.sinceMs : 0;
  const isDue = fitMs > 0 && fitMs >= failbackAfterMs * 2 ** repeatsOf(latest?.returns, context.date);
  return isDue ? { next: home, isReturn: true } : undefined;
}

function repeatsOf(returns: Claim["returns"], date: number): number {
  return returns !== undefined && date - returns.at < REPEAT_MS ? returns.count : 0;
}

function successor(view: HomeView, context: LeaveContext): string | undefined {
  return usualOrder(view, context.settings).find((member) => wouldProcess(member, view, context));
}

/** The claim by which this region has begun to end its latest ownership of a home. */
export function closingIn({ sightings, latest }: HomeView, region: string): Claim | undefined {
  if (latest?.epoch.region !== region) return undefined;
  return sightings
    .flatMap(({ claim }) => claim ?? [])
    .find(({ state, epoch }) => state === "closing" && isSameEpoch(epoch, latest.epoch));
}

/**
 * The round that ends an ownership: whoever is next takes the home when the claim has lapsed, as any other. Passes that readers hold
 * have ended by then.
 * @param how why it ends; or a claim of this epoch that is closing already
 */
export function closePlan(
  view: HomeView,
  epoch: Claim["epoch"],
  how: Leave | Claim,
  { run, date }: { readonly run: Pick<LeaseRun, "newId">; readonly date: number },
): Plan {
  const mine = view.sightings.filter(
    ({ claim }) => claim?.state === "held" && isSameEpoch(claim.epoch, epoch),
  );
  return {
    kind: "close",
    home: view.home,
    needs: view.lists,
    writes: mine.map(({ table, claim }) =>
      claimWrite(table, view.home, claim, {
        ...claim!,
        ...endOf(view, claim!, how, date),
        id: run.newId(),
        state: "closing",
        lists: view.lists,
      }),
    ),
    returnable: new Set(),
  };
}

type End = Pick<Claim, "next" | "order" | "evacuated" | "returns">;

function endOf({ home }: HomeView, before: Claim, how: Leave | Claim, date: number): Partial<End> {
  if ("state" in how) {
    const { next, order, evacuated, returns } = how;
    return { order, ...(next && { next }), ...(evacuated && { evacuated }), ...(returns && { returns }) };
  }
  const { next, order, isReturn } = how;
  return {
    next,
    ...(order !== undefined && { order }),
    ...(order !== undefined && next !== home && { evacuated: true as const }),
    ...(isReturn && { returns: { count: repeatsOf(before.returns, date) + 1, at: date } }),
  };
}
