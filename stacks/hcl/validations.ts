import { REGION_TEXT } from "../../config/fields";
import { allowedSize, SIZES } from "../../config/sizes";
import { comprehension, type Loop, literal } from "./hcl-text";
import { matching } from "./patterns";
import { escaped } from "./render";
import {
  type Alternative,
  alternativesOf,
  attributesOf,
  checksOf,
  isObject,
  isUnion,
  type Presence,
  type Schema,
  singular,
} from "./schema-tree";

/** What a variable must be beyond its type. */
export interface Validation {
  /** An expression. */
  readonly condition: string;
  /** An expression: a sentence for each value that is at fault. */
  readonly errorMessage: string;
}

/** Something to check in a variable, or in each entry of its maps and lists. */
export interface Constraint {
  /** As the configuration file spells it, without keys: `queues.delay_seconds`. */
  readonly field: string;
  /** What the sentence begins with, inside of a text. */
  readonly subject: string;
  readonly loops: readonly Loop[];
  /** An expression of the variable and of those of the loops. */
  readonly holds: string;
  /** What is allowed, inside of a text. */
  readonly allowed: string;
}

/** Where a value stands. */
interface Place {
  /** The expression that reads it. */
  readonly value: string;
  /** Its path, inside of a text, with keys. */
  readonly path: string;
  /** Its path without keys. */
  readonly field: string;
  readonly loops: readonly Loop[];
  /** Expressions that are `null` where it is not to be checked, from the outside in. */
  readonly guards: readonly string[];
  readonly presence: Presence;
}

/** Constraints of the schema, one per field. */
export function constraintsOf(name: string, schema: Schema, presence: Presence): readonly Constraint[] {
  const value = `var.${name}`;
  const place: Place = {
    value,
    path: name,
    field: name,
    loops: [],
    guards: presence === "optional" ? [value] : [],
    // No variable with a default, and none that is required, may be null.
    presence: presence === "required" ? { default: undefined } : presence,
  };
  return [...sizeOf(name, place), ...below(schema, place)];
}

export function validationOf({ subject, loops, holds, allowed }: Constraint): Validation {
  const sentence = `"${subject}: ${allowed}."`;
  if (loops.length === 0) return { condition: holds, errorMessage: sentence };
  const flat = (list: string) => (loops.length === 1 ? list : `flatten(${list})`);
  return {
    condition: `alltrue(${flat(comprehension(loops, holds))})`,
    errorMessage: `join(" ", ${flat(comprehension(loops, sentence, `!(${holds})`))})`,
  };
}

function below(schema: Schema, place: Place): readonly Constraint[] {
  if (isObject(schema)) {
    const own = isUnion(schema) ? [oneOfAlternatives(schema, place)] : [];
    const fields = attributesOf(schema).map((attribute) => ({
      schema: attribute.schema,
      place: fieldOf(place, attribute.name, attribute.presence),
    }));
    return [...own, ...fields.flatMap((field) => below(field.schema, field.place))];
  }
  switch (schema.def.type) {
    case "record": {
      const { keyType, valueType } = schema.def;
      const entry = entryOf(place, keyType!, valueType!);
      return [keyConstraint(schema, entry), ...ofEntry(valueType!, entry)];
    }
    case "array": {
      const { element } = schema.def;
      return [...leaf(schema, place), ...ofEntry(element!, itemOf(place, element!))];
    }
    default:
      return leaf(schema, place);
  }
}

/** An object has to be there; what it is beyond that is checked of those that are. */
function ofEntry(schema: Schema, entry: Place): readonly Constraint[] {
  const inner = below(schema, entry);
  if (!isObject(schema)) return inner;
  const words = wordsFor(schema, [null]);
  return [constraint({ ...entry, loops: withNulls(entry.loops) }, `${entry.value} != null`, words), ...inner];
}

function withNulls(loops: readonly Loop[]): readonly Loop[] {
  return loops.map((loop, index) => (index === loops.length - 1 ? { ...loop, skipsNull: false } : loop));
}

function fieldOf(place: Place, name: string, presence: Presence): Place {
  const value = `${place.value}.${name}`;
  return {
    ...place,
    value,
    path: `${place.path}.${name}`,
    field: `${place.field}.${name}`,
    guards: presence === "optional" ? [...place.guards, value] : place.guards,
    presence,
  };
}

function entryOf(place: Place, key: Schema, value: Schema): Place {
  const byName = isObject(value) ? "name" : "key";
  return inLoop(place, isRegion(key) && place.field !== "regions" ? "region" : byName, "{}", isObject(value));
}

function itemOf(place: Place, item: Schema): Place {
  return inLoop(place, "index", "[]", isObject(item));
}

function inLoop(place: Place, keyName: string, none: string, skipsNull: boolean): Place {
  const taken = new Set(place.loops.flatMap(({ key, value }) => [key, value]));
  const free = (name: string): string => (taken.has(name) ? free(`inner_${name}`) : name);
  const key = free(keyName);
  taken.add(key);
  const value = free(singular(place.field.slice(place.field.lastIndexOf(".") + 1)));
  return {
    value,
    path: `${place.path}.\${${key}}`,
    field: place.field,
    loops: [...place.loops, { key, value, over: overOf(place, none), skipsNull }],
    guards: [],
    presence: "required",
  };
}

/** A list or a map to go through, none where it is `null`. */
function overOf({ value, guards, presence }: Place, none: string): string {
  if (guards.length === 0 && typeof presence === "object") return value;
  const isBelowNull = guards.some((guard) => guard !== value);
  return `coalesce(${isBelowNull ? `try(${value}, null)` : value}, ${none})`;
}

function isRegion(key: Schema): boolean {
  return wordsFor(key, [NOWHERE]) === REGION_TEXT;
}

/** A constraint of what a place holds, which is met where a guard is `null`. */
function constraint(place: Place, holds: string, allowed: string, shown = place.value): Constraint {
  const isAtRest = place.loops.length > 0 || place.guards.length === 0;
  return {
    field: place.field,
    subject: `${place.path} is \${jsonencode(${isAtRest ? shown : `try(${shown}, null)`})}`,
    loops: place.loops,
    holds: [...place.guards.map((guard) => `${guard} == null ? true : `), holds].join(""),
    allowed: escaped(allowed),
  };
}

function leaf(schema: Schema, place: Place): readonly Constraint[] {
  const holds = conditionOf(schema, place);
  if (holds === undefined) return [];
  const isUnset = typeof place.presence === "object" || place.guards.includes(place.value);
  const isSafe = isUnset || isOfPatterns(schema);
  return [constraint(place, isSafe ? holds : `try(${holds}, false)`, wordsOf(schema))];
}

/** Whether `null` simply does not match. */
function isOfPatterns(schema: Schema): boolean {
  const { type, options } = schema.def;
  if (type === "union") return options!.every(isOfPatterns);
  return type === "string" && checksOf(schema).every(({ check }) => check === "string_format");
}

/** The condition of a value that is there; `undefined` where its type says all. */
function conditionOf(schema: Schema, place: Place): string | undefined {
  const { value, field } = place;
  const { type, entries, values, options } = schema.def;
  if (type === "union") return options!.map((option) => conditionOf(option, place)).join(" || ");
  if (type === "enum") return `contains(${literal(Object.values(entries!))}, ${value})`;
  if (type === "literal") return `contains(${literal(values)}, ${value})`;
  const parts = checksOf(schema).map((check): string => {
    switch (check.check) {
      case "greater_than":
        return `${value} >= ${check.value}`;
      case "less_than":
        return `${value} <= ${check.value}`;
      case "min_length":
        return `length(${value}) >= ${check.minimum}`;
      case "max_length":
        return `length(${value}) <= ${check.maximum}`;
      case "string_format":
        return matching(value, check.pattern!);
      case "custom":
        return refined(value, field);
      default:
        throw new Error(`${field}: no condition for ${check.check}`);
    }
  });
  const all = type === "number" ? [`floor(${value}) == ${value}`, ...parts] : parts;
  return all.length === 0 ? undefined : all.join(" && ");
}

/** What code checks, as far as Terraform can, by field. */
const REFINEMENTS: Readonly<Record<string, (value: string) => string>> = {
  "queues.ledger_key": (value) => `trimspace(${value}) != ""`,
};

function refined(value: string, field: string): string {
  const refinement = REFINEMENTS[field];
  if (refinement === undefined) throw new Error(`${field}: no condition for what code checks`);
  return refinement(value);
}

function keyConstraint(schema: Schema, entry: Place): Constraint {
  const { key } = entry.loops.at(-1)!;
  const path = entry.path.slice(0, -`.\${${key}}`.length);
  return {
    field: `${entry.field}{}`,
    subject: `${path} has the key \${jsonencode(${key})}`,
    loops: withNulls(entry.loops),
    holds: checksOf(schema.def.keyType!)
      .map(({ pattern }) => matching(key, pattern!))
      .join(" && "),
    allowed: escaped(keyWords(schema)),
  };
}

function sizeOf(name: string, place: Place): readonly Constraint[] {
  const size = SIZES[name];
  if (size === undefined) return [];
  const bounds = [
    `length(${place.value}) >= ${size.min}`,
    ...(Number.isFinite(size.max) ? [`length(${place.value}) <= ${size.max}`] : []),
  ];
  return [constraint(place, bounds.join(" && "), allowedSize(name), `keys(${place.value})`)];
}

function oneOfAlternatives(schema: Schema, place: Place): Constraint {
  const alternatives = alternativesOf(schema);
  const conditions = alternatives.map(({ literals, required, foreign }) =>
    [
      ...Object.entries(literals).map(([name, value]) => `${place.value}.${name} == ${literal(value)}`),
      ...required.map((name) => `${place.value}.${name} != null`),
      ...foreign.map((name) => `${place.value}.${name} == null`),
    ].join(" && "),
  );
  return constraint(
    place,
    `try(${conditions.join(" || ")}, false)`,
    `${wordsOf(schema)}${fieldWords(alternatives)}`,
  );
}

/** Which fields go with which type. */
function fieldWords(alternatives: readonly Alternative[]): string {
  const told = alternatives.filter(({ literals }) => Object.keys(literals).length > 0);
  if (told.length === 0) return "";
  const words = told.map(
    ({ literals, required }) => `${Object.values(literals).join()} with ${required.join(", ") || "no more"}`,
  );
  return `; ${words.join(", ")}`;
}

const NOWHERE = "\u0000";
const ENDLESS = "x".repeat(100_000);

/** The words of the schema for what is allowed. */
function wordsOf(schema: Schema): string {
  const { type, options } = schema.def;
  if (type === "union" && !isObject(schema)) return options!.map(wordsOf).join(", or ");
  return wordsFor(schema, type === "array" ? [[]] : [NOWHERE, ENDLESS, 0.5]);
}

function wordsFor(schema: Schema, faults: readonly unknown[]): string {
  for (const fault of faults) {
    const { error } = schema.safeParse(fault);
    if (error !== undefined) return error.issues[0]!.message;
  }
  throw new Error("there is nothing that it refuses");
}

function keyWords(map: Schema): string {
  const issues = map.safeParse({ [NOWHERE]: undefined }).error?.issues ?? [];
  return issues.find(({ code }) => code === "invalid_key")!.message;
}
