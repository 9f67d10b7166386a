import { look, round, type Steps, type TableAnswers, type Write } from "./effects";
import { type HomeView, latestOf, viewOf } from "./home-view";
import type { Claim, Order, VoterList, VotersOrder } from "./items";
import { areSole, bindingLists, hasMajorities, votersOf } from "./lists";
import { Observations } from "./observations";
import { votersOrder } from "./orders";
import type { LeaseRun, LeaseSettings } from "./settings";
import { saidAgoMs } from "./standing";
import { claimWrite, everyTable } from "./take";
import { SHOWN_MS } from "./times";

/** What an operator's command has to go on: the group, but no region of its own. */
export interface CommandContext {
  readonly group: Pick<LeaseSettings, "members" | "voters">;
  readonly run: Pick<LeaseRun, "newId" | "clock">;
}

/**
 * `written`: it stands at a majority, and holds until a later order is acted on. `unknown`: it may still take effect; only another order
 * changes that. `refused`: nothing was written.
 */
export type CommandResult =
  | { readonly kind: "written"; readonly number: number }
  | { readonly kind: "unknown"; readonly number: number; readonly at: readonly string[] }
  | { readonly kind: "refused"; readonly reason: string };

export interface MoveOptions {
  readonly home: string;
  /** The region that is to own the home. */
  readonly to: string;
  readonly force?: true;
  /** The region that does not run, by the operator's word. */
  readonly lost?: string;
  /** See {@link Order.since}. */
  readonly since?: number;
}

/** Orders that a home is to be owned by a region. */
export function* orderMove(options: MoveOptions, context: CommandContext): Steps<CommandResult> {
  const { home, to, force, lost, since } = options;
  const seen = yield* readGroup(context);
  const view = seen.views.get(home);
  if (view === undefined)
    return refused(`${home} is no region of the group: ${context.group.members.join(", ")}`);
  const reason = lost === undefined ? majorityMissing(seen, view) : lostRefused(seen, view, to, lost);
  if (reason !== undefined) return refused(reason);
  if (to !== home) {
    const own = seen.views.get(to);
    if (!(own?.latest?.epoch.region === to && own.latest.state === "held"))
      return refused(`${to} does not own its own home: order that first`);
    if (own.pending !== undefined && own.pending.to !== to)
      return refused(`the home of ${to} is ordered to ${own.pending.to}: order it back first`);
  }
  const highest = Math.max(0, view.orders.highest?.number ?? 0, ...view.claims.map(({ order }) => order));
  const number = nextNumber(seen, highest);
  const order: Order = {
    number,
    id: context.run.newId(),
    to,
    ...(force && { force }),
    ...(lost && { lost }),
    ...(since !== undefined && { since }),
  };
  const answered = tablesOf(seen);
  const done = yield* write(answered.map((table) => ({ kind: "order", table, home, order }) as const));
  const isWritten = lost === undefined ? hasMajorities(done, view.lists) : done.has(to);
  return isWritten ? { kind: "written", number } : { kind: "unknown", number, at: [...done] };
}

/**
 * A number above all that were read, and above those that were given a second ago and not read. It goes by the tables' own time, because no
 * other clock is known to be right.
 */
function nextNumber({ observations }: Seen, highest: number): number {
  const dates = [...observations.items().values()].map(({ date }) => date);
  return Math.max(highest + 1, Math.floor(Math.max(0, ...dates) / 1_000));
}

function tablesOf({ observations }: Seen): readonly string[] {
  return [...observations.items().keys()];
}

function majorityMissing(seen: Seen, { home, lists }: HomeView): string | undefined {
  const answered = tablesOf(seen);
  const silent = [...seen.views.keys()].find((table) => !answered.includes(table));
  if (silent !== undefined && areSole(lists))
    return `the table of ${silent} does not answer, and may have a later list: if that region is lost, say so`;
  if (hasMajorities(new Set(answered), lists)) return undefined;
  if (lists.length === 0)
    return `nobody has owned ${home} yet: its own region does within two minutes after its apply`;
  return `no majority of ${votersOf(lists).join(", ")} answers, only ${answered.join(", ") || "none"}`;
}

/** Why a region's loss cannot be taken on the operator's word. */
function lostRefused(seen: Seen, { lists }: HomeView, to: string, lost: string): string | undefined {
  if (seen.answers.has(lost)) return `the table of ${lost} answers: it is not lost`;
  if (!tablesOf(seen).includes(to)) return `the table of ${to} does not answer`;
  if (areSole(lists)) return undefined;
  return `a majority of ${votersOf(lists).join(", ")} decides, and no word about ${lost}: leave it out`;
}

export interface VotersOptions {
  /** Regions whose tables are to vote about every home. */
  readonly voters: readonly string[];
  /** Regions that need not show that they reach the tables. */
  readonly lost?: readonly string[];
}

/** Orders another list of voters. Written is not done: {@link hasVoters} tells when the old tables may go. */
export function* orderVoters(options: VotersOptions, context: CommandContext): Steps<CommandResult> {
  const { lost = [] } = options;
  const voters = [...new Set(options.voters)].sort();
  if (voters.length % 2 === 0) return refused(`${voters.join(", ")}: an odd number of voters is needed`);
  if (voters.length === 1 && context.group.members.length > 2)
    return refused(`${voters.join()} alone: three voters are needed, or five`);
  const seen = yield* readGroup(context, voters);
  const views = [...seen.views.values()];
  const lists = views.flatMap((view) => view.lists);
  const tables = [...new Set([...votersOf(lists), ...voters])];
  const stranger = strangerIn(lost, [...context.group.members, ...tables]);
  if (stranger !== undefined) return refused(stranger);
  const missing = context.group.members
    .filter((member) => !lost.includes(member))
    .filter(
      (member) =>
        !hasShown(
          seen,
          member,
          tables.filter((table) => !lost.includes(table)),
        ),
    );
  if (missing.length > 0) {
    return refused(
      `${missing.join(", ")} has not shown within ${SHOWN_MS / 1_000} s that it reads and writes ${tables.join(", ")}`,
    );
  }
  const answered = tablesOf(seen);
  const reason = views.map((view) => majorityMissing(seen, view)).find((each) => each !== undefined);
  if (reason !== undefined) return refused(reason);
  const highest = Math.max(
    1,
    votersOrder(seen.observations.items()).highest?.number ?? 0,
    ...lists.map((list) => list.number),
  );
  const order: VotersOrder = { number: nextNumber(seen, highest), id: context.run.newId(), voters };
  const done = yield* write(answered.map((table) => ({ kind: "voters", table, order }) as const));
  return views.every((view) => hasMajorities(done, view.lists))
    ? { kind: "written", number: order.number }
    : { kind: "unknown", number: order.number, at: [...done] };
}

/** Whether, for every home, one list stands alone at a majority of its own voters, and has this number or a higher one. */
export function* hasVoters(number: number, context: CommandContext): Steps<boolean> {
  const { observations } = yield* readGroup(context);
  return context.group.members.every((home) => {
    const claims = observations.of(home).flatMap(({ table, claim }) => (claim ? [{ table, claim }] : []));
    const [list, ...others] = bindingLists(claims.map(({ claim }) => claim));
    if (list === undefined || others.length > 0 || list.number < number) return false;
    return hasMajorities(
      new Set(claims.filter(({ claim }) => isAlone(claim, list)).map(({ table }) => table)),
      [list],
    );
  });
}

/**
 * Fills a voter's table that was made anew and is empty: per home with the highest claim of the other voters, as one that is closing. Every
 * other voter has to answer, but those that are called lost.
 */
export function* restoreVoter(
  { table, lost = [] }: { readonly table: string; readonly lost?: readonly string[] },
  context: CommandContext,
): Steps<CommandResult> {
  const seen = yield* readGroup(context, [table]);
  const items = seen.observations.items();
  const named = [...seen.views.values()].flatMap(({ lists }) => votersOf(lists));
  const stranger = strangerIn(lost, [...context.group.members, ...named]);
  if (stranger !== undefined) return refused(stranger);
  if (!items.has(table)) return refused(`the table of ${table} does not answer`);
  // One that is gone answers that there is none.
  const living = lost.find((voter) => !["no-table", undefined].includes(seen.answers.get(voter)?.kind));
  if (living !== undefined) return refused(`the table of ${living} answers: it is not lost`);
  const writes: Write[] = [];
  for (const [home, view] of seen.views) {
    const others = votersOf(view.lists).filter((voter) => voter !== table && !lost.includes(voter));
    const silent = others.filter((voter) => !items.has(voter));
    if (silent.length > 0)
      return refused(`${silent.join(", ")} does not answer: what it holds about ${home} is not known`);
    if (items.get(table)!.claims[home] !== undefined) continue;
    const holding = others.filter((voter) => items.get(voter)?.claims[home] !== undefined);
    // An owner fills the voter by itself; a claim that closes would end its ownership.
    if (hasMajorities(new Set(holding), view.lists)) continue;
    const highest = latestOf(holding.flatMap((voter) => items.get(voter)?.claims[home] ?? []));
    if (highest === undefined) continue;
    const { next: _, ...claim } = highest;
    // What a lost voter holds may be higher than what the others do.
    const { number } = highest.epoch;
    const epoch = { ...highest.epoch, number: lost.length === 0 ? number : nextNumber(seen, number) };
    writes.push(
      claimWrite(table, home, undefined, { ...claim, epoch, id: context.run.newId(), state: "closing" }),
    );
  }
  if (writes.length === 0) {
    return refused(
      `the table of ${table} has every claim, or the other voters decide without it: then the owners fill it`,
    );
  }
  const answers = yield* round(writes);
  const isDone = writes.every((_, index) => answers.get(index)?.done === true);
  return isDone
    ? { kind: "written", number: writes.length }
    : { kind: "unknown", number: writes.length, at: [table] };
}

/** What a command has found. */
export interface Seen {
  readonly observations: Observations;
  readonly answers: TableAnswers;
  readonly views: ReadonlyMap<string, HomeView>;
}

/** Reads every table that the group, or a claim, names. @param more regions of other tables */
export function* readGroup({ group, run }: CommandContext, more: readonly string[] = []): Steps<Seen> {
  let tables = [...new Set([...group.members.flatMap((home) => everyTable(group, home)), ...more])];
  for (;;) {
    const observations = new Observations(group.members);
    const answers = yield* look(tables);
    observations.add(tables, answers, run.clock());
    const views = new Map(
      group.members.map((home) => [
        home,
        viewOf(home, observations.of(home), observations.items(), undefined, ""),
      ]),
    );
    const named = [...views.values()]
      .flatMap(({ lists }) => votersOf(lists))
      .filter((table) => !tables.includes(table));
    if (named.length === 0) return { observations, answers, views };
    tables = [...new Set([...tables, ...named])];
  }
}

/** @returns tables that took it */
function* write(writes: readonly Write[]): Steps<ReadonlySet<string>> {
  const answers = yield* round(writes);
  return new Set(writes.filter((_, index) => answers.get(index)?.done === true).map(({ table }) => table));
}

function hasShown({ observations }: Seen, member: string, tables: readonly string[]): boolean {
  return [...observations.items().values()].some(({ date, passes }) => {
    const status = passes[member]?.status;
    if (status === undefined || saidAgoMs(status, date) > SHOWN_MS) return false;
    return tables.every((table) => status.reaches.includes(table));
  });
}

/** Why a word of loss is about nobody. */
function strangerIn(lost: readonly string[], known: readonly string[]): string | undefined {
  const stranger = lost.find((region) => !known.includes(region));
  return stranger === undefined ? undefined : `${stranger} is no region of the group, and has no vote`;
}

function isAlone({ lists }: Claim, list: VoterList): boolean {
  return lists.length === 1 && lists[0]!.number === list.number && lists[0]!.id === list.id;
}

function refused(reason: string): CommandResult {
  return { kind: "refused", reason };
}
