import type { Range } from "../limits";

/** A page of AWS's documentation that says what an entry says. */
interface Documented {
  readonly page: string;
}

/** A text: how many characters it has, and of which kind. */
export interface TextRule extends Documented {
  readonly kind: "text";
  readonly length: Range;
  /** Regular expression, with the `u` flag, that the whole text matches. @default any characters */
  readonly pattern?: string;
  /** What the pattern means, for readers. */
  readonly characters?: string;
}

/** A whole number, or a number as text. */
export interface NumberRule extends Documented {
  readonly kind: "number";
  readonly range: Range;
}

/** One of a few values. */
export interface ChoiceRule extends Documented {
  readonly kind: "choice";
  readonly values: readonly (string | number)[];
}

/** How the size of a text is counted: white space of policies is free in IAM, and nowhere else. */
export type SizeUnit = "bytes" | "characters without white space";

/** The size of a text, or of all names and values of a map together. */
export interface SizeRule extends Documented {
  readonly kind: "size";
  readonly max: number;
  readonly unit: SizeUnit;
}

/** Length of a list. */
export interface ListRule extends Documented {
  readonly kind: "list";
  readonly max: number;
}

/** A policy document: its size, and how many parts it may have. */
export interface PolicyRule extends Documented {
  readonly kind: "policy";
  readonly max: number;
  readonly unit: SizeUnit;
  readonly statements?: number;
  readonly principals?: number;
  readonly conditions?: number;
  readonly actionsPerStatement?: number;
}

/** What several resources use up together: a number of units, or the size of a text. */
export interface SumRule extends Documented {
  readonly kind: "sum";
  readonly max: number;
  readonly unit: SizeUnit | "executions";
  /** What the sum is taken over. */
  readonly per: "role" | "function" | "account and region";
}

/** A batch of an event source mapping, which depends on the window and on the kind of queue. */
export interface BatchRule extends Documented {
  readonly kind: "batch";
  readonly range: Range;
  /** Above this, a batching window of at least one second is required. */
  readonly withoutWindow: number;
  /** The most for a FIFO queue, which has no window. */
  readonly fifo: number;
}

export type Rule =
  | TextRule
  | NumberRule
  | ChoiceRule
  | SizeRule
  | ListRule
  | PolicyRule
  | SumRule
  | BatchRule;

/** Tags of one resource. Keys that begin with `aws:`, in any case, are those of AWS. */
export interface TagRules extends Documented {
  readonly max: number;
  readonly key: Pick<TextRule, "length" | "pattern" | "characters">;
  readonly value: Pick<TextRule, "length" | "pattern" | "characters">;
  /** Whether two keys that differ in case alone are one. @default false */
  readonly ignoresCase?: boolean;
}

/** How many there may be. */
export interface CountRule extends Documented {
  /** What is counted, in the plural: types with the same word count together. */
  readonly of: string;
  readonly per: "account" | "account and region" | "role" | "event bus" | "rule" | "hosted zone" | "target";
  readonly max: number;
  /** Regions with another number. */
  readonly inRegions?: Readonly<Record<string, number>>;
  /** Whether AWS raises the number on request. */
  readonly raisable: boolean;
}

/** Regions that lack what is everywhere else. */
export interface RegionRule extends Documented {
  readonly without: readonly string[];
}

/** What AWS documents about one type of resource. Attributes have Terraform's names. */
export interface ResourceQuotas {
  readonly attributes: Readonly<Record<string, Rule>>;
  readonly tags?: TagRules;
  readonly count?: CountRule;
  readonly regions?: RegionRule;
}

/** What a rule allows, in words. */
export function allowedBy(rule: Rule): string {
  switch (rule.kind) {
    case "text": {
      const characters = `${spread(rule.length)} characters`;
      return rule.characters === undefined ? characters : `${characters}: ${rule.characters}`;
    }
    case "number":
      return spread(rule.range);
    case "choice":
      return rule.values.join(", ");
    case "size":
      return `up to ${figure(rule.max)} ${rule.unit}`;
    case "list":
      return `up to ${figure(rule.max)}`;
    case "policy":
      return [`up to ${figure(rule.max)} ${rule.unit}`, ...partsOf(rule)].join(", ");
    case "sum":
      return `up to ${figure(rule.max)} ${rule.unit} of all together, per ${rule.per}`;
    case "batch":
      return `${spread(rule.range)}; above ${rule.withoutWindow} with a window of at least 1 second; up to ${rule.fifo} of a FIFO queue`;
  }
}

function partsOf(rule: PolicyRule): readonly string[] {
  const { statements, principals, conditions, actionsPerStatement } = rule;
  const parts = { statements, principals, conditions, "actions in a statement": actionsPerStatement };
  return Object.entries(parts).flatMap(([name, most]) => (most === undefined ? [] : [`${most} ${name}`]));
}

/** What is allowed of the tags of a resource, in words. */
export function allowedTags({ max, key, value, ignoresCase }: TagRules): string {
  const characters = key.characters === undefined ? "" : `: ${key.characters}`;
  const unique = ignoresCase ? "; keys that differ in case alone are one" : "";
  return `up to ${max}; key ${spread(key.length)}, value ${spread(value.length)} characters${characters}${unique}; no key begins with aws: in any case`;
}

/** How many there may be, in words. */
export function allowedCount({ of, per, max, inRegions = {}, raisable }: CountRule): string {
  const others = Object.entries(inRegions).map(([region, most]) => `, ${figure(most)} in ${region}`);
  return `${figure(max)} ${of} per ${per}${others.join("")}; ${raisable ? "can be raised" : "cannot be raised"}`;
}

function spread({ min, max }: Range): string {
  return `${figure(min)} to ${figure(max)}`;
}

/** A number as readers want it. */
export function figure(number: number): string {
  return number.toLocaleString("en-US");
}
