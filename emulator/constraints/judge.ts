import { allowedBy, type PolicyRule, type Rule, type SizeUnit, type TagRules } from "../../core/quotas/rules";
import { documentIn, listIn } from "./protocols/protocol";

export type Tags = readonly (readonly [key: string, value: string])[];

/** What a batch rule asks about a mapping. */
export interface Batch {
  readonly size: number;
  readonly windowSeconds: number;
  readonly fifo: boolean;
}

/** In which way a request breaks the table; services answer each way with a code of their own. */
export type Breach = Rule["kind"] | "tag" | "tagTwice" | "tagCount" | "count" | "region";

/** A constraint of AWS that a request breaks. */
export interface Broken {
  readonly breach: Breach;
  /** Names the resource, the rule and its page. */
  readonly message: string;
  /** Attribute at fault, or what there are too many of. */
  readonly subject?: string;
}

const SHOWN_CHARACTERS = 60;

/** What is wrong with a value, in words, or `undefined`. Sums need to know what is there already: {@link unitsOf}. */
export function faultIn(rule: Rule, value: unknown): string | undefined {
  switch (rule.kind) {
    case "text": {
      const text = String(value);
      const fits =
        isWithin([...text].length, rule.length) &&
        (rule.pattern === undefined || new RegExp(`^(?:${rule.pattern})$`, "su").test(text));
      return fits ? undefined : shown(text);
    }
    case "number": {
      const number = Number(value);
      return Number.isInteger(number) && isWithin(number, rule.range) ? undefined : shown(value);
    }
    case "choice":
      return rule.values.some((allowed) => allowed === value || String(allowed) === value)
        ? undefined
        : shown(value);
    case "size":
      return exceeding(sizeOf(value, rule.unit), rule.max, rule.unit);
    case "list":
      return exceeding((value as readonly unknown[]).length, rule.max, "entries");
    case "policy":
      return exceeding(sizeOf(value, rule.unit), rule.max, rule.unit) ?? faultInParts(rule, String(value));
    case "batch": {
      const { size, windowSeconds, fifo } = value as Batch;
      if (!isWithin(size, rule.range)) return shown(size);
      if (fifo && size > rule.fifo) return `${size} of a FIFO queue`;
      return size > rule.withoutWindow && windowSeconds < 1 ? `${size} without a window` : undefined;
    }
    case "sum":
      return undefined;
  }
}

/** How much of a sum a value uses up. */
export function unitsOf(unit: SizeUnit | "executions", value: unknown): number {
  return unit === "executions" ? Number(value) : sizeOf(value, unit);
}

/** What is wrong with tags by themselves. How many a resource has depends on earlier calls. */
export function faultInTags(rules: TagRules, tags: Tags): Pick<Broken, "breach" | "message"> | undefined {
  const seen = new Set<string>();
  for (const [key, value] of tags) {
    const same = tagKey(rules, key);
    if (seen.has(same)) return { breach: "tagTwice", message: `has the tag key ${shown(key)} twice` };
    seen.add(same);
    if (key.toLowerCase().startsWith("aws:")) {
      return { breach: "tag", message: `has a tag key that AWS reserves: ${shown(key)}` };
    }
    const fault = faultIn({ kind: "text", page: rules.page, ...rules.key }, key);
    if (fault !== undefined) return { breach: "tag", message: `has the tag key ${fault}` };
    const faultInValue = faultIn({ kind: "text", page: rules.page, ...rules.value }, value);
    if (faultInValue !== undefined) {
      return { breach: "tag", message: `has the tag value ${faultInValue} (key ${shown(key)})` };
    }
  }
  return undefined;
}

/** The key as the service compares it. */
export function tagKey({ ignoresCase }: TagRules, key: string): string {
  return ignoresCase ? key.toLowerCase() : key;
}

/** A fault of an attribute, as a sentence that names the rule. */
export function sentence(type: string, attribute: string, fault: string, rule: Rule): string {
  return `${type} ${attribute} is ${fault}, and AWS allows ${allowedBy(rule)} (${rule.page})`;
}

/** A value as messages show it. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  const { length } = [...text];
  return length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}… (${length} characters)`;
}

interface Statement {
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, object>>;
}

function faultInParts(rule: PolicyRule, document: string): string | undefined {
  const statements = listIn(documentIn(document).Statement) as readonly Statement[];
  const principals = statements.flatMap(({ Principal: principal = [] }) =>
    typeof principal === "string" ? [principal] : Object.values(principal).flat(),
  );
  const conditions = statements.flatMap(({ Condition: condition = {} }) =>
    Object.values(condition).flatMap((keys) => Object.keys(keys)),
  );
  const actions = statements.map(({ Action, NotAction }) => [Action ?? NotAction ?? []].flat().length);
  return (
    exceeding(statements.length, rule.statements, "statements") ??
    exceeding(principals.length, rule.principals, "principals") ??
    exceeding(conditions.length, rule.conditions, "conditions") ??
    exceeding(Math.max(0, ...actions), rule.actionsPerStatement, "actions in a statement")
  );
}

function exceeding(number: number, max: number | undefined, unit: string): string | undefined {
  return max !== undefined && number > max ? `${number} ${unit}` : undefined;
}

function isWithin(number: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return number >= min && number <= max;
}

/** Of a map: all names and values together. */
function sizeOf(value: unknown, unit: SizeUnit): number {
  const text =
    typeof value === "object" && value !== null ? Object.entries(value).flat().join("") : String(value);
  return unit === "bytes" ? Buffer.byteLength(text) : [...text.replace(/\s/g, "")].length;
}
