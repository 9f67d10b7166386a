import { look, round, type Steps, sleep, type Write } from "./effects";
import { foundPlan, lostPlan } from "./found";
import { homeNow } from "./home-now";
import { type Holding, type HomeView, viewOf } from "./home-view";
import { closePlan, closingIn, type Leave, leaves } from "./leave";
import { soleVoter, votersOf } from "./lists";
import { type AnsweredItems, Observations } from "./observations";
import { spreadOrder, spreadVoters, stands, votersOrder } from "./orders";
import { passWrites } from "./pass-writes";
import { isDecided, outcomesOf, type Plan, type WriteOutcome, writesOf } from "./plan";
import { isOverruled, renewPlan } from "./renew";
import type { LeaseRun, LeaseSettings } from "./settings";
import { type Standing, standings } from "./standing";
import { claimWrite, everyTable, ripeInMs, type TakeContext, takePlan } from "./take";
import { JUDGE_MS, LEASE_MS, LOOK_MS, NEW_RUN_MS, RENEW_MS, ROUND_MS, YOUNG_RUN_MS } from "./times";

/**
 * Looks, takes, renews, hands over, and writes the region's pass, until another run of the region has been doing so for long enough to go on
 * alone.
 */
export function leaseRun(settings: LeaseSettings, run: LeaseRun): Steps<void> {
  return new Ownership(settings, run).steps();
}

interface RunContext extends TakeContext {
  /** Whether this region can do its work, whatever its consumers can read of that. */
  readonly isWell: boolean;
}

/** What one round came to. */
interface Acted {
  readonly confirmed: ReadonlyMap<string, number>;
  readonly closed: readonly string[];
}

/** What one run of a region's controller knows and does about ownership. Nothing of it outlives the run. */
class Ownership {
  private readonly observations: Observations;
  private readonly held = new Map<string, Holding>();
  /** Homes that this run holds and has written a pass for. */
  private readonly opened = new Set<string>();
  /** Homes for which this run has missed a majority: when it may try again, by its monotonic clock. */
  private readonly retryAt = new Map<string, number>();
  /** Tables that are neither members nor configured, but stand in a list that was seen. */
  private readonly learned = new Set<string>();
  /** Since when this run has been looking, by the time of its own region's table. */
  private since: number | undefined;
  private unfitSince: number | undefined;
  private toldAt = Number.NEGATIVE_INFINITY;
  /** Tables that the last round of passes has reached. @default this run has written none yet */
  private reached: readonly string[] | undefined;

  constructor(
    private readonly settings: LeaseSettings,
    private readonly run: LeaseRun,
  ) {
    this.observations = new Observations(settings.members);
  }

  *steps(): Steps<void> {
    for (;;) {
      const began = this.run.clock();
      yield* this.look();
      if (this.isSucceeded()) return;
      this.dropLapsed();
      const views = this.views();
      const context = this.context();
      this.noteFitness(context.isFit);
      const leaving = this.leaving(views, context);
      const acted = yield* this.act(views, context, leaving);
      yield* this.tell(context, acted);
      this.tellNow(views, leaving);
      yield* sleep(this.untilNextLook(began, views, context));
    }
  }

  /** Reads every table that may hold a claim, and those that it names. */
  private *look(): Steps<void> {
    for (;;) {
      const tables = this.tables();
      const began = this.run.clock();
      this.observations.add(tables, yield* look(tables), began);
      const named = this.settings.members.flatMap((home) =>
        this.observations.of(home).flatMap(({ claim }) => votersOf(claim?.lists ?? [])),
      );
      const ordered = votersOrder(this.observations.items()).highest?.voters ?? [];
      const unknown = [...named, ...ordered].filter((table) => !tables.includes(table));
      for (const table of unknown) this.learned.add(table);
      if (unknown.length === 0) return;
    }
  }

  private tables(): readonly string[] {
    const { members } = this.settings;
    return [...new Set([...members.flatMap((home) => everyTable(this.settings, home)), ...this.learned])];
  }

  /**
   * Whether a later run of this region has been looking for so long that it knows of every pass before. Of a spare run: whether a young one
   * of its configuration lives. Two runs never take each other for the later one.
   */
  private isSucceeded(): boolean {
    const { region } = this.settings;
    const own = this.observations.items().get(region);
    if (own === undefined) return false;
    const isFirst = this.since === undefined;
    this.since ??= own.date;
    const status = own.passes[region]?.status;
    if (status === undefined || status.run === this.run.id || status.until <= own.date) return false;
    const lookedMs = own.date - status.runSince;
    const isSame = status.configuration === this.run.configuration;
    if (isFirst && this.run.isSpare && isSame) return lookedMs < YOUNG_RUN_MS;
    const isLater =
      status.runSince > this.since || (status.runSince === this.since && status.run > this.run.id);
    // What the later run could not continue would lapse. By another configuration, there may be no such home any more.
    const holdsAll = [...this.held.keys()].every((home) => status.holds.includes(home));
    const mayHoldLess = !isSame && lookedMs >= NEW_RUN_MS + JUDGE_MS;
    return isLater && (holdsAll || mayHoldLess) && lookedMs >= NEW_RUN_MS;
  }

  private dropLapsed(): void {
    const now = this.run.clock();
    for (const [home, { renewedAt }] of this.held) {
      if (now >= renewedAt + LEASE_MS) this.drop(home);
    }
  }

  private drop(home: string): void {
    this.held.delete(home);
    this.opened.delete(home);
  }

  private views(): ReadonlyMap<string, HomeView> {
    const items = this.observations.items();
    const { members, region } = this.settings;
    return new Map(
      members.map((home) => [
        home,
        viewOf(home, this.observations.of(home), items, this.held.get(home), region),
      ]),
    );
  }

  private context(): RunContext {
    const { settings, run, observations } = this;
    const items = observations.items();
    const shown = standings(items, settings.members);
    const isFit = run.isFit() ?? shown.get(settings.region)?.fit ?? false;
    const own = items.get(settings.region);
    const isWell = isFit && own !== undefined;
    return {
      settings,
      run,
      observations,
      standings: shown,
      isWell,
      isFit: isWell && this.isRead(own),
      ownsItself: this.held.has(settings.region),
      date: this.date(),
    };
  }

  /** Consumers of this region read its own table: without what this run has told, their gate is closed. */
  private isRead({ passes, date }: AnsweredItems): boolean {
    const { homes = {} } = passes[this.settings.region] ?? {};
    return [...this.opened].every((home) => (homes[home]?.until ?? 0) > date);
  }

  private noteFitness(isFit: boolean): void {
    const now = this.run.clock();
    const since = now - (this.run.unfitMs?.() ?? 0);
    this.unfitSince = isFit ? undefined : Math.min(this.unfitSince ?? now, since);
  }

  private leaving(
    views: ReadonlyMap<string, HomeView>,
    { standings: shown }: RunContext,
  ): ReadonlyMap<string, Leave> {
    return leaves({
      settings: this.settings,
      standings: shown,
      views,
      held: [...this.held.keys()],
      unfitMs: this.unfitMs(shown.get(this.settings.region)),
      date: this.date(),
    });
  }

  /** For how long this region has been unfit, runs before this one counted, by what they said. */
  private unfitMs(said: Standing | undefined): number {
    if (this.unfitSince === undefined) return 0;
    const seen = Math.max(1, this.run.clock() - this.unfitSince);
    return said?.fit === false ? Math.max(seen, said.sinceMs) : seen;
  }

  private date(): number {
    return this.observations.dateAt(this.run.clock());
  }

  /**
   * Carries out one round about all homes that need one.
   * @returns homes that a majority has confirmed, with the monotonic clock at the beginning of the round, and those that are given up
   */
  private *act(
    views: ReadonlyMap<string, HomeView>,
    context: RunContext,
    leaving: ReadonlyMap<string, Leave>,
  ): Steps<Acted> {
    const plans = [...views.values()].flatMap((view) => this.planFor(view, context, leaving) ?? []);
    const spread = this.spread(views);
    if (plans.length === 0 && spread.length === 0) return { confirmed: new Map(), closed: [] };
    const began = this.run.clock();
    const answers = yield* round([...writesOf(plans), ...spread], (so) => isDecided(plans, so));
    const outcomes = outcomesOf(plans, answers);
    for (const outcome of outcomes) this.settle(outcome, views.get(outcome.plan.home)!, began);
    yield* this.giveBack(outcomes);
    return {
      confirmed: new Map(
        outcomes
          .filter(({ isDone, plan }) => isDone && plan.kind !== "close")
          .map(({ plan }) => [plan.home, began]),
      ),
      closed: plans.filter(({ kind }) => kind === "close").map(({ home }) => home),
    };
  }

  /** Orders that are about to be followed go to every table that has less. */
  private spread(views: ReadonlyMap<string, HomeView>): readonly Write[] {
    const orders = [...views.values()].flatMap(({ home, pending, orders }) =>
      pending === undefined ? [] : spreadOrder(home, orders),
    );
    return [...orders, ...spreadVoters(votersOrder(this.observations.items()))];
  }

  private planFor(
    view: HomeView,
    context: RunContext,
    leaving: ReadonlyMap<string, Leave>,
  ): Plan | undefined {
    const { home } = view;
    const closing = this.endClosing(view);
    if (closing !== undefined) return closing;
    const holding = this.held.get(home);
    if (holding === undefined) return this.isWaiting(home) ? undefined : this.takePlan(view, context);
    if (isOverruled(view, holding)) {
      this.drop(home);
      return undefined;
    }
    const leave = this.mayLeave(home, leaving, context) ? leaving.get(home) : undefined;
    const isMoved =
      leave === undefined || soleVoter(view.lists) === undefined || this.votesAt(view, leave.next);
    if (leave !== undefined && isMoved) {
      return closePlan(view, holding.epoch, leave, { run: this.run, date: this.date() });
    }
    // A region without its own home renews no other.
    if (home !== this.settings.region && !context.ownsItself) return undefined;
    return this.isRenewalDue(holding, view) ? this.renewPlan(view, holding, leave) : undefined;
  }

  private takePlan(view: HomeView, context: RunContext): Plan | undefined {
    return foundPlan(view, context) ?? lostPlan(view, context) ?? takePlan(view, context);
  }

  private renewPlan(view: HomeView, holding: Holding, leave: Leave | undefined): Plan {
    const voters = votersOrder(this.observations.items());
    return renewPlan(view, holding, {
      settings: this.settings,
      run: this.run,
      now: this.run.clock(),
      voters: stands(voters, view.lists) ? voters.highest : undefined,
      ...(leave && { next: leave.next }),
    });
  }

  /** Ends a closing that another run has begun, or this one at less than a majority: what is closing is not gone on with. */
  private endClosing(view: HomeView): Plan | undefined {
    const begun = closingIn(view, this.settings.region);
    if (begun === undefined) return undefined;
    this.drop(view.home);
    const plan = closePlan(view, begun.epoch, begun, { run: this.run, date: this.date() });
    return plan.writes.length === 0 ? undefined : plan;
  }

  private votesAt({ lists }: HomeView, region: string): boolean {
    return votersOf(lists).includes(region);
  }

  /** What must go at once is not asked about: an unfit region processes nothing, and one that loses its own home renews no other. */
  private mayLeave(home: string, leaving: ReadonlyMap<string, Leave>, { isWell }: RunContext): boolean {
    const { order, isReturn } = leaving.get(home) ?? {};
    const isAsked = isWell && (order !== undefined || isReturn) && !leaving.has(this.settings.region);
    return !isAsked || (this.run.mayLeave?.(home) ?? true);
  }

  /** Whether a home may be processed here. What this region has processed before, under whichever epoch, it goes on to process. */
  private mayOpen(home: string, { facts: { taking } }: Holding): boolean {
    if (this.opened.has(home) || taking === undefined) return true;
    const { region } = this.settings;
    const written = [...this.observations.items().values()].map(({ passes }) => passes[region]?.homes[home]);
    const wasOpen = written.some((entry) => entry !== undefined && entry.epoch > (taking.epoch ?? 0));
    return wasOpen || (this.run.mayOpen?.(home, taking, this.date() - taking.at) ?? true);
  }

  private isRenewalDue({ renewedAt, lists }: Holding, view: HomeView): boolean {
    const isChanging = view.lists.length > 1 || lists.length > 1;
    return isChanging || this.run.clock() - renewedAt >= RENEW_MS - LOOK_MS / 2;
  }

  private isWaiting(home: string): boolean {
    return this.run.clock() < (this.retryAt.get(home) ?? Number.NEGATIVE_INFINITY);
  }

  private settle({ plan, isDone, refused }: WriteOutcome, view: HomeView, began: number): void {
    const { home, kind } = plan;
    for (const table of refused) this.observations.forgetAbsence(table, home);
    const before = this.held.get(home);
    if (kind === "close") {
      if (isDone) this.drop(home);
      return;
    }
    if (isDone) {
      const { epoch, forced, order, evacuated, returns, taking } = plan.writes[0]!.claim;
      const shutUntil =
        kind === "renew" ? before?.shutUntil : forced ? this.run.clock() + JUDGE_MS : undefined;
      this.held.set(home, {
        epoch,
        lists: plan.after ?? plan.needs,
        renewedAt: began,
        facts: {
          order,
          ...(evacuated && { evacuated }),
          ...(returns && { returns }),
          ...(taking && { taking }),
        },
        ...(shutUntil !== undefined && { shutUntil }),
      });
    } else if (kind === "renew") {
      // A change that has begun binds from now on: some voters may have it.
      if (plan.after !== undefined && before !== undefined)
        this.held.set(home, { ...before, lists: plan.needs });
    } else {
      this.retryAt.set(home, this.run.clock() + this.retryMs(view));
    }
  }

  /** Regions that have missed their majority together do not try again together. */
  private retryMs({ home }: HomeView): number {
    const { region, takeoverOrder } = this.settings;
    const place = [home, ...(takeoverOrder[home] ?? [])].indexOf(region);
    return LOOK_MS * Math.max(0, place);
  }

  /** What a round below its majority has replaced goes back, so that whoever is next need not wait for a lapse. */
  private *giveBack(outcomes: readonly WriteOutcome[]): Steps<void> {
    const writes = outcomes
      .filter(({ isDone, plan }) => !isDone && (plan.kind === "take" || plan.kind === "continue"))
      .flatMap(({ plan, refused }) =>
        plan.writes
          .filter(({ table }) => plan.returnable.has(table) && !refused.has(table))
          .map(({ table, home, claim }) =>
            claimWrite(table, home, claim, { ...claim, id: this.run.newId(), state: "free" }),
          ),
      );
    if (writes.length > 0) yield* round(writes);
  }

  /** Writes the region's pass: what it holds by the last round, and that it lives. */
  private *tell(context: RunContext, { confirmed, closed }: Acted): Steps<void> {
    const now = this.run.clock();
    const isDue = now - this.toldAt >= RENEW_MS - LOOK_MS / 2;
    const open = new Map<string, { readonly epoch: number; readonly began: number }>();
    for (const [home, began] of confirmed) {
      const holding = this.held.get(home);
      if (holding === undefined) continue;
      if (holding.shutUntil !== undefined && now < holding.shutUntil) continue;
      if (!this.mayOpen(home, holding)) continue;
      open.set(home, { epoch: holding.epoch.number, began });
    }
    if (!isDue && open.size === 0 && closed.length === 0) return;
    const items = this.observations.items();
    const { region } = this.settings;
    const writes = passWrites({
      region,
      run: this.run.id,
      runSince: this.since ?? 0,
      configuration: this.run.configuration,
      items,
      open,
      closed,
      now,
      isFit: context.isFit,
      unfitSince: this.unfitSince,
      ownsItself: this.held.has(region),
      holds: [...this.held.keys()],
      reaches: this.reached?.filter((table) => items.has(table)),
    });
    if (writes.length === 0) return;
    const answers = yield* round(writes);
    const reached = writes.filter((_, index) => answers.get(index)?.done === true).map(({ table }) => table);
    this.reached = reached;
    this.toldAt = now;
    if (reached.length > 0) for (const home of open.keys()) this.opened.add(home);
  }

  private tellNow(views: ReadonlyMap<string, HomeView>, leaving: ReadonlyMap<string, Leave>): void {
    const { region } = this.settings;
    this.run.onLook?.(
      Object.fromEntries(
        [...views].map(([home, view]) => [
          home,
          homeNow(
            view,
            region,
            this.held.get(home),
            this.opened.has(home),
            leaving.get(home)?.next,
            this.date(),
          ),
        ]),
      ),
    );
  }

  /** A run wakes at the moment a claim lapses, not at the next look. */
  private untilNextLook(began: number, views: ReadonlyMap<string, HomeView>, context: RunContext): number {
    const elapsed = this.run.clock() - began;
    const regular = Math.max(LOOK_MS - elapsed, 0);
    const ripe = [...views.values()].flatMap((view) =>
      this.held.has(view.home) ? [] : (ripeInMs(view, context) ?? []),
    );
    const soonest = Math.min(...ripe.map((ms) => Math.max(ms - elapsed, 0)), regular);
    return Math.max(soonest, ROUND_MS / 10);
  }
}
