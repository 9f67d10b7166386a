import { call, decided, known, objectOf, reference, text } from "../core/expression";
import type { Operand, Value } from "../core/value";
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
  /** Where it stands, below the path of the rule, as a text. */
  readonly at?: string;
  /** What stands there; undefined where nothing does. */
  readonly value: unknown;
  readonly holds: Operand<boolean>;
  /** What is allowed there, as a text. */
  readonly allowed: string;
  /** What to do about it. @default the fix of the rule */
  readonly fix?: string;
}

/** What a rule finds of each of some entries that Terraform alone knows. */
export class Looped {
  constructor(
    /** Names of the variables for key and value, and what is gone through. */
    readonly loop: { readonly key: string; readonly value: string; readonly over: unknown },
    readonly inner: Findings,
  ) {}
}

export type Findings = Finding | Looped | readonly Findings[];

/**
 * What a rule finds of each entry of a map, or element of a list.
 * @param names of the variables by which a module goes through them
 * @param find is told of the elements before this one as well; of a map they mean nothing
 */
export function ofEach<T>(
  collection: Operand<Readonly<Record<string, T>>> | Operand<readonly T[]> | undefined,
  names: { readonly key: string; readonly value: string },
  find: (key: string, value: Value<T>, before: Value<readonly T[]>) => Findings,
): Findings {
  if (collection === undefined) return [];
  const here = objectOf(collection as Value<Readonly<Record<string, T>>>);
  if (here !== undefined)
    return Object.entries(here).map(([key, value], index, all) =>
      find(key, known(value), known(all.slice(0, index).map(([, other]) => other))),
    );
  const index = reference<number>(names.key);
  return new Looped(
    { ...names, over: collection },
    find(text(reference(names.key)), reference(names.value), call("slice", collection, 0, index)),
  );
}

/** Findings with what they are of before where they stand. */
export function within(at: string, findings: Findings): Findings {
  if (findings instanceof Looped) return new Looped(findings.loop, within(at, findings.inner));
  if (isList(findings)) return findings.map((one) => within(at, one));
  return { ...findings, at: `${at}${findings.at ?? ""}` };
}

/** All findings, one after the other; those of a configuration have no loops. */
function listed(findings: Findings): readonly Finding[] {
  if (findings instanceof Looped) throw new Error("a configuration has no entry that Terraform alone knows");
  return isList(findings) ? findings.flatMap(listed) : [findings];
}

export function isList(findings: Findings): findings is readonly Findings[] {
  return Array.isArray(findings);
}

/** Findings that are faults, as violations. */
function violationsIn(findings: Findings, path: string, fix: () => string): readonly Violation[] {
  return listed(findings)
    .filter(({ holds }) => decided(holds) === false)
    .map(({ at = "", value, allowed, fix: own }) => ({
      path: `${path}${at}`,
      value: value ?? undefined,
      allowed,
      fix: own ?? fix(),
    }));
}

/**
 * A rule that is told once. A configuration is held against the rule here, a module by Terraform; both refuse with the same words.
 * @typeParam Subject what the rule is about, as constructs see it
 * @typeParam Known the same of a configuration
 */
export interface TableRule<Subject, Known> {
  /** Of the setting that is at fault, below what the rule is about. */
  readonly path: string;
  readonly find: (subject: Subject, group: GroupSettings) => Findings;
  /** What to do about a fault. A module, whose error is one sentence, leaves this out. */
  readonly fix: (known: Known) => string;
}

export type GroupTableRule = TableRule<GroupSettings, Configuration>;

/** The rules of a table about the group as a whole. */
export function groupRules(table: readonly GroupTableRule[]): readonly Rule[] {
  return table.map(({ path, find, fix }) => (configuration) => {
    const settings = settingsOf(configuration);
    return violationsIn(find(settings, settings), path, () => fix(configuration));
  });
}

/** The rules of a table, for each logical queue of a configuration. */
export function queueRules(
  table: readonly TableRule<LogicalQueueSettings, QueueConfiguration>[],
): readonly QueueRule[] {
  return table.map(({ path, find, fix }) => (configuration, name, queue) => {
    const settings = settingsOf(configuration);
    const findings = find(settings.queues[name]!, settings);
    return violationsIn(findings, `queues.${name}.${path}`, () => fix(queue));
  });
}
