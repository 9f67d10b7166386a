import { invalid, listOf, record, text, wholeNumber } from "../../checks";
import type { VoterList } from "../items";

/** Kinds of fields that the items of a voter's table are made of, with their bounds. */

/**
 * The shape of a region's name. Wider than what a configuration admits, since a later version may admit more; and narrow enough that no
 * other attribute of a pass is taken for a home.
 */
const REGION = /^[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-\d{1,2}$/;
/** Ids are random: printable ASCII, for which DynamoDB and JavaScript have one order. */
const ID = /^[!-~]{1,64}$/;
/**
 * Epochs and orders count up by one, and may begin at Unix seconds. A number near the largest that JavaScript can count to would
 * leave no room above it; epoch milliseconds in a counter are a mistake.
 */
export const COUNTER_MAX = 1_000_000_000_000;
/** The year 2100, in epoch milliseconds. */
export const MOMENT_MAX = 4_102_444_800_000;
/** Five regions and four witnesses: more than any group has. */
export const VOTERS_MAX = 9;
/** One list, two while it changes, and more when a change meets another. */
export const LISTS_MAX = 8;
/** Tables that one region can reach: those of every list. */
export const REACHES_MAX = 32;

export function isRegion(value: unknown): value is string {
  return typeof value === "string" && REGION.test(value);
}

export function region(value: unknown, name: string): string {
  if (isRegion(value)) return value;
  throw invalid(value, name, "the name of a region");
}

export function id(value: unknown, name: string): string {
  if (ID.test(text(value, name))) return value as string;
  throw invalid(value, name, "an id of at most 64 characters");
}

export function counter(value: unknown, name: string): number {
  return atMost(value, name, COUNTER_MAX);
}

/** A moment in epoch milliseconds. */
export function moment(value: unknown, name: string): number {
  return atMost(value, name, MOMENT_MAX);
}

/** At most `max` regions, in any order. */
export function regions(value: unknown, name: string, max: number): readonly string[] {
  const found = listOf(value, name, region);
  if (found.length <= max) return found;
  throw invalid(found.length, `${name}.length`, `at most ${max}`);
}

/** Regions whose tables vote: sorted and each once, so that a list has one spelling. */
export function voters(value: unknown, name: string): readonly string[] {
  const found = regions(value, name, VOTERS_MAX);
  const isSorted = found.every((one, index) => index === 0 || found[index - 1]! < one);
  if (found.length === 0 || !isSorted) throw invalid(value, name, "one region or more, sorted, each once");
  return found;
}

export function lists(value: unknown, name: string): readonly VoterList[] {
  const found = listOf(value, name, listIn);
  if (found.length >= 1 && found.length <= LISTS_MAX) return found;
  throw invalid(found.length, `${name}.length`, `1 to ${LISTS_MAX}`);
}

function listIn(value: unknown, name: string): VoterList {
  const fields = record(value, name);
  return {
    number: counter(fields.number, `${name}.number`),
    // The lists of founding and of the configuration have an empty one.
    id: fields.id === "" ? "" : id(fields.id, `${name}.id`),
    voters: voters(fields.voters, `${name}.voters`),
  };
}

function atMost(value: unknown, name: string, max: number): number {
  const number = wholeNumber(value, name);
  if (number <= max) return number;
  throw invalid(value, name, `at most ${max}`);
}
