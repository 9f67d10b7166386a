import type { Effect, TableAnswer } from "../../../ownership/lease/effects";
import type { Claim, PassEntry } from "../../../ownership/lease/items";
import type { Gate } from "./reader";
import type { Report } from "./report";
import type { HomeRound } from "./rounds";
import type { Scene } from "./scene";

/** By how much clocks that go 1 % wrong may prolong a pass. */
const DRIFT_MS = 1500;

/** What a region that has taken a home says of the owner before: from then on none of its passes is open. */
interface Said {
  readonly region: string;
  readonly epoch: number;
  /** In real time: the earliest that a table which the taker has heard can mean. */
  readonly at: number;
}

/** Judges what owners say of those before them: I14. Work in flight elsewhere is waited for from that moment on. */
export class TakingJudge {
  /** By run, tables that have answered in its last look. */
  private readonly heard = new Map<string, readonly string[]>();
  /** By home and fact, what was written and is not known to have succeeded. */
  private readonly written = new Map<string, Said>();
  private readonly said = new Map<string, Said>();
  /** By home, the beginning of the last round that succeeded. */
  private readonly beganAt = new Map<string, number>();
  /** By home and region, when a gate was last closed. */
  private readonly closedAt = new Map<string, number>();

  constructor(
    private readonly world: Scene,
    private readonly report: Report,
    private readonly openIn: (home: string) => readonly string[],
    /** An operator's word took the place of a voter: nobody knows what the region before does. */
    private readonly isByWord: (home: string, claim: Claim) => boolean,
  ) {}

  yielded(region: string, run: string, effect: Effect): void {
    if (effect.kind !== "round") return;
    for (const write of effect.writes) {
      if (write.kind !== "claim" || write.claim.taking === undefined) continue;
      const { home, claim } = write;
      const key = keyOf(home, claim);
      if (this.written.has(key)) continue;
      const leads = (this.heard.get(run) ?? []).map(
        (table) => claim.taking!.at - this.world.table(table).clock.at(this.world.now),
      );
      const at = this.world.now + Math.min(...leads);
      this.written.set(key, { region, epoch: claim.epoch.number, at });
    }
  }

  looked(run: string, answers: ReadonlyMap<unknown, unknown>): void {
    const tables = [...(answers as ReadonlyMap<string, TableAnswer>)];
    this.heard.set(
      run,
      tables.flatMap(([table, { kind }]) => (kind === "items" ? [table] : [])),
    );
  }

  ended({ home, claim, hasMajorities, beganAt }: HomeRound): void {
    if (claim.state !== "held" || !hasMajorities) return;
    // A run that was frozen learns late of what it wrote long ago.
    if (beganAt < (this.beganAt.get(home) ?? Number.NEGATIVE_INFINITY)) return;
    this.beganAt.set(home, beganAt);
    if (claim.taking === undefined) return;
    const said = this.written.get(keyOf(home, claim));
    if (said === undefined || this.said.get(home) === said || this.isByWord(home, claim)) return;
    this.said.set(home, said);
    for (const member of this.world.members) {
      const closedAt = this.closedAt.get(`${home} ${member}`) ?? Number.NEGATIVE_INFINITY;
      if (member !== said.region && closedAt > said.at + DRIFT_MS) this.violation(home, member, closedAt);
    }
    this.world.at(Math.max(said.at + DRIFT_MS, this.world.now), () => {
      if (this.said.get(home) !== said) return;
      for (const member of this.openIn(home))
        if (member !== said.region) this.violation(home, member, this.world.now);
    });
  }

  opened({ home, region }: Gate, { epoch }: PassEntry): void {
    const said = this.said.get(home);
    const isBefore = said !== undefined && said.region !== region && epoch < said.epoch;
    if (isBefore && this.world.now > said.at + DRIFT_MS) this.violation(home, region, this.world.now);
  }

  closed({ home, region }: Gate): void {
    this.closedAt.set(`${home} ${region}`, this.world.now);
  }

  /** No table knows of the home any more: what was said of its owners has ended. */
  forget(home: string): void {
    this.said.delete(home);
  }

  private violation(home: string, region: string, at: number): void {
    const said = this.said.get(home)!;
    this.report.violation(
      "I14",
      `${home} is open in ${region} at ${(at / 1000).toFixed(2)} s, and ${said.region} says that its passes have ended at ${(said.at / 1000).toFixed(2)} s`,
      home,
    );
  }
}

function keyOf(home: string, { taking, epoch }: Claim): string {
  return `${home} ${epoch.region} ${taking?.from} ${taking?.epoch} ${taking?.at}`;
}
