import type { Seen } from "../ownership/lease/commands";
import { decides, type HomeView } from "../ownership/lease/home-view";
import { type Claim, isSameEpoch, type Status } from "../ownership/lease/items";
import { areSole, hasMajorities, votersOf } from "../ownership/lease/lists";
import type { ItemsByTable } from "../ownership/lease/observations";
import { saidAgoMs } from "../ownership/lease/standing";
import { DATE_MS, SHOWN_MS } from "../ownership/lease/times";
import type { Trouble } from "./trouble";

/** Who owns a home, as far as a majority of its voters could be read. */
export type Ownership =
  | { readonly kind: "unknown" }
  | { readonly kind: "nobody" }
  /** The owner has ended its ownership; the region `next` is to take the home. */
  | { readonly kind: "handed-over"; readonly claim: Claim }
  | { readonly kind: "owned"; readonly claim: Claim };

/** What a region says about itself. */
export interface Said {
  readonly status: Status;
  /** How long ago, by the clock of the table that tells so. */
  readonly agoMs: number;
  /** For how long `fit` has been what it is. */
  readonly sinceMs: number;
}

/** An open pass, as a reader in that region would take it. */
export interface OpenPass {
  readonly epoch: number;
  readonly remainsMs: number;
}

/** What one look at all tables has shown. */
export class GroupView {
  constructor(
    readonly members: readonly string[],
    private readonly seen: Seen,
    /** Why tables told nothing, by region. */
    readonly troubles: ReadonlyMap<string, Trouble>,
  ) {}

  /** Regions of all tables that were looked at: those that the configuration names, and those that a list names. */
  get tables(): readonly string[] {
    const answered = this.seen.answers.keys();
    return [...new Set([...this.members, ...answered, ...this.troubles.keys()])];
  }

  get items(): ItemsByTable {
    return this.seen.observations.items();
  }

  /** Whether the table answered that it does not exist: the group is not deployed there. */
  isMissing(table: string): boolean {
    return this.seen.answers.get(table)?.kind === "no-table";
  }

  view(home: string): HomeView {
    return this.seen.views.get(home)!;
  }

  ownership(home: string): Ownership {
    const view = this.view(home);
    const { latest, lists, sightings } = view;
    if (latest === undefined) return { kind: this.troubles.size === 0 ? "nobody" : "unknown" };
    if (!decides(view, this.items.keys())) return { kind: "unknown" };
    const claims = sightings.flatMap(({ table, claim }) => (claim ? [{ table, claim }] : []));
    const owner = claims.find(({ claim }) => {
      const same = claims.filter((other) => isHeldBy(other.claim, claim));
      return hasMajorities(new Set(same.map(({ table }) => table)), lists);
    })?.claim;
    if (owner === undefined)
      return latest.state === "closing" ? { kind: "handed-over", claim: latest } : { kind: "nobody" };
    // Where one table decides alone, another may have decided since. An open pass is proof enough.
    const isCertain = !areSole(lists) || this.members.every((member) => !this.troubles.has(member));
    return isCertain || this.pass(owner.epoch.region, home)
      ? { kind: "owned", claim: owner }
      : { kind: "unknown" };
  }

  /** The region's pass for a home, if it is open: by the region's own table, as its readers ask, or by any other where that tells none. */
  pass(region: string, home: string): OpenPass | undefined {
    const copies = [...this.items].flatMap(([table, { date, passes }]) => {
      const pass = passes[region];
      return pass === undefined ? [] : [{ table, date, entry: pass.homes[home] }];
    });
    const own = copies.filter(({ table }) => table === region);
    const open = (own.length > 0 ? own : copies).flatMap(({ date, entry }) => {
      const remainsMs = entry === undefined ? 0 : entry.until - (date + DATE_MS);
      return entry === undefined || remainsMs <= 0 ? [] : [{ epoch: entry.epoch, remainsMs }];
    });
    return open.sort((one, other) => other.remainsMs - one.remainsMs)[0];
  }

  /** What a region said last, wherever it said so. Undefined: nothing. */
  said(region: string): Said | undefined {
    const said = [...this.items.values()].flatMap(({ date, passes }) => {
      const status = passes[region]?.status;
      if (status === undefined) return [];
      const agoMs = Math.max(0, saidAgoMs(status, date));
      return [{ status, agoMs, sinceMs: Math.max(0, date - status.since) }];
    });
    return said.sort((one, other) => one.agoMs - other.agoMs)[0];
  }

  /** Whether a region's controller has said anything lately. */
  isRunning(region: string): boolean {
    const said = this.said(region);
    return said !== undefined && said.agoMs <= SHOWN_MS;
  }

  /** The voters of a home, by every list that binds. */
  votersOf(home: string): readonly string[] {
    return votersOf(this.view(home).lists);
  }
}

function isHeldBy(claim: Claim, owner: Claim): boolean {
  return claim.state === "held" && owner.state === "held" && isSameEpoch(claim.epoch, owner.epoch);
}
