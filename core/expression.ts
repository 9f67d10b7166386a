/**
 * Values that only Terraform knows. The same code describes resources for a configuration that is at hand and for the variables of a
 * module: there a text may contain references such as `${var.name}`, and the functions here note what Terraform is to compute where they
 * would compute themselves. Given plain values they compute.
 *
 * A *symbol*, `${@peer}`, is any of several. What is described once for a symbol is made for each.
 */

/** A condition that is decided here, or by Terraform. */
export type Condition = boolean | string;

/** What Terraform computes: texts of its language with values between them. */
export interface Formula {
  readonly texts: readonly string[];
  readonly values: readonly unknown[];
  /** A symbol that only this formula knows, and its variable there. */
  readonly variable?: { readonly symbol: string; readonly name: string };
  /** What says the opposite, of a condition. */
  readonly opposite?: string;
  /** The value that a condition asks for, whether it was given. */
  readonly asksFor?: unknown;
  /** Name of the local in which a module notes it, so that it is written once. */
  readonly local?: string;
  /** Under which condition the block is there that this is an argument of. */
  readonly blockCondition?: string;
}

/** References have no braces of their own: what is more than a reference is a formula, and has a number. */
const REFERENCE = /\$\{([^{}]*)\}/g;
const formulas: Formula[] = [];

/** What a number in a text, `${#7}`, stands for. */
export function formulaAt(number: number): Formula {
  return formulas[number]!;
}

/**
 * A value that Terraform computes: `expression\`max(${one}, ${other})\``.
 * @returns a text that stands for it, as whatever type the place where it is put has
 */
export function expression<T = string>(texts: TemplateStringsArray, ...values: readonly unknown[]): T {
  return noted(texts, values);
}

/** What a function of Terraform's makes of values. */
export function call<T = string>(name: string, ...values: readonly unknown[]): T {
  return noted([`${name}(`, ...values.slice(1).map(() => ", "), ")"], values);
}

function noted<T>(
  texts: readonly string[],
  values: readonly unknown[],
  more: Omit<Formula, "texts" | "values"> = {},
): T {
  formulas.push({ texts, values, ...more });
  return `\${#${formulas.length - 1}}` as T;
}

/** A value that is used in several places, with the name under which a module notes it. */
export function named<T>(local: string, value: T): T {
  return isKnown(value) ? value : noted(["", ""], [value], { local });
}

/** An argument of a block that is there under a condition. */
export function inBlock<T>(condition: string, value: T): T {
  return noted(["", ""], [value], { blockCondition: condition });
}

/** A text split at its references; a reference is told without `${` and `}`. */
export function partsOf(text: string): readonly { readonly text: string; readonly isReference: boolean }[] {
  return text
    .split(REFERENCE)
    .map((part, index) => ({ text: part, isReference: index % 2 === 1 }))
    .filter(({ text: part, isReference }) => isReference || part !== "");
}

/** Whether a value is known here, down to the leaves of lists and objects. */
export function isKnown(value: unknown): boolean {
  if (typeof value === "string") return !value.includes("${");
  if (value === null || typeof value !== "object") return true;
  if (value instanceof Given || value instanceof Spread) return false;
  return Object.entries(value).every(([key, item]) => isKnown(key) && isKnown(item));
}

/** An element of a list, or a field of an object, that is there under a condition which Terraform decides. */
export class Given {
  constructor(
    readonly condition: string,
    readonly value: unknown,
  ) {}
}

/** Elements of a list that Terraform alone knows. */
export class Spread {
  constructor(readonly list: string) {}
}

/** Elements of a list among others: `[one, ...spread(others)]`. */
export function spread<T>(list: readonly T[]): readonly T[] {
  return typeof list === "string" ? [new Spread(list) as T] : list;
}

/** Elements of a list that are there under a condition: `[one, ...given(condition, another)]`. */
export function given<T>(condition: Condition, ...values: readonly T[]): readonly T[] {
  if (typeof condition === "boolean") return condition ? values : [];
  return values.map((value) => conditioned(condition, value) as T);
}

function conditioned(condition: string, value: unknown): Given {
  if (!(value instanceof Given)) return new Given(condition, value);
  return new Given(allOf(condition, value.condition) as string, value.value);
}

/** Fields of an object that are there under a condition: `{ one, ...fields(condition, { another }) }`. */
export function fields<T extends object>(condition: Condition, values: T): Partial<T> {
  if (typeof condition === "boolean") return condition ? values : {};
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, conditioned(condition, value)]),
  ) as Partial<T>;
}

/** Arguments of a resource that are made under a condition; `null` is as good as none. */
export function optional<T extends object>(condition: Condition, values: T): Partial<T> {
  if (typeof condition === "boolean") return condition ? values : {};
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, when(condition, value, null)]),
  ) as Partial<T>;
}

/** A value as JSON. */
export function json(value: unknown): string {
  return isKnown(value) ? JSON.stringify(value) : call("jsonencode", value);
}

/** One of two values, which are of one type. */
export function when<T, E = T>(condition: Condition, then: T, otherwise: E): T | E {
  if (typeof condition === "boolean") return condition ? then : otherwise;
  if (otherwise === null && formulaOf(condition)?.asksFor === then) return then;
  return expression`(${condition} ? ${then} : ${otherwise})`;
}

export function not(condition: Condition): Condition {
  if (typeof condition === "boolean") return !condition;
  return formulaOf(condition)?.opposite ?? noted(["!", ""], [condition], { opposite: condition });
}

/** The formula that a text stands for, if it is one and nothing else. */
function formulaOf(text: string): Formula | undefined {
  const number = /^\$\{#(\d+)\}$/.exec(text)?.[1];
  return number === undefined ? undefined : formulas[Number(number)];
}

export function allOf(...conditions: readonly Condition[]): Condition {
  if (conditions.includes(false)) return false;
  return joined(conditions, "&&", true);
}

export function anyOf(...conditions: readonly Condition[]): Condition {
  if (conditions.includes(true)) return true;
  return joined(conditions, "||", false);
}

function joined(conditions: readonly Condition[], operator: "&&" | "||", none: boolean): Condition {
  const open = conditions.filter((condition) => typeof condition === "string");
  if (open.length < 2) return open[0] ?? none;
  return noted(["(", ...open.slice(1).map(() => ` ${operator} `), ")"], open);
}

/** Whether two plain values are the same. */
export function equal(one: unknown, other: unknown): Condition {
  if (isKnown(one) && isKnown(other)) return one === other;
  const values = [one, other];
  return noted(["(", " == ", ")"], values, { opposite: noted(["(", " != ", ")"], values) });
}

/** Whether a value is one of a list. */
export function isOneOf<T>(value: T, values: readonly T[]): Condition {
  return isKnown(value) && isKnown(values) ? values.includes(value) : call("contains", values, value);
}

const presence = new WeakMap<object, Condition>();

/** Notes under which condition an object is there whose fields are references. */
export function presentIf<T extends object>(condition: Condition, value: T): T {
  presence.set(value, condition);
  return value;
}

/** Whether a value was given: an optional object, or a field that may be `null`. */
export function isSet(value: unknown): Condition {
  if (value === undefined || value === null || value === false) return false;
  if (typeof value === "object") return presence.get(value) ?? true;
  if (isKnown(value)) return true;
  const opposite: string = expression`(${value} == null)`;
  return noted(["(", " != null)"], [value], { opposite, asksFor: value });
}

/** A value, or another where none was given. */
export function fallback<T, E = T>(value: T | undefined, otherwise: E): T | E {
  if (value === undefined || value === null) return otherwise;
  if (otherwise === undefined || otherwise === null || isKnown(value)) return value;
  return isKnown(otherwise) ? call("coalesce", value, otherwise) : when(isSet(value), value, otherwise);
}

/** The fields of an object, and of another those that were given, which win. */
export function overlaid<T extends object, O extends object>(base: T, over: O): T & Defined<O> {
  const result = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = result[key];
    result[key] =
      isPlainObject(value) && presence.has(value) ? overlaidObject(below, value) : fallback(value, below);
  }
  return result as T & Defined<O>;
}

/** One of two optional objects as a whole. */
function overlaidObject(below: unknown, value: object): object {
  const isGiven = isSet(value);
  const pairs = Object.entries(value).map(([key, item]) => [
    key,
    when(isGiven, item, isPlainObject(below) ? Reflect.get(below, key) : null),
  ]);
  return presentIf(anyOf(isGiven, isSet(below)), Object.fromEntries(pairs));
}

function isPlainObject(value: unknown): value is object {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
export type Defined<T> = Omit<T, OptionalKeys<T>> & { [K in OptionalKeys<T>]?: Exclude<T[K], undefined> };

export function product(one: number, other: number): number {
  return isKnown([one, other]) ? one * other : expression`(${one} * ${other})`;
}

export function sum(...numbers: readonly number[]): number {
  if (isKnown(numbers)) return numbers.reduce((total, number) => total + number, 0);
  const [first, ...others] = numbers;
  return others.reduce<number>((total, number) => expression`(${total} + ${number})`, first ?? 0);
}

/** Maps as one; of equal keys the last one counts. */
export function joinedMaps<T>(...maps: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> {
  return maps.some((map) => typeof map === "string") ? call("merge", ...maps) : Object.assign({}, ...maps);
}

/** A map for an argument of a resource, which must not be read-only. */
export function mapOf<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return typeof map === "string" ? (map as unknown as Record<string, T>) : { ...map };
}

export function largest(...numbers: readonly number[]): number {
  return isKnown(numbers) ? Math.max(...numbers) : expression`max(${numbers}...)`;
}

export function smallest(...numbers: readonly number[]): number {
  return isKnown(numbers) ? Math.min(...numbers) : call("min", ...numbers);
}

/** Whether a list, all of whose elements Terraform may know alone, has none. */
export function isEmpty(list: readonly unknown[]): Condition {
  if (typeof list !== "string") return list.length === 0;
  const opposite: string = expression`(length(${list}) > 0)`;
  return noted(["(length(", ") == 0)"], [list], { opposite });
}

/** What is made of each element of a list; of those alone that meet a condition, if there is one. */
export function each<T, R>(
  list: readonly T[],
  make: (item: T, index: number | string) => R,
  meets: (item: T) => Condition = () => true,
): readonly R[] {
  if (typeof list !== "string") {
    return list.flatMap((item, index) => {
      if (item instanceof Spread) return spread(each(item.list as unknown as readonly T[], make, meets));
      if (!(item instanceof Given)) return given(meets(item), make(item, index));
      const value = item.value as T;
      return given(allOf(item.condition, meets(value)), make(value, index));
    });
  }
  const symbol = `@each${formulas.length}`;
  const item = `\${${symbol}}` as T;
  const condition = meets(item);
  const values = [list, make(item, "${index}"), ...(condition === true ? [] : [condition])];
  return noted(["[for index, item in ", " : ", ...(condition === true ? [] : [" if "]), "]"], values, {
    variable: { symbol, name: "item" },
  });
}

/** An attribute of a resource that is made several times: of the one for these keys. */
export function oneOfSeveral(address: string, keys: readonly string[], attribute: string): string {
  if (keys.length === 1) return noted([`${address}[`, `].${attribute}`], keys);
  const between = keys.slice(1).map(() => "}/${");
  return noted([`${address}["\${`, ...between, `}"].${attribute}`], keys);
}

/** How many elements a list has. */
export function size(list: readonly unknown[]): number {
  const isCounted = typeof list !== "string" && !list.some(isSeveral);
  return isCounted ? list.length : call("length", list);
}

/** Whether an element stands for any number of them. */
function isSeveral(element: unknown): boolean {
  if (element instanceof Given || element instanceof Spread) return true;
  return typeof element === "string" && /\$\{[#@]/.test(element);
}

/** A field of an element of a list that Terraform may know alone; its name is one word. */
export function fieldOf<T extends object, K extends keyof T & string>(item: T, name: K): T[K] {
  return typeof item === "string" ? noted(["", `.${name}`], [item]) : item[name];
}

/** What is made of each entry of a map, as a list. */
export function eachEntry<T, R>(
  map: Readonly<Record<string, T>>,
  make: (value: T, key: string) => R,
): readonly R[] {
  // In Terraform's comprehensions the index of a map is its key.
  if (typeof map === "string") return each(map, (value: T, key) => make(value, String(key)));
  return Object.entries(map).map(([key, value]) => make(value, key));
}

/** What is made of the elements of a list that have the same key, by key. */
export function grouped<T, R>(
  list: readonly T[],
  keyOf: (item: T) => string,
  make: (group: readonly T[]) => R,
): Readonly<Record<string, R>> {
  if (typeof list !== "string") {
    const keys = distinct(list.map(keyOf));
    return Object.fromEntries(
      keys.map((key) => [key, make(list.filter((item) => keyOf(item) === key))] as const),
    );
  }
  const item = variable(`@item${formulas.length}`);
  const groups = noted(["{ for item in ", " : ", " => item... }"], [list, keyOf(item.value as T)], {
    variable: { symbol: item.symbol, name: "item" },
  });
  const group = variable(`@group${formulas.length}`);
  return noted(["{ for key, group in ", " : key => ", " }"], [groups, make(group.value as readonly T[])], {
    variable: { symbol: group.symbol, name: "group" },
  });
}

function variable(symbol: string): { readonly symbol: string; readonly value: unknown } {
  return { symbol, value: `\${${symbol}}` };
}

/** A record with what is made of each name in a list. */
export function byName<T>(names: readonly string[], make: (name: string) => T): Readonly<Record<string, T>> {
  if (typeof names !== "string") return Object.fromEntries(names.map((name) => [name, make(name)]));
  const { symbol, value } = variable(`@name${formulas.length}`);
  return noted(["{ for name in ", " : name => ", " }"], [names, make(String(value))], {
    variable: { symbol, name: "name" },
  });
}

/** Lists in a list as one. */
export function flattened<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return isKnown(lists) ? lists.flat() : call("flatten", lists);
}

/** A list without those of its elements that are `null`. */
export function present<T>(list: readonly T[]): readonly T[] {
  return isKnown(list) ? list : expression`[for item in ${list} : item if item != null]`;
}

/** Lists as one. */
export function joinedLists<T>(...lists: readonly (readonly T[])[]): readonly T[] {
  return lists.some((list) => typeof list === "string") ? call("concat", ...lists) : lists.flat();
}

/** A list without what is in it twice. */
export function distinct<T>(list: readonly T[]): readonly T[] {
  return isKnown(list) ? [...new Set(list)] : call("distinct", list);
}

/** A list for an argument of a resource, which must not be read-only. */
export function listOf<T>(list: readonly T[]): T[] {
  if (typeof list === "string") return list as unknown as T[];
  return list.some(isSeveral) ? noted(["", ""], [list]) : [...list];
}

/** A text with every `part` of it replaced. */
export function replaced(text: string, part: string, by: string): string {
  return isKnown(text) ? text.replaceAll(part, by) : call("replace", text, part, by);
}
