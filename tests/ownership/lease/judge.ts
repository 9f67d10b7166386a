import type { Effect } from "../../../ownership/lease/effects";
import type { Claim } from "../../../ownership/lease/items";
import { ClaimJudge } from "./judge-claims";
import { GateJudge } from "./judge-gates";
import { HookJudge } from "./judge-hooks";
import { type LivenessBounds, LivenessJudge } from "./judge-liveness";
import { OrderJudge } from "./judge-orders";
import { TakingJudge } from "./judge-takings";
import type { Command, Told } from "./program";
import type { Report } from "./report";
import { roundsOf } from "./rounds";
import type { Scene } from "./scene";
import type { Applied } from "./table";
import type { Invariant, Violation } from "./violation";

export interface JudgeOptions extends LivenessBounds {
  /** Judged not at all. @default all are judged */
  readonly without?: readonly Invariant[];
}

/** More than these tell nothing new. */
const MOST = 20;

/**
 * Finds what must never be. Goes by what happens between the program and the world: effects, answers, and what readers would do at each
 * real moment. Knows nothing that the program remembers.
 */
export class Judge {
  readonly violations: Violation[] = [];
  readonly gates: GateJudge;
  readonly claims: ClaimJudge;
  readonly liveness: LivenessJudge;
  readonly orders: OrderJudge;
  readonly hooks: HookJudge;
  readonly takings: TakingJudge;
  private readonly report: Report;

  constructor(
    private readonly world: Scene,
    private readonly options: JudgeOptions,
  ) {
    this.report = {
      get now() {
        return world.now;
      },
      violation: (invariant, detail, home) => this.add(invariant, detail, home),
      trace: (kind, text, home) => world.trace.add(kind, text, home),
    };
    this.gates = new GateJudge(
      this.report,
      (gate, entry) => this.takings.opened(gate, entry),
      (gate) => this.takings.closed(gate),
    );
    this.claims = new ClaimJudge(
      this.report,
      (region) => this.unfitSince(region),
      (home, claim) => this.isByWord(home, claim),
    );
    this.liveness = new LivenessJudge(world, this.report, this.claims, options);
    this.orders = new OrderJudge(world, this.report, this.claims, this.liveness);
    this.hooks = new HookJudge(world, this.report);
    this.takings = new TakingJudge(
      world,
      this.report,
      (home) => this.gates.regionsOpen(home),
      (home, claim) => this.isByWord(home, claim),
    );
  }

  yielded(region: string, run: string, effect: Effect): void {
    if (region === "operator") {
      this.orders.yielded(run, effect);
      return;
    }
    this.hooks.yielded(region, run, effect);
    this.takings.yielded(region, run, effect);
    this.claims.yielded(run, effect, (entry, beganAt) => this.gates.written(entry, beganAt));
  }

  ended(
    region: string,
    run: string,
    effect: Effect,
    answers: ReadonlyMap<unknown, unknown>,
    beganAt: number,
  ): void {
    if (region !== "operator") this.hooks.ended(region, run, effect, answers);
    if (effect.kind === "look") this.takings.looked(run, answers);
    for (const round of roundsOf(region, run, effect, answers, beganAt, this.world.now)) {
      if (region === "operator")
        this.world.trace.add("round", () => `the operator writes a claim of ${round.home}`, round.home);
      else {
        this.claims.ended(round);
        this.takings.ended(round);
      }
    }
  }

  applied(applied: Applied): void {
    const { table, write, before } = applied;
    this.orders.applied(applied);
    const target = this.world.table(table);
    for (const detail of target.resurrected.splice(0)) this.add("I7", detail);
    if (write.kind === "claim")
      this.world.trace.add(
        "write",
        () =>
          `  ${table}: ${write.home} ${write.claim.state} of ${write.claim.epoch.region} ${write.claim.epoch.number} ${write.claim.id} in place of ${before?.id ?? "nothing"}`,
        write.home,
      );
  }

  /** A table lost its items: what no table knows any more may begin anew. */
  wiped(): void {
    for (const home of this.world.members) {
      const claims = this.claimsOf(home);
      const known = Math.max(0, ...claims.map(({ epoch }) => epoch.number));
      const order = Math.max(0, ...claims.map((claim) => claim.order));
      if (known < (this.gates.highestEpoch(home) ?? 0)) this.gates.forget(home);
      if (claims.length === 0) this.takings.forget(home);
      if (claims.length === 0 || order < (this.claims.last.get(home)?.claim.order ?? 0))
        this.claims.forget(home);
    }
    this.orders.wiped();
  }

  /** A command begins. */
  commanded(run: string): void {
    this.orders.commanded(run);
  }

  told(command: Command, told: Told, run: string): void {
    this.orders.told(command, told, run);
  }

  tick(): void {
    this.liveness.tick();
  }

  /**
   * Judges what became of orders, once all has been well for long enough.
   * @param settledMs what was told longer ago is carried out by now
   */
  end(settledMs: number): void {
    this.orders.end(settledMs);
  }

  crashed(who: string, error: unknown): void {
    this.add("crash", `${who}: ${error instanceof Error ? error.stack : String(error)}`);
  }

  add(invariant: Invariant, detail: string, home?: string): void {
    if (this.options.without?.includes(invariant) || this.violations.length >= MOST) return;
    this.world.trace.add("violation", () => `${invariant}: ${detail}`, home);
    this.violations.push({ invariant, at: this.world.now, detail, trace: this.world.trace.excerpt(home) });
  }

  /** Since when a region's own controller has known that the region is unfit. */
  private unfitSince(region: string): number | undefined {
    const since = this.liveness.unfitSince.get(region);
    return since === undefined ? undefined : since + this.world.region(region).noticesAfterMs;
  }

  private claimsOf(home: string): readonly Claim[] {
    return [...this.world.tables.values()].flatMap(({ items }) => items.claims[home] ?? []);
  }

  private isByWord(home: string, { lists }: Claim): boolean {
    return [...this.world.tables.values()].some(({ items }) => {
      const order = items.orders[home];
      return order?.lost !== undefined && lists.some(({ id }) => id === order.id);
    });
  }
}
