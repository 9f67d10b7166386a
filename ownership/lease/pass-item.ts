import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Pass, PassEntry } from "./items";
import { STATUS } from "./store/pass-codec";
import { OWNERSHIP_ATTRIBUTES } from "./table";

/** Attributes of a pass that name no home. None of them can be the name of a region. */
const RESERVED: ReadonlySet<string> = new Set([...Object.values(OWNERSHIP_ATTRIBUTES), "v", STATUS]);
const UNREADABLE: PassEntry = { epoch: Number.NaN, until: Number.NaN };

/** The homes that an item of kind `pass` names. An entry that cannot be read has no number in it, which no reader takes for open. */
export function homesIn(item: Readonly<Record<string, AttributeValue>>): Pass["homes"] {
  const homes = Object.entries(item).filter(([name]) => !RESERVED.has(name));
  return Object.fromEntries(homes.map(([home, value]) => [home, entryIn(value)]));
}

/**
 * Epoch milliseconds of a `Date` header. `NaN` for none, and for a header in any other form: JavaScript reads some of those in local time,
 * and a leap second as a minute earlier. https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats
 */
export function dateIn(header: string | undefined): number {
  const date = new Date(header ?? Number.NaN);
  return date.toUTCString() === header ? date.getTime() : Number.NaN;
}

function entryIn({ M: fields }: AttributeValue): PassEntry {
  if (fields === undefined) return UNREADABLE;
  return { epoch: numberIn(fields.epoch), until: numberIn(fields.until) };
}

function numberIn(value: AttributeValue | undefined): number {
  const text = value?.N ?? "";
  return /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}
