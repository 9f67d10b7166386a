import { oneOf, optional, record, versioned, yes } from "../../checks";
import type { Claim, ClaimState, Epoch, Taking } from "../items";
import { OWNERSHIP_ATTRIBUTES as KEYS, KINDS } from "../table";
import { attributesOf, type Item, plainFields } from "./attributes";
import { counter, id, lists, moment, region } from "./fields";
import { readingOf } from "./unreadable";
import { ITEM_VERSION } from "./version";

/** Attribute of a claim on which every write is conditional. */
export const CLAIM_ID = "id";

const STATES: readonly ClaimState[] = ["held", "closing", "free"];

/**
 * The item of a claim. Read back at once: an item that nobody can read would silence the whole table.
 *
 * @throws UnreadableItem when the claim is out of bounds
 */
export function claimItem(home: string, { epoch, lists, returns, taking, ...rest }: Claim): Item {
  const item = attributesOf({
    ...rest,
    ...{ [KEYS.kind]: KINDS.lease, [KEYS.of]: home, v: ITEM_VERSION },
    epoch: { number: epoch.number, region: epoch.region, run: epoch.run },
    lists: lists.map(({ number, id, voters }) => ({ number, id, voters })),
    returns: returns && { count: returns.count, at: Math.floor(returns.at) },
    taking: taking && {
      from: taking.from,
      epoch: taking.epoch,
      at: Math.ceil(taking.at),
      order: taking.order,
    },
  });
  readingOf("claim", () => region(home, "home"));
  claimIn(item);
  return item;
}

/** Reads what {@link claimItem} wrote, here or in a later version. @throws UnreadableItem */
export function claimIn(item: unknown): Claim {
  return readingOf("claim", () => {
    const name = "item";
    const fields = versioned(plainFields(record(item, name)), name);
    return {
      id: id(fields[CLAIM_ID], `${name}.${CLAIM_ID}`),
      epoch: epochIn(fields.epoch, `${name}.epoch`),
      state: oneOf(fields.state, `${name}.state`, STATES),
      ...optional(fields, "next", name, region),
      lists: lists(fields.lists, `${name}.lists`),
      ...optional(fields, "forced", name, yes),
      order: counter(fields.order, `${name}.order`),
      ...optional(fields, "evacuated", name, yes),
      ...optional(fields, "returns", name, returnsIn),
      ...optional(fields, "taking", name, takingIn),
    };
  });
}

function epochIn(value: unknown, name: string): Epoch {
  const fields = record(value, name);
  return {
    number: counter(fields.number, `${name}.number`),
    region: region(fields.region, `${name}.region`),
    run: id(fields.run, `${name}.run`),
  };
}

function takingIn(value: unknown, name: string): Taking {
  const fields = record(value, name);
  return {
    ...optional(fields, "from", name, region),
    ...optional(fields, "epoch", name, counter),
    at: moment(fields.at, `${name}.at`),
    ...optional(fields, "order", name, counter),
  };
}

function returnsIn(value: unknown, name: string): { readonly count: number; readonly at: number } {
  const fields = record(value, name);
  return { count: counter(fields.count, `${name}.count`), at: moment(fields.at, `${name}.at`) };
}
