import type { Effect } from "../../../ownership/lease/effects";
import type { Claim, PassEntry, VoterList } from "../../../ownership/lease/items";
import type { Report } from "./report";
import { type HomeRound, isHigher, isMajority, keyOf } from "./rounds";

const LEASE_MS = 30_000;
/** Forced claims count for nothing during this: lease and margin by a clock that is 1 % fast. */
const FORCED_MS = 34_600;
/** A region that has been unfit for so long shows itself fit nowhere any more. */
const SHOWN_MS = 60_000;

interface Validity {
  readonly region: string;
  readonly from: number;
  readonly until: number;
}

export interface Statistics {
  takes: number;
  handOvers: number;
  forces: number;
  listChanges: number;
  rounds: number;
}

/** Judges what controllers write: I2, I8 in part, I9, I11, I12. */
export class ClaimJudge {
  readonly statistics: Statistics = { takes: 0, handOvers: 0, forces: 0, listChanges: 0, rounds: 0 };
  /** By home, the last round that succeeded. */
  readonly last = new Map<string, HomeRound>();
  private readonly owned = new Map<string, number>();
  private readonly valid = new Map<string, Validity[]>();
  /** By run and home, the beginning of its last round that succeeded. */
  private readonly stands = new Map<string, number>();
  private readonly forcedAt = new Map<string, number>();
  /** Hand-overs of which the first claim has been seen to close. */
  private readonly begun = new Set<string>();
  /** By home, the highest order that was carried out, and when that was over. */
  private readonly orders = new Map<string, { readonly number: number; readonly at: number }>();

  constructor(
    private readonly report: Report,
    /** Since when a region has been unfit, or dead. @default it is fit */
    private readonly unfitSince: (region: string) => number | undefined,
    /** An operator's word took the place of a voter in this claim. */
    private readonly isByWord: (home: string, claim: Claim) => boolean,
  ) {}

  /** @param written is told of each entry in a pass that the effect writes */
  yielded(
    run: string,
    effect: Effect,
    written: (entry: PassEntry, beganAt: number | undefined) => void,
  ): void {
    if (effect.kind !== "round") return;
    for (const write of effect.writes) {
      if (write.kind !== "pass") continue;
      for (const [home, entry] of Object.entries(write.homes))
        if (entry !== null) written(entry, this.stands.get(`${run} ${home}`));
    }
  }

  ended(round: HomeRound): void {
    const { home, run, claim, hasMajorities, isVoid } = round;
    this.report.trace("round", () => describe(round), home);
    if (claim.state === "closing") this.closing(round);
    if (claim.state !== "held" || !hasMajorities) return;
    this.statistics.rounds += 1;
    this.stands.set(`${run} ${home}`, round.beganAt);
    if (isVoid) return;
    this.judgeValidity(round);
    const before = this.last.get(home);
    // A run that was frozen learns late of what it wrote long ago.
    if (before !== undefined && round.beganAt < before.beganAt) return;
    if (before !== undefined) this.judgeSuccession(before, round);
    this.judgeOrder(round);
    this.last.set(home, round);
    this.owned.set(`${home} ${round.region}`, round.beganAt);
  }

  forget(home: string): void {
    this.orders.delete(home);
    this.last.delete(home);
  }

  /** Region that holds a home by a round that has not lapsed. */
  ownerOf(home: string): string | undefined {
    const last = this.last.get(home);
    return last !== undefined && this.report.now < last.beganAt + LEASE_MS ? last.region : undefined;
  }

  /** Beginning of the last round by which a region held a home. @returns `-Infinity`: there was none */
  ownedAt(home: string, region: string): number {
    return this.owned.get(`${home} ${region}`) ?? Number.NEGATIVE_INFINITY;
  }

  private judgeValidity({ home, region, claim, done, beganAt, endedAt }: HomeRound): void {
    const { number, region: owner, run } = claim.epoch;
    const epoch = `${home} ${number} ${owner} ${run}`;
    if (claim.forced && !this.forcedAt.has(epoch)) {
      this.forcedAt.set(epoch, endedAt);
      this.statistics.forces += 1;
    }
    if (beganAt < (this.forcedAt.get(epoch) ?? Number.NEGATIVE_INFINITY) + FORCED_MS) return;
    const until = beganAt + LEASE_MS;
    for (const table of done) {
      const key = `${home} ${table}`;
      const standing = (this.valid.get(key) ?? []).filter((one) => one.until > this.report.now - 200_000);
      const other = standing.find((one) => one.region !== region && one.from < until && beganAt < one.until);
      if (other !== undefined)
        this.report.violation(
          "I2",
          `${home} at the voter of ${table}: ${other.region} from ${seconds(other.from)} to ${seconds(other.until)}, ${region} from ${seconds(beganAt)} to ${seconds(until)}`,
          home,
        );
      standing.push({ region, from: beganAt, until });
      this.valid.set(key, standing);
    }
  }

  private judgeSuccession(before: HomeRound, round: HomeRound): void {
    const { home, region, claim, lists, done } = round;
    if (before.region !== region) this.statistics.takes += 1;
    const isOther = (list: VoterList) => keyOf(list) !== keyOf(lists[0]!);
    if (lists.length === 1 && before.lists.some(isOther)) this.statistics.listChanges += 1;
    if (claim.lists[0]?.number === 0 || this.isByWord(home, claim)) return;
    if (before.region !== region && !done.some((table) => before.done.includes(table)))
      this.report.violation("I9", `${home}: ${describe(before)}, then ${describe(round)}`, home);
    const stays = new Set(lists.map(keyOf));
    const inPlace = before.lists.filter((list) => stays.has(keyOf(list)));
    for (const list of before.lists)
      if (!stays.has(keyOf(list)) && !inPlace.some((other) => isHigher(other, list)))
        this.report.violation(
          "I12",
          `${home}: list ${list.number} is dropped: ${describe(before)}, then ${describe(round)}`,
          home,
        );
  }

  /** A round that began before an order was carried out may be heard of later: what it wrote has been replaced. */
  private judgeOrder(round: HomeRound): void {
    const { home, claim, beganAt } = round;
    const before = this.orders.get(home);
    if (before !== undefined && claim.order < before.number && beganAt >= before.at)
      this.report.violation(
        "I8",
        `${home}: order ${before.number} was carried out, and the claim says ${claim.order}`,
        home,
      );
    this.noteOrder(round);
  }

  private noteOrder({ home, claim, endedAt }: HomeRound): void {
    const before = this.orders.get(home);
    if (before === undefined || claim.order > before.number)
      this.orders.set(home, { number: claim.order, at: endedAt });
  }

  private closing(round: HomeRound): void {
    const { home, region, claim, done, lists } = round;
    if (lists.length > 0 && lists.every((list) => isMajority(done, list))) {
      this.statistics.handOvers += 1;
      this.noteOrder(round);
    }
    const { number, region: owner, run } = claim.epoch;
    const begun = `${home} ${number} ${owner} ${run} ${claim.next}`;
    const isFirst = !this.begun.has(begun);
    this.begun.add(begun);
    const since = claim.next === undefined ? undefined : this.unfitSince(claim.next);
    const isOrdered = claim.order > (this.last.get(home)?.claim.order ?? 0);
    // What was begun is brought to its end, whatever has become of the next.
    if (isFirst && since !== undefined && !isOrdered && this.report.now - since > SHOWN_MS)
      this.report.violation(
        "I11",
        `${region} hands ${home} to ${claim.next}, unfit since ${seconds(since)}`,
        home,
      );
  }
}

function describe({
  region,
  run,
  home,
  claim,
  lists,
  done,
  hasMajorities,
  isVoid,
  beganAt,
}: HomeRound): string {
  const names = lists.map(({ number, voters }) => `${number}[${voters.join("")}]`).join("+");
  const forced = claim.forced ? " forced" : "";
  const next = claim.next === undefined ? "" : ` for ${claim.next}`;
  const end = isVoid ? "void" : hasMajorities ? "succeeded" : "missed";
  return `${region} (${run}) ${claim.state}${forced}${next} ${home} epoch ${claim.epoch.number} of ${claim.epoch.region} list ${names} order ${claim.order}: ${end} at ${done.join("") || "none"}, begun ${seconds(beganAt)}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}
