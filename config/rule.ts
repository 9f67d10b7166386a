import type { Configuration, QueueConfiguration } from "./configuration";
import type { Violation } from "./violation";

/** A rule across fields of the group; reports all that it finds. */
export type Rule = (configuration: Configuration) => readonly Violation[];

/** A rule across fields of one logical queue. */
export type QueueRule = (
  configuration: Configuration,
  name: string,
  queue: QueueConfiguration,
) => readonly Violation[];

/** Keys of KMS, if there are any, are there for every region, each in its own. */
export function keysOfEveryRegion(
  { regions }: Configuration,
  keys: Readonly<Record<string, string>> | undefined,
  { path, instead }: { readonly path: string; readonly instead: string },
): readonly Violation[] {
  if (keys === undefined) return [];
  const missing = Object.keys(regions)
    .filter((region) => keys[region] === undefined)
    .map((region) => ({
      path: `${path}.${region}`,
      value: undefined,
      allowed: `a key of ${region}, for every region of the group`,
      fix: `add the key, or take kms_key_arns out and ${instead}`,
    }));
  return [...missing, ...inOwnRegion(Object.entries(keys), path, "key")];
}

/** ARNs by region are of that region. */
export function inOwnRegion(
  arns: readonly (readonly [region: string, arn: string])[],
  path: string,
  what: "key" | "topic",
): readonly Violation[] {
  return arns
    .filter(([region, arn]) => arn.split(":")[3] !== region)
    .map(([region, arn]) => ({
      path: `${path}.${region}`,
      value: arn,
      allowed: `the ARN of a ${what} in ${region}`,
      fix: `name a ${what} of that region; AWS takes none of another`,
    }));
}
