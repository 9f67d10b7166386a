import type { Claim, Order, Pass, PassEntry, Status, VotersOrder } from "./items";

/**
 * The protocol does nothing itself: it is a generator that yields what is to be done and is given the answers. Functions carry an effect out
 * against DynamoDB, the simulation against its model, and both run the same protocol.
 */
export type Effect = Look | Round | Sleep;

/** Reads everything that the tables of these regions hold, all at once, strongly consistent. Answers: {@link TableAnswers}. */
export interface Look {
  readonly kind: "look";
  readonly tables: readonly string[];
}

/**
 * Carries out writes, all at once, one attempt each. Answers: {@link WriteAnswers}. Ends when all have answered, after the time-out, or as
 * soon as `isEnough` says so of the answers so far: a round does not wait for a voter that hangs.
 */
export interface Round {
  readonly kind: "round";
  readonly writes: readonly Write[];
  readonly isEnough?: (answers: WriteAnswers) => boolean;
}

export interface Sleep {
  readonly kind: "sleep";
  readonly ms: number;
}

/** By region of the table. One that did not answer in time has no entry. */
export type TableAnswers = ReadonlyMap<string, TableAnswer>;

/** `receivedAt` is the monotonic clock of the run, in milliseconds; `date` the `Date` header of the answer, in epoch milliseconds. */
export type TableAnswer =
  | ({ readonly kind: "items"; readonly receivedAt: number; readonly date: number } & TableItems)
  | { readonly kind: "no-table"; readonly receivedAt: number; readonly date: number }
  /** It answered, and tells nothing: access denied, throttled, or an item that cannot be read. */
  | { readonly kind: "refused"; readonly receivedAt: number };

/** Home and region names are those of regions. */
export interface TableItems {
  readonly claims: Readonly<Record<string, Claim>>;
  readonly orders: Readonly<Record<string, Order>>;
  readonly voters?: VotersOrder;
  readonly passes: Readonly<Record<string, Pass>>;
}

export type Write =
  /** Puts a claim, if the claim there has the id `previous`, or if there is none and `previous` is absent. */
  | {
      readonly kind: "claim";
      readonly table: string;
      readonly home: string;
      readonly previous?: string;
      readonly claim: Claim;
    }
  /** Puts an order, unless the one there is higher. Done: this one stands there. */
  | { readonly kind: "order"; readonly table: string; readonly home: string; readonly order: Order }
  | { readonly kind: "voters"; readonly table: string; readonly order: VotersOrder }
  /** Sets or removes these homes in the pass of a region, and leaves the others as they are. */
  | {
      readonly kind: "pass";
      readonly table: string;
      readonly region: string;
      /** `null` removes the home. */
      readonly homes: Readonly<Record<string, PassEntry | null>>;
      readonly status?: Status;
    };

/** By index of the write. One that did not answer in time has no entry: it may have been done, or may yet be. */
export type WriteAnswers = ReadonlyMap<number, WriteAnswer>;

export type WriteAnswer =
  | { readonly done: true }
  /** The condition failed. `current` is the claim that stands there; none: there is no claim, or no table. */
  | { readonly done: false; readonly current?: Claim };

/** A generator of the protocol. */
export type Steps<T> = Generator<Effect, T, unknown>;

export function* look(tables: readonly string[]): Steps<TableAnswers> {
  return (yield { kind: "look", tables }) as TableAnswers;
}

export function* round(
  writes: readonly Write[],
  isEnough?: (answers: WriteAnswers) => boolean,
): Steps<WriteAnswers> {
  return (yield { kind: "round", writes, ...(isEnough && { isEnough }) }) as WriteAnswers;
}

export function* sleep(ms: number): Steps<void> {
  yield { kind: "sleep", ms };
}
