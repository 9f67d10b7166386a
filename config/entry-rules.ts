import {
  allOf,
  anyOf,
  each,
  equal,
  fallback,
  isOneOf,
  joined,
  keysIn,
  not,
  wasGiven,
  when,
} from "../core/expression";
import { regionInArn } from "../core/names";
import type { Operand, Value } from "../core/value";
import type { GroupSettings } from "./configuration";
import { membersOf } from "./recovery/majority";
import { type Findings, ofEach } from "./rule";

/** What many settings by region have in common: keys that are regions of the group, and ARNs that are of their region. */

type Group = Pick<GroupSettings, "regions">;
type ByRegion<T> = Operand<Readonly<Record<string, T>>> | undefined;

/** Regions of a group, in words. */
export function namesOfMembers(group: Group): string {
  return joined(membersOf(group), ", ");
}

/** Those but for one. */
function namesOfOthers(group: Group, region: string): string {
  const others = each(
    membersOf(group),
    (other) => other,
    (other) => not(equal(other, region)),
  );
  return joined(others, ", ");
}

export function isMember(group: Group, region: Operand<string>) {
  return isOneOf(region, membersOf(group));
}

/** A map, empty where there is none: Terraform goes through no `null`. */
export function entriesOf<T>(map: ByRegion<T>): Operand<Readonly<Record<string, T>>> {
  return fallback(map as Value<Readonly<Record<string, T>>> | undefined, {});
}

/** A region is one of the group. */
export function ofMember(group: Group, region: Operand<string>) {
  return { value: region, holds: isMember(group, region), allowed: `one of ${namesOfMembers(group)}` };
}

/** Keys of a map are regions of the group. */
export function ofMembers(group: Group, map: ByRegion<unknown>): Findings {
  return ofEach(keysIn(map), { key: "number", value: "region" }, (_, region) => ({
    at: `.${region}`,
    ...ofMember(group, region),
  }));
}

/** Lists by home name other regions of the group, each once. */
export function otherMembers(group: Group, map: ByRegion<readonly string[]>): Findings {
  return ofEach(entriesOf(map), { key: "home", value: "regions" }, (home, regions) => [
    { at: `.${home}`, ...ofMember(group, home) },
    ofEach(regions, { key: "index", value: "region" }, (_, region, before) => ({
      at: `.${home}`,
      value: region,
      holds: anyOf(
        not(isMember(group, home)),
        allOf(isMember(group, region), not(equal(region, home)), not(isOneOf(region, before))),
      ),
      allowed: `some of ${namesOfOthers(group, home)}, each once`,
    })),
  ]);
}

/** Keys of KMS, if there are any, are there for each region, each in its own. */
export function keysOfRegions(
  keys: ByRegion<string>,
  regions: Value<readonly string[]>,
  whose = "of the group",
): Findings {
  return [
    ofEach(regions, { key: "index", value: "region" }, (_, region) => ({
      at: `.${region}`,
      value: undefined,
      holds: when(wasGiven(keys), isOneOf(region, keysIn(keys)), true),
      allowed: `a key of ${region}, for every region ${whose}`,
    })),
    inOwnRegion(keys, "key"),
  ];
}

/** ARNs by region are of that region: AWS takes none of another. */
function inOwnRegion(arns: ByRegion<string>, what: "key" | "topic"): Findings {
  return ofEach(entriesOf(arns), { key: "region", value: "arn" }, (region, arn) =>
    ofRegion(region, arn, what),
  );
}

/** An ARN that stands under a region is of that region. */
export function ofRegion(region: string, arn: Value<string>, what: string) {
  return {
    at: `.${region}`,
    value: arn,
    holds: equal(regionInArn(arn), region),
    allowed: `the ARN of a ${what} in ${region}`,
  };
}
