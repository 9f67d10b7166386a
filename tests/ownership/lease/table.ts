import type { TableItems, Write, WriteAnswer } from "../../../ownership/lease/effects";
import { type Claim, compareNumbers, type Pass } from "../../../ownership/lease/items";
import type { TableClock } from "./clocks";

type Written<T> = { -readonly [K in keyof T]: T[K] };

/** What a table does with requests. `hanging` neither does nor answers anything; `refusing` answers that it may not be asked. */
export type Conduct = "answering" | "refusing" | "hanging";

/** `missing`: there is no such table. `refused`: it answered, and tells nothing. */
export type Reply<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "missing" }
  | { readonly kind: "refused" };

export interface Applied {
  readonly table: string;
  readonly write: Write;
  readonly before: Claim | undefined;
}

const EMPTY: TableItems = { claims: {}, orders: {}, passes: {} };
/** For this long an eventually consistent read may answer what stood there before. */
const EVENTUAL_MS = 1000;

/** One region's table. What it hands out is never changed afterwards: every write puts new items in place of the old. */
export class LeaseTable {
  items: TableItems = EMPTY;
  exists = true;
  conduct: Conduct = "answering";
  /** Milliseconds by which everything that it does is late. */
  lateMs = 0;
  /** Claims written again after a later one took their place, by a repeated request: there must never be any. */
  readonly resurrected: string[] = [];
  /** Writes by their ids, of every home, since the table is there. */
  private readonly written = new Map<string, { readonly claim: Claim; readonly order: number }>();
  private lastOrder = 0;
  private readonly former = new Map<string, { readonly pass: Pass | undefined; readonly at: number }>();

  constructor(
    readonly region: string,
    readonly clock: TableClock,
    private readonly onApplied: (applied: Applied) => void,
  ) {}

  read(): Reply<TableItems> {
    return this.exists ? { kind: "value", value: this.items } : { kind: "missing" };
  }

  /** @param isOld reads what stood there before, if that was less than a second ago */
  readPass(region: string, now: number, isOld: boolean): Reply<Pass | undefined> {
    if (!this.exists) return { kind: "missing" };
    const former = this.former.get(region);
    const value =
      isOld && former !== undefined && now - former.at < EVENTUAL_MS
        ? former.pass
        : this.items.passes[region];
    return { kind: "value", value };
  }

  write(write: Write, now: number): Reply<WriteAnswer> {
    if (!this.exists) return { kind: "value", value: { done: false } };
    return { kind: "value", value: this.apply(write, now) };
  }

  /** Deletes the table with everything in it. */
  delete(): void {
    this.exists = false;
    this.clear();
  }

  /** Makes the table anew, empty. */
  make(): void {
    this.exists = true;
    this.clear();
  }

  private clear(): void {
    this.items = EMPTY;
    this.written.clear();
    this.former.clear();
  }

  private apply(write: Write, now: number): WriteAnswer {
    switch (write.kind) {
      case "claim":
        return this.putClaim(write);
      case "order": {
        const standing = this.items.orders[write.home];
        if (standing === undefined || compareNumbers(standing, write.order) < 0) {
          this.items = { ...this.items, orders: { ...this.items.orders, [write.home]: write.order } };
          this.tell(write, undefined);
          return { done: true };
        }
        return { done: compareNumbers(standing, write.order) === 0 };
      }
      case "voters": {
        const standing = this.items.voters;
        if (standing === undefined || compareNumbers(standing, write.order) < 0) {
          this.items = { ...this.items, voters: write.order };
          this.tell(write, undefined);
          return { done: true };
        }
        return { done: compareNumbers(standing, write.order) === 0 };
      }
      case "pass": {
        const standing = this.items.passes[write.region];
        const homes: Written<Pass["homes"]> = { ...standing?.homes };
        for (const [home, entry] of Object.entries(write.homes)) {
          if (entry === null) delete homes[home];
          else homes[home] = entry;
        }
        const status = write.status ?? standing?.status;
        this.former.set(write.region, { pass: standing, at: now });
        const pass: Pass = { homes, ...(status && { status }) };
        this.items = { ...this.items, passes: { ...this.items.passes, [write.region]: pass } };
        this.tell(write, undefined);
        return { done: true };
      }
    }
  }

  private putClaim(write: Extract<Write, { kind: "claim" }>): WriteAnswer {
    const { home, claim, previous } = write;
    const standing = this.items.claims[home];
    // A lost answer: the client repeats the request, and sees its own id.
    if (standing?.id === claim.id) return { done: true };
    if (standing?.id !== previous) return standing ? { done: false, current: standing } : { done: false };
    const earlier = this.written.get(claim.id);
    if (earlier !== undefined)
      this.resurrected.push(
        earlier.claim === claim
          ? `${home} at ${this.region}: the write ${claim.id} came again after a later one, and was done`
          : `${home} at ${this.region}: two writes bear the id ${claim.id}`,
      );
    this.written.set(claim.id, { claim, order: this.lastOrder++ });
    this.items = { ...this.items, claims: { ...this.items.claims, [home]: Object.freeze(claim) } };
    this.tell(write, standing);
    return { done: true };
  }

  private tell(write: Write, before: Claim | undefined): void {
    this.onApplied({ table: this.region, write, before });
  }
}
