import type { Effect, TableAnswer, Write } from "../../../ownership/lease/effects";
import type { Pass, Taking } from "../../../ownership/lease/items";
import type { Report } from "./report";
import type { Scene } from "./scene";

/** What one run has been told in its last look, by tables and by its controller. */
interface Told {
  /** The own region's pass in its own table. @default that table did not answer */
  readonly pass: Pass | undefined;
  readonly hasOwnTable: boolean;
  /** The own home is ordered away. */
  readonly isSentAway: boolean;
  isFit: boolean | undefined;
  readonly mayLeave: Map<string, boolean>;
}

const NOTHING: Told = {
  pass: undefined,
  hasOwnTable: false,
  isSentAway: false,
  isFit: undefined,
  mayLeave: new Map(),
};

/** Judges what a run asks of its controller, and whether it obeys: I13. */
export class HookJudge {
  private readonly told = new Map<string, Told>();
  /** By run, homes that it has begun to give up in this look, and whose passes it has not removed. */
  private readonly left = new Map<string, Set<string>>();

  constructor(
    private readonly world: Scene,
    private readonly report: Report,
  ) {}

  yielded(region: string, run: string, effect: Effect): void {
    const left = this.left.get(run) ?? new Set<string>();
    if (effect.kind === "sleep")
      for (const home of left) {
        left.delete(home);
        this.violation(`${region} gives ${home} up and leaves its pass`, home);
      }
    if (effect.kind !== "round") return;
    const closed = effect.writes.filter((write) => write.kind === "claim" && write.claim.state === "closing");
    const isOwnClosed = closed.some((write) => "home" in write && write.home === region);
    for (const write of effect.writes)
      if (write.kind === "claim") this.closing(region, run, write, isOwnClosed);
      else if (write.kind === "pass")
        for (const [home, entry] of Object.entries(write.homes)) {
          if (entry === null) left.delete(home);
          else this.opening(region, home, entry.epoch);
        }
  }

  ended(region: string, run: string, effect: Effect, answers: ReadonlyMap<unknown, unknown>): void {
    if (effect.kind === "round")
      for (const write of effect.writes)
        if (write.kind === "claim" && write.claim.state === "closing")
          this.left.set(run, (this.left.get(run) ?? new Set()).add(write.home));
    if (effect.kind !== "look") return;
    const tables = new Map(answers as ReadonlyMap<string, TableAnswer>);
    const own = tables.get(region);
    this.told.set(run, {
      pass: own?.kind === "items" ? own.passes[region] : undefined,
      hasOwnTable: own?.kind === "items",
      isSentAway: [...tables.values()].some(
        (answer) => answer.kind === "items" && (answer.orders[region]?.to ?? region) !== region,
      ),
      isFit: undefined,
      mayLeave: new Map(),
    });
  }

  fitness(run: string, isFit: boolean): boolean {
    const told = this.told.get(run);
    if (told !== undefined) told.isFit = isFit;
    return isFit;
  }

  askedToLeave(region: string, run: string, home: string, may: boolean): boolean {
    const told = this.told.get(run) ?? NOTHING;
    if (home === region) this.violation(`${region} asks whether its own home may go`, home);
    if (told.isFit === false || !told.hasOwnTable)
      this.violation(`${region} is unfit, and asks whether ${home} may go`, home);
    told.mayLeave.set(home, may);
    return may;
  }

  askedToOpen(region: string, run: string, home: string, taking: Taking, may: boolean): boolean {
    const entry = this.told.get(run)?.pass?.homes[home];
    if (entry !== undefined && entry.epoch > (taking.epoch ?? 0))
      this.violation(`${region} asks whether ${home} may open, which it has been`, home);
    return may;
  }

  private closing(
    region: string,
    run: string,
    { table, home, claim }: Extract<Write, { kind: "claim" }>,
    isOwnClosed: boolean,
  ): void {
    if (claim.state !== "closing" || home === region || isOwnClosed) return;
    const { isFit, hasOwnTable, isSentAway, mayLeave } = this.told.get(run) ?? NOTHING;
    if (isFit !== true || !hasOwnTable || isSentAway) return;
    const claims = [...this.world.tables.values()].flatMap(({ items }) => items.claims[home] ?? []);
    const isBegun = claims.some(
      ({ state, epoch }) => state === "closing" && epoch.number === claim.epoch.number,
    );
    const before = this.world.table(table).items.claims[home];
    const isAsked = claim.order > (before?.order ?? 0) || claim.returns?.at !== before?.returns?.at;
    if (!isBegun && isAsked && mayLeave.get(home) !== true)
      this.violation(`${region} gives ${home} up, which is not to go yet`, home);
  }

  private opening(region: string, home: string, epoch: number): void {
    const withheld = home === region ? this.world.region(region).work.withheld(this.world.now) : undefined;
    if (withheld !== undefined && epoch > (withheld.epoch ?? 0) && !this.wasOpen(home, withheld))
      this.violation(`${region} opens ${home}, which is not to open yet`, home);
  }

  /** Whether some table shows that the home was open here after that taking, though the run that asked could not see it. */
  private wasOpen(home: string, { epoch = 0 }: Taking): boolean {
    return [...this.world.tables.values()].some(({ items }) => {
      const entry = items.passes[home]?.homes[home];
      return entry !== undefined && entry.epoch > epoch;
    });
  }

  private violation(detail: string, home: string): void {
    this.report.violation("I13", detail, home);
  }
}
