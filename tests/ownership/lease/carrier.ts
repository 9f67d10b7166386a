import type { Seeded } from "../../../emulator/seeded";
import type { Write } from "../../../ownership/lease/effects";
import { type Fate, fateOf, type NetworkFaults } from "./network";
import type { EventQueue } from "./queue";
import type { LeaseTable, Reply } from "./table";

export interface Request {
  /** A region, or `operator`. */
  readonly from: string;
  /** Run that sends it. @default a reader does */
  readonly run?: string;
  readonly table: string;
  /** @default it reads */
  readonly write?: Write;
}

/** What a script does with a request in place of chance. */
export type Interceptor = (request: Request) => Fate | undefined;

/** Carries requests to tables and answers back, in virtual time: late, twice, or not at all. */
export class Carrier {
  now = 0;
  readonly interceptors: Interceptor[] = [];
  faults: NetworkFaults = {};
  private readonly cuts = new Map<string, number>();

  constructor(
    private readonly queue: EventQueue,
    private readonly tables: ReadonlyMap<string, LeaseTable>,
    private readonly random: Seeded,
  ) {}

  at(time: number, run: () => void): void {
    this.queue.add(Math.max(time, this.now), run);
  }

  /** Runs what happens until then. */
  runUntil(end: number): void {
    while (this.queue.nextAt() <= end) {
      this.now = Math.max(this.now, this.queue.nextAt());
      this.queue.take()();
    }
    this.now = end;
  }

  /** Nothing that `from` sends reaches the table any more. Cuts add up: each is to be healed. */
  cut(from: string, table: string): void {
    this.cuts.set(`${from} ${table}`, (this.cuts.get(`${from} ${table}`) ?? 0) + 1);
  }

  heal(from: string, table: string): void {
    const left = (this.cuts.get(`${from} ${table}`) ?? 0) - 1;
    if (left > 0) this.cuts.set(`${from} ${table}`, left);
    else this.cuts.delete(`${from} ${table}`);
  }

  healAll(): void {
    this.cuts.clear();
  }

  isCut(from: string, table: string): boolean {
    return this.cuts.size > 0 && this.cuts.has(`${from} ${table}`);
  }

  /**
   * @param act what the table does when the request arrives, each time that it does
   * @param onReply is told the answer and the table's `Date`; undefined: the connection failed
   */
  request<T>(
    request: Request,
    act: (table: LeaseTable, now: number) => Reply<T>,
    onReply: (reply: Reply<T> | undefined, date: number) => void,
    faults: NetworkFaults = this.faults,
  ): void {
    const { from, table: name } = request;
    const table = this.tables.get(name);
    if (table === undefined) throw new Error(`there is no region ${name}`);
    const scripted = this.interceptors
      .map((intercept) => intercept(request))
      .find((fate) => fate !== undefined);
    const fate = scripted ?? fateOf(faults, this.isCut(from, name), this.random);
    const sentAt = this.now;
    if (fate.failsAfter !== undefined) this.at(sentAt + fate.failsAfter, () => onReply(undefined, 0));
    if (fate.arrivesAfter === undefined) return;
    const arrivesAt = sentAt + fate.arrivesAfter + table.lateMs;
    this.at(arrivesAt, () => {
      const reply = this.arrive(table, act);
      if (reply === undefined || fate.answersAfter === undefined) return;
      const date = table.clock.dateAt(this.now);
      const isLost = scripted === undefined && this.isCut(from, name);
      if (!isLost) this.at(this.now + fate.answersAfter, () => onReply(reply, date));
    });
    if (fate.repeatedAfter !== undefined)
      this.at(arrivesAt + fate.repeatedAfter, () => {
        this.arrive(table, act);
      });
  }

  private arrive<T>(
    table: LeaseTable,
    act: (table: LeaseTable, now: number) => Reply<T>,
  ): Reply<T> | undefined {
    if (table.conduct === "hanging") return undefined;
    if (table.conduct === "refusing") return { kind: "refused" };
    return act(table, this.now);
  }
}
