import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { flag, invalid, optional, record, versioned } from "../../checks";
import type { Pass, PassEntry, Status } from "../items";
import { LEASE_MS } from "../times";
import { attributeOf, plainFields } from "./attributes";
import { counter, id, isRegion, moment, REACHES_MAX, region, regions } from "./fields";
import { readingOf } from "./unreadable";

/**
 * A pass has one attribute for each home that the region owns, named like the home, and one for the status. Readers in any language need no
 * more than GetItem of kind `pass` and the region, and then `item["us-east-1"].until`. Each home is written by itself, the others stay.
 */
export const STATUS = "status";

/**
 * How far ahead of the table's `Date` a pass may end. None is given for longer than the lease; the rest is for the seconds that a `Date`
 * leaves out and for servers of one table whose clocks differ.
 */
export const AHEAD_MAX_MS = 2 * LEASE_MS;

/**
 * The attribute of one home. Readers take whole milliseconds alone: a fraction is cut off, so that the pass ends earlier and not later.
 *
 * @throws UnreadableItem when the entry is out of bounds
 */
export function entryAttribute(home: string, { epoch, until }: PassEntry): AttributeValue {
  return readingOf("pass", () => {
    region(home, "home");
    const entry = { epoch, until: Math.floor(until) };
    entryIn(entry, home, Number.POSITIVE_INFINITY);
    return attributeOf(entry);
  });
}

/** The attribute of the status. @throws UnreadableItem when the status is out of bounds */
export function statusAttribute({
  run,
  runSince,
  configuration,
  until,
  fit,
  since,
  ownsItself,
  holds,
  reaches,
}: Status): AttributeValue {
  return readingOf("pass", () => {
    const status = {
      run,
      runSince: Math.floor(runSince),
      ...(configuration !== undefined && { configuration }),
      until: Math.floor(until),
      fit,
      since: Math.floor(since),
      ownsItself,
      holds,
      reaches,
    };
    statusIn(status, STATUS, Number.POSITIVE_INFINITY);
    return attributeOf(status);
  });
}

/**
 * Reads the pass of a region.
 *
 * @param date the table's own time, from the answer that brought the item: a pass that ends long after it is none
 * @throws UnreadableItem
 */
export function passIn(item: unknown, date: number): Pass {
  return readingOf("pass", () => {
    const name = "item";
    const latest = date + AHEAD_MAX_MS;
    const fields = versioned(plainFields(record(item, name)), name);
    const homes = Object.entries(fields).filter(([attribute]) => isRegion(attribute));
    return {
      homes: Object.fromEntries(
        homes.map(([home, entry]) => [home, entryIn(entry, `${name}.${home}`, latest)]),
      ),
      ...optional(fields, STATUS, name, (value, path) => statusIn(value, path, latest)),
    };
  });
}

function entryIn(value: unknown, name: string, latest: number): PassEntry {
  const fields = record(value, name);
  return {
    epoch: counter(fields.epoch, `${name}.epoch`),
    until: untilIn(fields.until, `${name}.until`, latest),
  };
}

function statusIn(value: unknown, name: string, latest: number): Status {
  const fields = record(value, name);
  return {
    run: id(fields.run, `${name}.run`),
    runSince: moment(fields.runSince, `${name}.runSince`),
    ...optional(fields, "configuration", name, id),
    until: untilIn(fields.until, `${name}.until`, latest),
    fit: flag(fields.fit, `${name}.fit`),
    since: untilIn(fields.since, `${name}.since`, latest),
    ownsItself: flag(fields.ownsItself, `${name}.ownsItself`),
    holds: regions(fields.holds, `${name}.holds`, REACHES_MAX),
    reaches: regions(fields.reaches, `${name}.reaches`, REACHES_MAX),
  };
}

function untilIn(value: unknown, name: string, latest: number): number {
  const until = moment(value, name);
  if (until <= latest) return until;
  throw invalid(value, name, `at most ${latest}, by the table's own time`);
}
