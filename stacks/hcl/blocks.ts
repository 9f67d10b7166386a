import type { TerraformOutput, TerraformResource } from "cdktf";
import { resolve } from "cdktf/lib/_tokens";
import { allOf } from "../../core/expression";
import { type Condition, Formula, partsOf } from "../../core/value";
import { conditionOf, symbolsOf } from "../../modules/address";

/** An argument or a nested block of a resource, as its class describes it. */
interface Attribute {
  readonly value: unknown;
  readonly isBlock: boolean;
}

export interface NestedBlock {
  readonly name: string;
  readonly body: Body;
  /** Under which it is there. */
  readonly condition: Condition;
}

export interface Body {
  readonly args: readonly (readonly [name: string, value: unknown])[];
  readonly blocks: readonly NestedBlock[];
}

/** A resource of a module, before it is written. */
export interface ResourceBlock {
  readonly type: string;
  readonly name: string;
  /** What it is made for, each of these together; empty: once. */
  readonly symbols: readonly string[];
  /** Under which condition it is there. */
  readonly condition: Condition;
  readonly body: Body;
  readonly dependsOn: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly createBeforeDestroy: boolean;
}

/** An output of a module, before it is written. */
export interface OutputBlock {
  readonly name: string;
  readonly description: string;
  readonly value: unknown;
  readonly symbols: readonly string[];
  readonly condition: Condition;
}

/** What an output of a module is, from its construct. */
export function outputBlock(output: TerraformOutput): OutputBlock {
  const symbols = symbolsOf(output);
  return {
    name: (symbols.length === 0 ? output.friendlyUniqueId : plural(output.friendlyUniqueId)).replace(
      "dlq_queue",
      "dead_letter_queue",
    ),
    description: described(resolve(output, output.description) as string),
    value: resolve(output, output.value),
    symbols,
    condition: conditionOf(output),
  };
}

/** What is put out for several is a map of them. */
function plural(name: string): string {
  if (name.endsWith("s")) return name;
  return name.endsWith("y") ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** A text in which references to what is described for several are words. */
function described(text: string): string {
  return partsOf(text)
    .map((part) => (typeof part === "string" ? part : (WORDS[part.texts.join("")] ?? "it")))
    .join("");
}

const WORDS: Readonly<Record<string, string>> = {
  "@queue": "each logical queue",
  "@peer": "each peer",
  "@home": "each home",
  "@region": "each region",
  "var.region": "this region",
  "var.failover_group": "the failover group",
};

interface Lifecycle {
  readonly ignore_changes?: readonly string[];
  readonly create_before_destroy?: boolean;
}

/** What a resource of a module is, from its construct. */
export function resourceBlock(resource: TerraformResource): ResourceBlock {
  const resolved = resolve(resource, resource.toHclTerraform()) as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
  };
  const type = resource.terraformResourceType;
  const name = resource.friendlyUniqueId;
  const { depends_on, lifecycle, provider, "//": metadata, ...attributes } = resolved.resource[type]![name]!;
  const { ignore_changes, create_before_destroy } = (lifecycle ?? {}) as Lifecycle;
  void provider;
  void metadata;
  return {
    type,
    name,
    symbols: symbolsOf(resource),
    condition: conditionOf(resource),
    body: bodyOf(attributes as Readonly<Record<string, Attribute>>),
    dependsOn: (depends_on ?? []) as readonly string[],
    ignoreChanges: ignore_changes ?? [],
    createBeforeDestroy: create_before_destroy ?? false,
  };
}

function bodyOf(attributes: Readonly<Record<string, Attribute>>): Body {
  const entries = Object.entries(attributes).filter(([, attribute]) => attribute?.value !== undefined);
  return {
    args: entries.flatMap(([name, { value, isBlock }]) => (isBlock ? [] : [[name, value] as const])),
    blocks: entries.flatMap(([name, { value, isBlock }]) => (isBlock ? nested(name, value) : [])),
  };
}

function nested(name: string, value: unknown): readonly NestedBlock[] {
  const contents = Array.isArray(value) ? value : [value];
  return contents.map((content) => {
    const body = bodyOf(content as Readonly<Record<string, Attribute>>);
    const conditions = body.args.flatMap(([, item]) => conditionsIn(item));
    const distinct = new Map(conditions.map((condition) => [String(condition), condition]));
    return { name, body, condition: allOf(...distinct.values()) };
  });
}

/** The condition that the arguments of a block carry. */
function conditionsIn(value: unknown): readonly Condition[] {
  if (typeof value !== "string") return [];
  return partsOf(value).flatMap((part) => {
    const condition = part instanceof Formula ? part.notes.blockCondition : undefined;
    return condition === undefined ? [] : [condition as Condition];
  });
}
