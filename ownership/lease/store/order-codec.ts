import { optional, record, versioned, yes } from "../../checks";
import type { Order, VotersOrder } from "../items";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS, VOTERS_ORDER } from "../table";
import { attributesOf, type Item, type Plain, plainFields } from "./attributes";
import { counter, id, moment, region, voters } from "./fields";
import { readingOf } from "./unreadable";
import { ITEM_VERSION } from "./version";

/** Attributes by which registers are compared: the higher number wins, then the higher id. */
export const REGISTER = { number: "number", id: "id" } as const;

/** The item of an order about a home. @throws UnreadableItem when the order is out of bounds */
export function orderItem(home: string, { number, id, to, force, lost, since }: Order): Item {
  const item = registerItem(home, { number, id, to, force, lost, since });
  readingOf("order", () => region(home, "home"));
  orderIn(item);
  return item;
}

/** The item of an order about the list of voters. @throws UnreadableItem when the order is out of bounds */
export function votersItem({ number, id, voters }: VotersOrder): Item {
  const item = registerItem(VOTERS_ORDER, { number, id, voters });
  votersOrderIn(item);
  return item;
}

/** Reads what {@link orderItem} wrote, here or in a later version. @throws UnreadableItem */
export function orderIn(item: unknown): Order {
  return readingOf("order", () => {
    const name = "item";
    const fields = versioned(plainFields(record(item, name)), name);
    return {
      ...standingIn(fields, name),
      to: region(fields.to, `${name}.to`),
      ...optional(fields, "force", name, yes),
      ...optional(fields, "lost", name, region),
      ...optional(fields, "since", name, moment),
    };
  });
}

/** Reads what {@link votersItem} wrote, here or in a later version. @throws UnreadableItem */
export function votersOrderIn(item: unknown): VotersOrder {
  return readingOf("order of voters", () => {
    const name = "item";
    const fields = versioned(plainFields(record(item, name)), name);
    return { ...standingIn(fields, name), voters: voters(fields.voters, `${name}.voters`) };
  });
}

/** By what the register is compared with others. */
function standingIn(fields: Readonly<Record<string, unknown>>, name: string): { number: number; id: string } {
  return {
    number: counter(fields[REGISTER.number], `${name}.${REGISTER.number}`),
    id: id(fields[REGISTER.id], `${name}.${REGISTER.id}`),
  };
}

function registerItem(of: string, fields: { readonly [name: string]: Plain | undefined }): Item {
  return attributesOf({ [KEYS.kind]: KINDS.order, [KEYS.of]: of, v: ITEM_VERSION, ...fields });
}
