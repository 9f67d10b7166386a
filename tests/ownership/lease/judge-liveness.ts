import { isSameEpoch, type VoterList } from "../../../ownership/lease/items";
import type { ClaimJudge } from "./judge-claims";
import type { Report } from "./report";
import { bindingOf, isMajority } from "./rounds";
import type { Scene } from "./scene";

/** A run has to have looked for this long before a region can be expected to take anything. */
const WATCHED_MS = 40_000;
const TICK_MS = 1000;
/** A lapse, and a look. */
const LAPSE_MS = 45_000;

export interface LivenessBounds {
  /** Longest time without an open pass while one and the same region could have had it. @default not judged */
  readonly openMs?: number;
  /** The same for a pass that is open in a region that is fit. @default not judged */
  readonly workMs?: number;
  /** Longest time for which an owner's own gate is closed while another region could take over. @default not judged */
  readonly ownGateMs?: number;
}

/** What stands in the way of a home: tables that have a claim, and lists of which majorities are needed. */
interface Binding {
  readonly tables: readonly string[];
  readonly lists: readonly VoterList[];
}

/** Judges, every second, what is missing: I5, I6. */
export class LivenessJudge {
  longestGapMs = 0;
  longestWorkGapMs = 0;
  longestOwnGapMs = 0;
  /** Since when each region has been unfit or dead. */
  readonly unfitSince = new Map<string, number>();
  private readonly gaps = new Map<string, number>();
  private readonly told = new Set<string>();
  private readonly unwell = new Map<string, number>();
  /** By home, when it was last open, and what has made it begin to wait anew since. */
  private readonly waits = new Map<string, { readonly openAt: number; readonly anew: Set<string> }>();
  /** When each epoch that was forced was first seen. */
  private readonly forced = new Map<string, number>();

  constructor(
    private readonly world: Scene,
    private readonly report: Report,
    private readonly claims: ClaimJudge,
    private readonly bounds: LivenessBounds,
  ) {}

  tick(): void {
    const { world } = this;
    for (const { name, isFit, isAlive } of world.regions.values()) {
      if (isFit && isAlive) this.unfitSince.delete(name);
      else if (!this.unfitSince.has(name)) this.unfitSince.set(name, world.now);
    }
    for (const name of world.members) if (!this.isWell(name)) this.unwell.set(name, world.now);
    for (const home of world.members) this.judgeHome(home);
    for (const region of world.members) this.judgeOwner(region);
  }

  /** When a region was last not well. @returns `-Infinity`: it has always been */
  unwellAt(name: string): number {
    return this.unwell.get(name) ?? Number.NEGATIVE_INFINITY;
  }

  /** Nothing keeps a region from taking what is handed to it: it is fit, processes its own home, and is connected. */
  isWell(name: string): boolean {
    const region = this.world.region(name);
    return region.isFit && this.isOpenAt(name, name) && this.isConnected(name);
  }

  /** A region lives and looks, reaches every table, and is heard by all who do. */
  isConnected(name: string): boolean {
    const { world } = this;
    return (
      world.region(name).isAlive &&
      world.region(name).runs.some(({ driver }) => driver.isAlive) &&
      this.isLooking(name) &&
      Object.values(world.carrier.faults).every((share) => !share) &&
      world.tableNames.every((table) => this.reaches(name, table))
    );
  }

  isOpenAt(region: string, home: string, kind: "prompt" | "own" = "prompt"): boolean {
    // Readers are kept in the order of their kinds.
    return this.world.region(region).readers[kind === "prompt" ? 0 : 1]?.isOpen(home) === true;
  }

  private judgeHome(home: string): void {
    const { world } = this;
    const open = world.members.filter((member) => this.isOpenAt(member, home));
    const isWithheld = this.isWithheld(home);
    const isOpen = isWithheld || open.length > 0;
    const isWorked = isWithheld || open.some((member) => world.region(member).isFit);
    this.noteWait(home, isOpen);
    const binding = isOpen && isWorked ? undefined : this.bindingFor(home);
    for (const region of world.members) {
      const isAble = binding !== undefined && this.isAble(region, home, binding);
      this.longestGapMs = Math.max(
        this.longestGapMs,
        this.count("I6", `${home} open, ${region} able`, !isOpen && isAble, this.bounds.openMs, home),
      );
      this.longestWorkGapMs = Math.max(
        this.longestWorkGapMs,
        this.count("I6", `${home} worked on, ${region} able`, !isWorked && isAble, this.bounds.workMs, home),
      );
    }
  }

  private judgeOwner(region: string): void {
    const owned = this.world.members.filter((home) => this.claims.ownerOf(home) === region);
    const isClosed = owned.length > 0 && !this.isOpenAt(region, region, "own") && !this.isWithheld(region);
    const couldGo =
      isClosed &&
      owned.some((home) => {
        const binding = this.bindingFor(home);
        return this.world.members.some((peer) => peer !== region && this.isAble(peer, home, binding));
      });
    const what = `own gate of ${region} open, owner of ${owned.join()}`;
    const gapMs = this.count("I5", what, couldGo, this.bounds.ownGateMs, region, `own ${region}`);
    this.longestOwnGapMs = Math.max(this.longestOwnGapMs, gapMs);
  }

  /** A home waits anew when whoever has taken it is lost before its gate opens, and when an operator forces or orders it on meanwhile. */
  private noteWait(home: string, isOpen: boolean): void {
    const { world } = this;
    if (isOpen || !this.waits.has(home)) this.waits.set(home, { openAt: world.now, anew: new Set() });
    const { openAt, anew } = this.waits.get(home)!;
    const last = this.claims.last.get(home);
    if (last === undefined) return;
    const { region, claim, beganAt } = last;
    const epoch = `${home} ${claim.epoch.number} ${region}`;
    if (claim.forced && !this.forced.has(epoch)) this.forced.set(epoch, world.now);
    if ((this.forced.get(epoch) ?? 0) > openAt) anew.add(epoch);
    const isOrderedOn = [...world.tables.values()].some(({ items }) => {
      const there = items.claims[home];
      return there?.state === "closing" && isSameEpoch(there.epoch, claim.epoch) && there.order > claim.order;
    });
    if (beganAt > openAt && isOrderedOn) anew.add(`${epoch} goes`);
    if (beganAt > openAt && !(world.region(region).isFit && this.isConnected(region))) anew.add(region);
  }

  /** A home that has taken itself back opens when its controller has done what comes first. */
  private isWithheld(home: string): boolean {
    const { work } = this.world.region(home);
    return this.claims.ownerOf(home) === home && work.withheld(this.world.now) !== undefined;
  }

  /** @returns for how long something has been missing */
  private count(
    invariant: "I5" | "I6",
    what: string,
    isMissing: boolean,
    boundMs: number | undefined,
    home: string,
    key = what,
  ): number {
    if (!isMissing) {
      this.gaps.delete(key);
      this.told.delete(key);
      return 0;
    }
    const gapMs = (this.gaps.get(key) ?? 0) + TICK_MS;
    this.gaps.set(key, gapMs);
    const anewMs = (this.waits.get(home)?.anew.size ?? 0) * LAPSE_MS;
    if (gapMs > (boundMs ?? Number.POSITIVE_INFINITY) + anewMs && !this.told.has(key)) {
      this.told.add(key);
      this.report.violation(invariant, `not for ${gapMs / 1000} s: ${what}`, home);
    }
    return gapMs;
  }

  /** Whether a region has everything that it needs to have this home, at this moment. */
  private isAble(name: string, home: string, { tables, lists }: Binding): boolean {
    const { world } = this;
    const region = world.region(name);
    if (!region.isAlive || !region.isFit || !this.reaches(name, name)) return false;
    if (!this.isLooking(name)) return false;
    if (name !== home) {
      const { takeover, takeoverOrder } = world.settingsOf(name);
      if (takeover === "manual" || !takeoverOrder[home]?.includes(name)) return false;
      if (!this.isOpenAt(name, name)) return false;
    }
    const isReached = (table: string) => this.reaches(name, table);
    if (lists.length === 0) return name === home && world.tableNames.every(isReached);
    const holding = tables.filter(isReached);
    const isAlone = lists.some(({ voters }) => voters.length === 1);
    return (
      lists.every((list) => isMajority(holding, list)) && (!isAlone || world.tableNames.every(isReached))
    );
  }

  /** A run that wrongly left its work to others counts as one that should have done it. */
  private isLooking(name: string): boolean {
    const { runs } = this.world.region(name);
    return runs.some((run) => !run.driver.isFrozen && this.world.now - run.bornAt >= WATCHED_MS);
  }

  private bindingFor(home: string): Binding {
    const { world } = this;
    const tables = world.tableNames.filter((table) => world.table(table).items.claims[home] !== undefined);
    return { tables, lists: bindingOf(tables.map((table) => world.table(table).items.claims[home]!)) };
  }

  private reaches(from: string, name: string): boolean {
    const table = this.world.table(name);
    const isWell = table.exists && table.conduct === "answering" && table.lateMs < 500;
    return isWell && !this.world.carrier.isCut(from, name);
  }
}
