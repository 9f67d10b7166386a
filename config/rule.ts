import { decided } from "../core/expression";
import type { Operand } from "../core/value";
import {
  type Configuration,
  type GroupSettings,
  type LogicalQueueSettings,
  type QueueConfiguration,
  settingsOf,
} from "./configuration";
import type { Violation } from "./violation";

/** A rule across fields of the group; reports all that it finds. */
export type Rule = (configuration: Configuration) => readonly Violation[];

/** A rule across fields of one logical queue. */
export type QueueRule = (
  configuration: Configuration,
  name: string,
  queue: QueueConfiguration,
) => readonly Violation[];

/** What a rule of a table finds. */
export interface Finding {
  /** What stands there; undefined where nothing does. */
  readonly value: unknown;
  readonly holds: Operand<boolean>;
  /** What is allowed there, as a text. */
  readonly allowed: string;
}

/**
 * A rule that is told once. A configuration is held against the rule here, a module by Terraform; both refuse with the same words.
 * @typeParam Subject what the rule is about, as constructs see it
 * @typeParam Known the same of a configuration
 */
export interface TableRule<Subject, Known> {
  /** Of the setting that is at fault, below what the rule is about. */
  readonly path: string;
  readonly find: (subject: Subject, group: GroupSettings) => Finding;
  /** What to do about a fault. A module, whose error is one sentence, leaves this out. */
  readonly fix: (known: Known) => string;
}

export type GroupTableRule = TableRule<GroupSettings, Configuration>;

/** The rules of a table about the group as a whole. */
export function groupRules(table: readonly GroupTableRule[]): readonly Rule[] {
  return table.map(({ path, find, fix }) => (configuration) => {
    const settings = settingsOf(configuration);
    const { value, holds, allowed } = find(settings, settings);
    return decided(holds) === false
      ? [{ path, value: value ?? undefined, allowed, fix: fix(configuration) }]
      : [];
  });
}

/** The rules of a table, for each logical queue of a configuration. */
export function queueRules(
  table: readonly TableRule<LogicalQueueSettings, QueueConfiguration>[],
): readonly QueueRule[] {
  return table.map(({ path, find, fix }) => (configuration, name, queue) => {
    const settings = settingsOf(configuration);
    const { value, holds, allowed } = find(settings.queues[name]!, settings);
    return decided(holds) === false
      ? [{ path: `queues.${name}.${path}`, value: value ?? undefined, allowed, fix: fix(queue) }]
      : [];
  });
}

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
