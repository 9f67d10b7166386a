import type { Effect } from "../../../ownership/lease/effects";
import { type Claim, compareNumbers } from "../../../ownership/lease/items";
import type { ClaimJudge } from "./judge-claims";
import type { LivenessJudge } from "./judge-liveness";
import type { Command, Told } from "./program";
import type { Report } from "./report";
import { bindingOf, isMajority } from "./rounds";
import type { Scene } from "./scene";
import type { Applied } from "./table";

/** Numbers come from the tables' time: orders that are given this far apart rise, for tables of which the clocks are up to 80 s apart. */
const APART_MS = 100_000;

/** What a command writes into a register. */
interface Registered {
  readonly number: number;
  readonly id: string;
}

interface Given {
  readonly at: number;
  order?: Registered;
  /** Tables that took it, from whomever. */
  readonly tables: Set<string>;
  command?: Command;
}

interface Written {
  readonly at: number;
  readonly command: Command;
  readonly order: Registered;
}

/** Judges what operators are told: I8. */
export class OrderJudge {
  /** By run of the command. */
  private readonly given = new Map<string, Given>();
  private written: readonly Written[] = [];

  constructor(
    private readonly world: Scene,
    private readonly report: Report,
    private readonly claims: ClaimJudge,
    private readonly liveness: LivenessJudge,
  ) {}

  /** A command begins. */
  commanded(run: string): void {
    this.given.set(run, { at: this.world.now, tables: new Set() });
  }

  /** A command is about to do something. */
  yielded(run: string, effect: Effect): void {
    const given = this.given.get(run);
    if (effect.kind !== "round" || given === undefined) return;
    for (const write of effect.writes)
      if (write.kind === "order" || write.kind === "voters") given.order = write.order;
  }

  applied({ table, write }: Applied): void {
    if (write.kind !== "order" && write.kind !== "voters") return;
    for (const { order, tables } of this.given.values()) if (order?.id === write.order.id) tables.add(table);
  }

  told(command: Command, told: Told, run: string): void {
    const given = this.given.get(run)!;
    given.command = command;
    const { order, at, tables } = given;
    if (told.told !== "written" || command.kind === "restore") return;
    const { world } = this;
    if (order === undefined || order.number !== told.number) {
      this.violation(command, told.number, "is told as written, and nothing of the kind was written");
      return;
    }
    this.written = [...this.written, { at, command, order }];
    const isLost = command.kind === "order" && command.lost !== undefined;
    const hasStood = isLost
      ? tables.has(command.to)
      : homesOf(command, world.members).every((home) => this.isDecided(home, [...tables]));
    if (!hasStood) this.violation(command, order.number, "is told as written, and has stood at no majority");
    else if (!isLost && !this.stands(command, order))
      this.violation(command, order.number, "is told as written, and stands at no majority");
    for (const other of this.given.values())
      if (
        other.command !== undefined &&
        registerOf(other.command) === registerOf(command) &&
        other.tables.size > 0 &&
        other.at < at - APART_MS &&
        compareNumbers(other.order!, order) > 0
      )
        this.violation(
          command,
          order.number,
          `is lower than ${other.order!.number}, which was given ${(at - other.at) / 1000} s before`,
        );
  }

  /** What no table knows any more is not asked for. */
  wiped(): void {
    this.written = this.written.filter(({ command, order }) => this.stands(command, order));
  }

  /** @param settledMs what was given longer ago is carried out by now */
  end(settledMs: number): void {
    const { now, members } = this.world;
    for (const { at, command, order } of this.written) {
      if (now - at < settledMs) continue;
      for (const home of homesOf(command, members))
        if (!this.isCarriedOut(command, order, at, home) && !this.isHeldUp(command, now - settledMs))
          this.violation(
            command,
            order.number,
            `was told as written at ${at / 1000} s, and not carried out`,
            home,
          );
    }
  }

  /** Whether an order, or one above it, stands at majorities of the lists of all homes that it is about. */
  private stands(command: Command, order: Registered): boolean {
    return homesOf(command, this.world.members).every((home) => {
      const standing = this.standing(command, home);
      const holding = this.world.tableNames.filter((_, index) => {
        const there = standing[index];
        return there !== undefined && compareNumbers(there, order) >= 0;
      });
      return this.isDecided(home, holding);
    });
  }

  private isDecided(home: string, holding: readonly string[]): boolean {
    const lists = bindingOf(this.claimsOf(home));
    return lists.length > 0 && lists.every((list) => isMajority(holding, list));
  }

  /** What stands in the registers, by table. */
  private standing(command: Command, home: string): readonly (Registered | undefined)[] {
    return [...this.world.tables.values()].map(({ items: { orders, voters } }) =>
      command.kind === "order" ? orders[home] : voters,
    );
  }

  /** Whether nothing is left to be done, or nobody is left who could do it. */
  private isCarriedOut(command: Command, order: Registered, at: number, home: string): boolean {
    const { claims } = this;
    if (claims.last.get(home) === undefined || claims.ownerOf(home) === undefined) return true;
    if (this.standing(command, home).some((later) => later && compareNumbers(later, order) > 0)) return true;
    if (command.kind === "voters")
      return bindingOf(this.claimsOf(home)).every((list) => compareNumbers(list, order) >= 0);
    if (command.kind !== "order" || claims.ownedAt(home, command.to) >= at) return true;
    // A region that has lost its own home meanwhile, or is about to, is given none.
    const isOwn = command.to === home;
    if (!isOwn && (claims.ownerOf(command.to) !== command.to || this.isOrderedAway(command.to))) return true;
    // The owner has handed the home over, and the region that was to take it was in no state to.
    const isActedOn = claims.last.get(home)!.claim.order >= order.number;
    return isActedOn && this.liveness.unwellAt(command.to) >= at;
  }

  /** Whether the region that is to have the home has not been well for long enough. */
  private isHeldUp(command: Command, since: number): boolean {
    return command.kind === "order" && this.liveness.unwellAt(command.to) >= since;
  }

  /** Whether an order that is not carried out sends a region's own home away. */
  isOrderedAway(home: string): boolean {
    const done = Math.max(0, ...this.claimsOf(home).map((claim) => claim.order));
    return [...this.world.tables.values()].some(({ items }) => {
      const order = items.orders[home];
      return order !== undefined && order.number > done && order.to !== home;
    });
  }

  private claimsOf(home: string): readonly Claim[] {
    return [...this.world.tables.values()].flatMap(({ items }) => items.claims[home] ?? []);
  }

  private violation(command: Command, number: number, what: string, home?: string): void {
    this.report.violation("I8", `${nameOf(command, number)} ${what}`, home);
  }
}

function homesOf(command: Command, members: readonly string[]): readonly string[] {
  return command.kind === "order" ? [command.home] : members;
}

function registerOf(command: Command): string {
  return command.kind === "order" ? `order of ${command.home}` : command.kind;
}

function nameOf(command: Command, number: number): string {
  return command.kind === "order"
    ? `order ${number} about ${command.home} to ${command.to}`
    : `list ${number}`;
}
