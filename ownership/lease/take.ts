import { type ClaimFacts, carriedOut, decides, type HomeView } from "./home-view";
import { type Claim, isSameEpoch, type Taking, type VoterList } from "./items";
import { soleVoter, votersOf } from "./lists";
import type { Observations, Sighting } from "./observations";
import type { ClaimWrite, Plan } from "./plan";
import type { LeaseRun, LeaseSettings } from "./settings";
import type { Standing } from "./standing";
import { takingOf } from "./taking";
import { DATE_MS, JUDGE_MS, ROUND_MS, TURN_MS } from "./times";
import { turnMs } from "./turns";

/** What this run knows when it looks for homes to take. */
export interface TakeContext {
  readonly settings: LeaseSettings;
  readonly run: Pick<LeaseRun, "id" | "newId">;
  readonly observations: Observations;
  readonly standings: ReadonlyMap<string, Standing>;
  /** Fit, and its own pass can be read where its readers read it. */
  readonly isFit: boolean;
  /** This run holds the own home. */
  readonly ownsItself: boolean;
  /** The latest that the clock of a table shows now, epoch milliseconds. */
  readonly date: number;
}

/** The round that takes or continues a home, if one is due. */
export function takePlan(view: HomeView, context: TakeContext): Plan | undefined {
  const { home, sightings } = view;
  const { settings } = context;
  if (view.lists.length === 0) return undefined;
  const own = sightings.filter((sighting) => isContinued(sighting, view, context));
  if (decides(view, tablesOf(own)) && isOneEpoch(own)) {
    const isDue = home === settings.region || context.ownsItself;
    const other = sightings.filter((sighting) => !own.includes(sighting) && isTakeable(sighting, 0));
    return isDue ? planOf("continue", view, [...own, ...other], own[0]!.claim!.epoch, context) : undefined;
  }
  if (!mayTake(view, context)) return undefined;
  const isForced = isOrdered(view, settings.region) && view.pending?.force === true;
  const wait = turnMs(view, settings, context.standings);
  if (wait === undefined || !soleVoterAgrees(view, context)) return undefined;
  const good = sightings.filter(
    (sighting) =>
      own.includes(sighting) ||
      isTakeable(sighting, wait + afterNext(sighting, settings.region)) ||
      (isForced && sighting.claim !== undefined),
  );
  if (!decides(view, tablesOf(good))) return undefined;
  return planOf("take", view, good, nextEpoch(view, context), context);
}

/** When the earliest of the claims that stand in the way will have lapsed and the turn has come, milliseconds from the last look on. */
export function ripeInMs(view: HomeView, context: TakeContext): number | undefined {
  const { settings } = context;
  const wait = turnMs(view, settings, context.standings);
  if (wait === undefined || !mayTake(view, context)) return undefined;
  const waits = view.sightings
    .filter(({ claim }) => claim !== undefined)
    .map((sighting) => JUDGE_MS + wait + afterNext(sighting, settings.region) - sighting.ageMs)
    .filter((ms) => ms >= 0);
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** By word of an order that stands at a majority, the home is to be this region's. */
export function isOrdered({ pending, mayFollow }: HomeView, region: string): boolean {
  return mayFollow && pending?.to === region;
}

function mayTake(view: HomeView, { settings, isFit, ownsItself }: TakeContext): boolean {
  const { region, takeover } = settings;
  if (!isFit) return false;
  if (view.home === region) return true;
  const isLeft = view.latest?.epoch.region === region || view.latest?.next === region;
  return ownsItself && (takeover === "automatic" || isOrdered(view, region) || isLeft);
}

/** Whether a claim of this region is gone on with at once: whoever made it was this region too. */
function isContinued({ claim }: Sighting, view: HomeView, context: TakeContext): boolean {
  if (claim?.state !== "held" || claim.epoch.region !== context.settings.region) return false;
  const sole = soleVoter(view.lists);
  return sole === undefined || passRuns(sole, view.home, context) || soleVoterAgrees(view, context);
}

/**
 * Where one table decides alone, nobody can tell by it whether another table has decided meanwhile. So every other table has to have
 * answered for as long as a lease and its margin.
 */
function soleVoterAgrees({ lists, home }: HomeView, { settings, observations }: TakeContext): boolean {
  const sole = soleVoter(lists);
  if (sole === undefined) return true;
  const others = everyTable(settings, home).filter((table) => table !== sole);
  return others.every((table) => observations.answeredMs(table) > JUDGE_MS);
}

/** Whether the last pass of this region still runs, by the time of the table that decides, at the latest that its answer can mean. */
function passRuns(sole: string, home: string, { settings, observations }: TakeContext): boolean {
  const answer = observations.items().get(sole);
  const until = answer?.passes[settings.region]?.homes[home]?.until;
  return answer !== undefined && until !== undefined && until > answer.date + DATE_MS + ROUND_MS;
}

function isTakeable({ claim, ageMs }: Sighting, waitMs: number): boolean {
  if (claim === undefined) return false;
  return claim.state === "free" || ageMs > JUDGE_MS + waitMs;
}

/** A claim that names who is to take it leaves that region a turn. */
function afterNext({ claim }: Sighting, region: string): number {
  return claim?.state === "closing" && claim.next !== region ? TURN_MS : 0;
}

function tablesOf(sightings: readonly Sighting[]): readonly string[] {
  return sightings.map(({ table }) => table);
}

function isOneEpoch(sightings: readonly Sighting[]): boolean {
  const [first, ...others] = sightings.flatMap(({ claim }) => claim ?? []);
  return first !== undefined && others.every(({ epoch }) => isSameEpoch(epoch, first.epoch));
}

function nextEpoch({ claims }: HomeView, { settings, run }: TakeContext): Claim["epoch"] {
  const highest = Math.max(0, ...claims.map(({ epoch }) => epoch.number));
  return { number: highest + 1, region: settings.region, run: run.id };
}

function planOf(
  kind: "take" | "continue",
  view: HomeView,
  sightings: readonly Sighting[],
  epoch: Claim["epoch"],
  { settings, run, date }: TakeContext,
): Plan {
  const isJudged = ({ claim, ageMs }: Sighting) => claim?.state === "free" || ageMs > JUDGE_MS;
  const isOwn = ({ claim }: Sighting) => claim?.state === "held" && claim.epoch.region === settings.region;
  const targets = sightings.filter(({ table }) => tablesFor(view.lists, settings).includes(table));
  const forced = targets.some(
    (sighting) => !isJudged(sighting) && (sighting.claim?.forced || !isOwn(sighting)),
  );
  const taking =
    kind === "continue"
      ? sightings[0]!.claim!.taking
      : takingOf(view, settings.region, forced ? date + JUDGE_MS : date);
  // An order is carried out when a majority has taken the home, and not by a round that may miss it.
  const facts = { ...factsAfter(view, settings.region, taking), order: carriedOut(view) };
  return {
    kind,
    home: view.home,
    needs: view.lists,
    writes: targets.map(({ table, claim }) =>
      claimWrite(table, view.home, claim, {
        id: run.newId(),
        epoch,
        state: "held",
        lists: view.lists,
        ...(forced && { forced: true as const }),
        ...facts,
      }),
    ),
    returnable: new Set(
      forced ? [] : targets.filter((sighting) => !isOwn(sighting)).map(({ table }) => table),
    ),
  };
}

/** Every table that may hold a claim of a home, whether it votes or not. */
export function everyTable(
  { members, voters }: Pick<LeaseSettings, "members" | "voters">,
  home: string,
): readonly string[] {
  return [...new Set([...members, ...(voters[home] ?? [])])];
}

/** Tables where whoever owns a home writes the claim: the voters; its own region's table; and where one decides alone, everybody's. */
export function tablesFor(
  lists: readonly VoterList[],
  { region, members }: LeaseSettings,
): readonly string[] {
  const board = lists.some((list) => soleVoter([list]) !== undefined) ? members : [];
  return [...new Set([...votersOf(lists), region, ...board])];
}

export function claimWrite(
  table: string,
  home: string,
  previous: Claim | undefined,
  claim: Claim,
): ClaimWrite {
  return { kind: "claim", table, home, claim, ...(previous && { previous: previous.id }) };
}

/** What a claim of this region carries on, when the region goes on with or takes the home. */
export function factsAfter(view: HomeView, region: string, taking: Taking | undefined): ClaimFacts {
  const { home, latest, pending } = view;
  const followed = isOrdered(view, region) ? pending!.number : 0;
  const isAway = home !== region && (followed > 0 || latest?.evacuated === true);
  return {
    order: Math.max(followed, carriedOut(view)),
    ...(isAway && { evacuated: true as const }),
    ...(latest?.returns && { returns: latest.returns }),
    ...(taking && { taking }),
  };
}
