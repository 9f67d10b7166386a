import type { TableAnswer, Write } from "./effects";
import { compareNumbers, type Order, type VoterList, type VotersOrder } from "./items";
import { hasMajorities } from "./lists";
import type { ItemsByTable } from "./observations";

/** A register as read from several tables. */
export interface Register<T> {
  /** The highest that any of them holds. @default none holds one */
  readonly highest: T | undefined;
  /** Tables that hold it. */
  readonly at: ReadonlySet<string>;
  /** Tables that answered and hold less. */
  readonly behind: readonly string[];
}

export function orderAbout(items: ItemsByTable, home: string): Register<Order> {
  return registerIn(items, ({ orders }) => orders[home]);
}

export function votersOrder(items: ItemsByTable): Register<VotersOrder> {
  return registerIn(items, ({ voters }) => voters);
}

/** Whether an order stands at a majority, so that every later reader of a majority finds it or a higher one. */
export function stands(register: Register<unknown>, lists: readonly VoterList[]): boolean {
  return register.highest !== undefined && hasMajorities(register.at, lists);
}

/** Writes that bring an order to every table that answered: whoever acts on it has seen to it that nobody later acts on a lower one. */
export function spreadOrder(home: string, { highest, behind }: Register<Order>): readonly Write[] {
  return highest === undefined
    ? []
    : behind.map((table) => ({ kind: "order", table, home, order: highest }) as const);
}

export function spreadVoters({ highest, behind }: Register<VotersOrder>): readonly Write[] {
  return highest === undefined
    ? []
    : behind.map((table) => ({ kind: "voters", table, order: highest }) as const);
}

function registerIn<T extends { readonly number: number; readonly id: string }>(
  items: ItemsByTable,
  read: (table: Extract<TableAnswer, { kind: "items" }>) => T | undefined,
): Register<T> {
  const values = [...items].map(([table, answer]) => ({ table, value: read(answer) }));
  const highest = values.reduce<T | undefined>(
    (best, { value }) =>
      value !== undefined && (best === undefined || compareNumbers(value, best) > 0) ? value : best,
    undefined,
  );
  const holds = (value: T | undefined) =>
    highest !== undefined && value !== undefined && compareNumbers(value, highest) === 0;
  return {
    highest,
    at: new Set(values.filter(({ value }) => holds(value)).map(({ table }) => table)),
    behind: values.filter(({ value }) => !holds(value)).map(({ table }) => table),
  };
}
