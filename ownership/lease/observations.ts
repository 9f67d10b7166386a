import type { TableAnswer, TableAnswers, TableItems } from "./effects";
import type { Claim } from "./items";

/** One home at one voter, as this run has seen it. */
export interface Sighting {
  readonly table: string;
  /** The claim there. Undefined: there is no claim, or no table. */
  readonly claim: Claim | undefined;
  /** There is a table. */
  readonly hasTable: boolean;
  /** For how long the same has stood there, by answers alone, milliseconds. An absence counts from the last gap between answers on. */
  readonly ageMs: number;
}

/** What a table that has items answered. */
export type AnsweredItems = Extract<TableAnswer, { kind: "items" }>;

/** What tables that have items answered, by table. */
export type ItemsByTable = ReadonlyMap<string, AnsweredItems>;

interface Seen {
  /** Id of the claim; undefined: none. */
  readonly id: string | undefined;
  /** Monotonic clock at the *response* that first showed it. */
  readonly since: number;
}

/**
 * What one run has seen of all tables, and since when. An observation ends with its run: a new one starts to count anew, because nobody knows
 * what happened in between.
 */
export class Observations {
  private readonly seen = new Map<string, Map<string, Seen>>();
  private readonly answeredSince = new Map<string, number>();
  private readonly silentSince = new Map<string, number>();
  private latest: TableAnswers = new Map();
  private sightings: ReadonlyMap<string, readonly Sighting[]> = new Map();
  private answered: ItemsByTable = new Map();
  private first: number | undefined;
  private last = 0;

  constructor(private readonly homes: readonly string[]) {}

  /** @param began monotonic clock when the look began at `tables` */
  add(tables: readonly string[], answers: TableAnswers, began: number): void {
    this.latest = answers;
    this.first ??= began;
    this.last = began;
    for (const table of tables) {
      const answer = answers.get(table);
      this.addAnswer(table, answer, began);
      for (const home of this.homes) this.addHome(table, home, answer);
    }
    this.answered = new Map(
      [...answers].flatMap(([table, answer]) => (answer.kind === "items" ? [[table, answer]] : [])),
    );
    this.sightings = new Map(this.homes.map((home) => [home, this.sightingsOf(home)]));
  }

  /** Every table that told in the last look what it holds of a home. */
  of(home: string): readonly Sighting[] {
    return this.sightings.get(home) ?? [];
  }

  /** What the tables answered that have items. */
  items(): ItemsByTable {
    return this.answered;
  }

  private sightingsOf(home: string): readonly Sighting[] {
    return [...this.latest].flatMap(([table, answer]) => {
      const seen = this.seen.get(table)?.get(home);
      if (answer.kind === "refused" || seen === undefined) return [];
      const claim = answer.kind === "items" ? answer.claims[home] : undefined;
      const ageMs = answer.receivedAt - seen.since;
      return [{ table, claim, hasTable: answer.kind === "items", ageMs }];
    });
  }

  /** The latest that the clock of any table shows at this moment of the run's clock, but for what a `Date` leaves out; 0: none answered. */
  dateAt(now: number): number {
    return Math.max(0, ...[...this.answered.values()].map(({ date }) => date + now - this.last));
  }

  /** For how long this run has been looking, milliseconds. */
  lookedMs(): number {
    return this.last - (this.first ?? this.last);
  }

  /** For how long a table has told what it holds, in every look, milliseconds; 0 when it did not in the last one. */
  answeredMs(table: string): number {
    const since = this.answeredSince.get(table);
    const answer = this.latest.get(table);
    return since === undefined || answer === undefined ? 0 : answer.receivedAt - since;
  }

  /** For how long a table has given no answer of any kind, a refusal included, milliseconds; 0 when it gave one in the last look. */
  silentMs(table: string): number {
    const since = this.silentSince.get(table);
    return since === undefined ? 0 : this.last - since;
  }

  /** Takes back what was seen of a home at a table where a write failed though nothing had stood there. */
  forgetAbsence(table: string, home: string): void {
    const seen = this.seen.get(table);
    if (seen?.get(home)?.id === undefined) seen?.delete(home);
  }

  private addAnswer(table: string, answer: TableAnswer | undefined, began: number): void {
    if (answer === undefined) {
      if (!this.silentSince.has(table)) this.silentSince.set(table, began);
    } else {
      this.silentSince.delete(table);
    }
    if (answer === undefined || answer.kind === "refused") this.answeredSince.delete(table);
    else if (!this.answeredSince.has(table)) this.answeredSince.set(table, answer.receivedAt);
  }

  private addHome(table: string, home: string, answer: TableAnswer | undefined): void {
    const seen = this.seen.get(table) ?? new Map<string, Seen>();
    this.seen.set(table, seen);
    const before = seen.get(home);
    if (answer === undefined || answer.kind === "refused") {
      // An id that is there again was there all along. An absence proves nothing about what was there meanwhile.
      if (before !== undefined && before.id === undefined) seen.delete(home);
      return;
    }
    const id = claimIn(answer, home)?.id;
    if (before === undefined || before.id !== id) seen.set(home, { id, since: answer.receivedAt });
  }
}

function claimIn(answer: TableAnswer, home: string): Claim | undefined {
  return answer.kind === "items" ? (answer as TableItems).claims[home] : undefined;
}
