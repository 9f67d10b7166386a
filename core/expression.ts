import { toSnake } from "./spelling";
import {
  type Condition,
  Formula,
  type FormulaNotes,
  Given,
  isKnown,
  isSame,
  type Operand,
  type Plain,
  partsOf,
  Spread,
  type Value,
  type Values,
} from "./value";

/**
 * The algebra of values that only Terraform may know. The same code describes resources for a configuration and for the variables of a
 * module. The functions here compute with what is known, and note what Terraform is to compute with the rest.
 *
 * A *text* is a string that is composed and never examined, because it may contain references such as `${var.name}`. A *symbol*,
 * `${@peer}`, is any of several: what is described once for a symbol is made for each.
 */

/** What a value is of; anything else is of itself. */
type Item<R> = R extends Value<infer T> ? T : R;
type List<T> = readonly Operand<T>[] | Value<readonly T[]>;
type StringMap<T> = Readonly<Record<string, T>>;

/** The one place where what is known, or a formula of what is not, becomes a value. */
function asValue<T>(value: unknown): Value<T> {
  return value as Value<T>;
}

/** The one place where a value is looked into. */
function contentOf<T>(value: Operand<T>): T {
  return value as T;
}

function itemsOf<T>(list: List<T>): readonly T[] {
  return list as unknown as readonly T[];
}

/** Whether Terraform alone knows a list or a map as a whole. */
function isOpaque(value: unknown): boolean {
  return value instanceof Formula || typeof value === "string";
}

/** A value that is known. */
export function known<T>(value: T): Value<T> {
  return asValue(value);
}

/** The values of settings that are known. */
export function valuesOf<T>(settings: T): Values<T> {
  return settings as unknown as Values<T>;
}

/**
 * What values are of.
 * @param what names them in the error
 * @throws when Terraform alone knows one of them
 */
export function plain<T>(values: T, what: string): Plain<T> {
  if (!isHere(values))
    throw new Error(`${what}: Terraform alone knows this, so nothing here can depend on it`);
  return values as Plain<T>;
}

/** Unlike {@link isKnown}, of texts as they are: an author's own may have braces after a dollar. */
function isHere(value: unknown): boolean {
  if (value instanceof Formula || value instanceof Given || value instanceof Spread) return false;
  return value === null || typeof value !== "object" || Object.values(value).every(isHere);
}

/** What a condition comes to where it is decided here; undefined where Terraform decides it. */
export function decided(condition: Operand<boolean>): boolean | undefined {
  const answer: unknown = condition;
  return typeof answer === "boolean" ? answer : undefined;
}

/** A value as a text. */
export function text(value: Operand<string>): string {
  return String(contentOf(value));
}

/** The value of a variable, a local, or an attribute: `reference("var.name")`. */
export function reference<T = string>(path: string): Value<T> {
  return asValue(new Formula([path]));
}

/** A value that Terraform computes: `expression\`max(${one}, ${other})\``. */
export function expression<T = string>(texts: TemplateStringsArray, ...values: readonly unknown[]): Value<T> {
  return noted([...texts], values);
}

/** What a function of Terraform's makes of values. */
export function call<T = string>(name: string, ...values: readonly unknown[]): Value<T> {
  return noted([`${name}(`, ...values.slice(1).map(() => ", "), ")"], values);
}

function noted<T>(texts: readonly string[], values: readonly unknown[], notes: FormulaNotes = {}): Value<T> {
  return asValue(new Formula(texts, values, notes));
}

/** A text that is used in several places, with the name under which a module notes it. */
export function named(local: string, value: string): string;
/** A value that is used in several places, with the name under which a module notes it. */
export function named<T>(local: string, value: Value<T>): Value<T>;
export function named(local: string, value: unknown): unknown {
  if (isKnown(value)) return value;
  const formula = new Formula(["", ""], [value], { local });
  return typeof value === "string" ? String(formula) : formula;
}

/** An argument of a block that is there under a condition. */
export function inBlock<T>(condition: Condition, value: T): T {
  return contentOf<T>(noted(["", ""], [value], { blockCondition: condition }));
}

/** What arguments are of a resource whose values are of these types. */
export type Arguments<T> = { [K in keyof T]: ArgumentOf<T[K]> };
type ArgumentOf<T> =
  T extends Value<infer U>
    ? U
    : T extends readonly (infer Element)[]
      ? ArgumentOf<Element>[]
      : T extends { readonly node: unknown } | ((...args: never) => unknown)
        ? T
        : T extends object
          ? { [K in keyof T]: ArgumentOf<T[K]> }
          : T;

/** Arguments of a resource, as CDKTF takes them: what Terraform alone knows goes as a text. */
export function args<T extends object>(values: T): Arguments<NoInfer<T>> {
  return argumentOf(values) as Arguments<NoInfer<T>>;
}

function argumentOf(value: unknown): unknown {
  if (value instanceof Formula) return String(value);
  if (Array.isArray(value)) return value.map(argumentOf);
  if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, argumentOf(item)]));
}

/** Elements of a list among others: `[one, ...spread(others)]`. */
export function spread<T>(list: List<T>): readonly T[] {
  return isOpaque(list) ? [new Spread(list) as T] : itemsOf(list);
}

/** Elements of a list that are there under a condition: `[one, ...given(condition, another)]`. */
export function given<T>(condition: Operand<boolean>, ...values: readonly T[]): readonly T[] {
  const answer = decided(condition);
  if (answer !== undefined) return answer ? values : [];
  return values.map((value) => conditioned(condition, value) as T);
}

function conditioned(condition: unknown, value: unknown): Given {
  if (!(value instanceof Given)) return new Given(condition, value);
  return new Given(allOf(asValue(condition), asValue(value.condition)), value.value);
}

/** Fields of an object that are there under a condition: `{ one, ...fields(condition, { another }) }`. */
export function fields<T extends object>(condition: Operand<boolean>, values: T): Partial<T> {
  const answer = decided(condition);
  if (answer !== undefined) return answer ? values : {};
  return mapped(values, (value) => conditioned(condition, value)) as Partial<T>;
}

/** Arguments of a resource that are made under a condition; `null` is as good as none. */
export function optional<T extends object>(condition: Operand<boolean>, values: T): Partial<Arguments<T>> {
  const answer = decided(condition);
  if (answer !== undefined) return answer ? args(values) : {};
  return args(mapped(values, (value) => when(condition, value, null))) as Partial<Arguments<T>>;
}

function mapped(values: object, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

/** A value as JSON. */
export function json(value: unknown): string {
  return isKnown(value) ? JSON.stringify(value) : text(call("jsonencode", value));
}

/** One of two values, which are of one type. */
export function when<T, E = T>(
  condition: Operand<boolean>,
  then: Operand<T>,
  otherwise: Operand<E>,
): Value<T | E> {
  const answer = decided(condition);
  if (answer !== undefined) return asValue(answer ? then : otherwise);
  if (otherwise === null && isSame(notesOf(condition).asksFor, then)) return asValue(then);
  return expression`(${condition} ? ${then} : ${otherwise})`;
}

export function not(condition: Operand<boolean>): Condition {
  const answer = decided(condition);
  if (answer !== undefined) return known(!answer);
  const { opposite } = notesOf(condition);
  return opposite === undefined ? noted(["!", ""], [condition], { opposite: condition }) : asValue(opposite);
}

function notesOf(value: unknown): FormulaNotes {
  return value instanceof Formula ? value.notes : {};
}

export function allOf(...conditions: readonly Operand<boolean>[]): Condition {
  if (conditions.some((condition) => decided(condition) === false)) return known(false);
  return combined(conditions, "&&", true);
}

export function anyOf(...conditions: readonly Operand<boolean>[]): Condition {
  if (conditions.some((condition) => decided(condition) === true)) return known(true);
  return combined(conditions, "||", false);
}

function combined(conditions: readonly Operand<boolean>[], operator: "&&" | "||", none: boolean): Condition {
  const open = conditions.filter((condition) => decided(condition) === undefined);
  if (open.length < 2) return asValue(open[0] ?? none);
  return noted(["(", ...open.slice(1).map(() => ` ${operator} `), ")"], open);
}

/** Whether two plain values are the same. */
export function equal(one: unknown, other: unknown): Condition {
  if (isKnown(one) && isKnown(other)) return known(one === other);
  const values = [one, other];
  return noted(["(", " == ", ")"], values, { opposite: noted(["(", " != ", ")"], values) });
}

/** Whether a value is one of a list. */
export function isOneOf<T>(value: Operand<T>, values: List<T>): Condition {
  if (isKnown(value) && isKnown(values)) return known(itemsOf(values).includes(contentOf(value)));
  // What is known stands on one line, for texts that refer to it.
  const list = isKnown(values)
    ? reference(
        `[${itemsOf(values)
          .map((one) => JSON.stringify(one))
          .join(", ")}]`,
      )
    : values;
  return call("contains", list, value);
}

export function isAtLeast(one: Operand<number>, other: Operand<number>): Condition {
  return isKnown([one, other]) ? known(contentOf(one) >= contentOf(other)) : expression`(${one} >= ${other})`;
}

export function isAtMost(one: Operand<number>, other: Operand<number>): Condition {
  return isKnown([one, other]) ? known(contentOf(one) <= contentOf(other)) : expression`(${one} <= ${other})`;
}

/** Whether something was said for a field, be it `false`. */
export function wasGiven(value: unknown): Condition {
  return value === false ? known(true) : isSet(value);
}

const PRESENCE = Symbol("presence");

/** An object of values, with the condition under which it is there. */
export function presentIf<T extends object>(condition: Operand<boolean>, value: T): T {
  return Object.defineProperty({ ...value }, PRESENCE, { value: condition });
}

function presenceOf(value: object): Condition | undefined {
  return (value as { readonly [PRESENCE]?: Condition })[PRESENCE];
}

/** Whether a value was given: an optional object, or a field that may be `null`. */
export function isSet(value: unknown): Condition {
  if (value === undefined || value === null || value === false) return known(false);
  if (typeof value === "object" && !(value instanceof Formula)) return presenceOf(value) ?? known(true);
  if (isKnown(value)) return known(true);
  const opposite = expression`(${value} == null)`;
  return noted(["(", " != null)"], [value], { opposite, asksFor: value });
}

/** A value, or another where none was given. */
export function fallback<T, E = T>(
  value: Value<T> | undefined,
  otherwise: Operand<E>,
): Value<NonNullable<T> | E>;
/** A value, or another where none was given. */
export function fallback<T, E = T>(value: T | undefined, otherwise: E): T | E;
export function fallback(value: unknown, otherwise: unknown): unknown {
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
    result[key] = isOptionalObject(value) ? overlaidObject(below, value) : fallback(value, below);
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

function isOptionalObject(value: unknown): value is object {
  return isPlainObject(value) && presenceOf(value) !== undefined;
}

function isPlainObject(value: unknown): value is object {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Formula);
}

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
export type Defined<T> = Omit<T, OptionalKeys<T>> & { [K in OptionalKeys<T>]?: Exclude<T[K], undefined> };

export function product(one: Operand<number>, other: Operand<number>): Value<number> {
  if (!isKnown([one, other])) return expression`(${one} * ${other})`;
  return known(contentOf(one) * contentOf(other));
}

export function sum(...numbers: readonly Operand<number>[]): Value<number> {
  if (isKnown(numbers)) return known(numbers.reduce<number>((total, number) => total + contentOf(number), 0));
  const [first, ...others] = numbers;
  return others.reduce<Value<number>>((total, number) => expression`(${total} + ${number})`, asValue(first));
}

/** Maps as one; of equal keys the last one counts. */
export function joinedMaps<T>(...maps: readonly Operand<StringMap<Operand<T>>>[]): Value<StringMap<T>> {
  return maps.some(isOpaque) ? call("merge", ...maps) : known(Object.assign({}, ...maps));
}

/** A map for an argument of a resource, which must not be read-only. */
export function mapOf<T>(map: Operand<StringMap<Operand<T>>>): Record<string, T> {
  return argumentOf(map) as Record<string, T>;
}

export function largest(...numbers: readonly Operand<number>[]): Value<number> {
  return isKnown(numbers) ? known(Math.max(...numbers.map(contentOf))) : expression`max(${numbers}...)`;
}

export function smallest(...numbers: readonly Operand<number>[]): Value<number> {
  return isKnown(numbers) ? known(Math.min(...numbers.map(contentOf))) : call("min", ...numbers);
}

/** Whether a list, all of whose elements Terraform may know alone, has none. */
export function isEmpty(list: List<unknown>): Condition {
  if (!isOpaque(list)) return known(itemsOf(list).length === 0);
  return noted(["(length(", ") == 0)"], [list], { opposite: expression`(length(${list}) > 0)` });
}

/** What is made of each element of a list; of those alone that meet a condition, if there is one. */
export function each<T, R>(
  list: List<T>,
  make: (item: Value<T>, index: number | string) => R,
  meets: (item: Value<T>) => Operand<boolean> = () => true,
): Value<readonly Item<R>[]> {
  if (!isOpaque(list)) {
    const made = itemsOf(list).flatMap((item: unknown, index) => {
      if (item instanceof Spread) return spread(each(asValue<readonly T[]>(item.list), make, meets));
      if (!(item instanceof Given)) return given(meets(asValue(item)), make(asValue(item), index) as Item<R>);
      const value = asValue<T>(item.value);
      return given(allOf(asValue(item.condition), meets(value)), make(value, index) as Item<R>);
    });
    return known(made);
  }
  const { symbol, made } = bound("each", (item) => [make(asValue(item), "${index}"), meets(asValue(item))]);
  const [element, condition] = made as [unknown, Operand<boolean>];
  const filter = decided(condition) === true ? [] : [condition];
  return noted(
    ["[for index, item in ", " : ", ...filter.map(() => " if "), "]"],
    [list, element, ...filter],
    { variable: { symbol, name: "item" } },
  );
}

/** What is made of the variable of a comprehension, by a symbol that no comprehension inside of it has. */
function bound<R>(base: string, make: (item: Formula) => R): { readonly symbol: string; readonly made: R } {
  for (let depth = 1; ; depth += 1) {
    const symbol = `@${base}${depth}`;
    const made = make(new Formula([symbol]));
    if (!binds(made, symbol)) return { symbol, made };
  }
}

function binds(value: unknown, symbol: string): boolean {
  if (typeof value === "string")
    return !isKnown(value) && partsOf(value).some((part) => typeof part !== "string" && binds(part, symbol));
  if (value === null || typeof value !== "object") return false;
  if (value instanceof Formula && value.notes.variable?.symbol === symbol) return true;
  const inner = value instanceof Formula ? value.values : Object.entries(value).flat();
  return inner.some((item) => binds(item, symbol));
}

/** An attribute of a resource that is made several times: of the one for these keys. */
export function oneOfSeveral(address: string, keys: readonly string[], attribute: string): Value<string> {
  if (keys.length === 1) return noted([`${address}[`, `].${attribute}`], keys);
  const between = keys.slice(1).map(() => "}/${");
  return noted([`${address}["\${`, ...between, `}"].${attribute}`], keys);
}

/** How many elements a list has. */
export function size(list: List<unknown>): Value<number> {
  const isCounted = !isOpaque(list) && !itemsOf(list).some(isSeveral);
  return isCounted ? known(itemsOf(list).length) : call("length", list);
}

/** Whether an element stands for any number of them. */
function isSeveral(element: unknown): boolean {
  if (element instanceof Given || element instanceof Spread) return true;
  if (!(element instanceof Formula)) return typeof element === "string" && /\$\{[=@]/.test(element);
  return isSeveral(String(element));
}

/** The first of a list of texts; an empty text where the list is empty, which an error message could not show. */
export function first(list: List<string>): string {
  return isOpaque(list) ? text(call("try", expression`${list}[0]`, "")) : text(itemsOf(list)[0] ?? "");
}

/** An object without its fields that are `null`, as a message shows it. */
export function givenFields<T extends object>(object: Value<T>): Value<T> {
  return isOpaque(object)
    ? expression`{ for key, value in ${object} : key => value if value != null }`
    : object;
}

/** Whether a text begins with another. */
export function startsWith(whole: Operand<string>, part: string): Condition {
  return isKnown(whole) ? known(text(whole).startsWith(part)) : call("startswith", whole, part);
}

/** Whether a text ends with another. */
export function endsWith(whole: Operand<string>, part: string): Condition {
  return isKnown(whole) ? known(text(whole).endsWith(part)) : call("endswith", whole, part);
}

/** The object that a value is; undefined where Terraform alone knows it. */
export function objectOf<T extends object>(value: Value<T>): T | undefined {
  return isOpaque(value) ? undefined : contentOf(value);
}

/** A field of an element of a list that Terraform may know alone. */
export function fieldOf<T extends object, K extends keyof T & string>(
  item: Operand<T>,
  name: K,
): Value<T[K]> {
  return isOpaque(item) ? noted(["", `.${toSnake(name)}`], [item]) : asValue(contentOf(item)[name]);
}

/** What a map has for a key. Undefined where it is known to have nothing. */
export function entryOf<T>(
  map: Operand<StringMap<T>> | undefined,
  key: Operand<string>,
): Value<T> | undefined {
  if (map === undefined) return undefined;
  if (isOpaque(map)) return expression`try(${map}[${key}], null)`;
  return asValue(contentOf(map)[text(key)]);
}

/** Keys of a map, as a list; none where there is no map. */
export function keysIn(map: Operand<StringMap<unknown>> | undefined): Value<readonly string[]> {
  if (map === undefined) return known([]);
  return isOpaque(map) ? call("keys", fallback(map, {})) : known(Object.keys(contentOf(map)));
}

/** A map of what each key has. */
export function mapFrom<T>(
  entries: readonly (readonly [key: string, value: Operand<T>])[],
): Value<StringMap<T>> {
  return asValue(Object.fromEntries(entries));
}

/** Keys of a map that are known; none of one that Terraform alone knows. */
export function keysOf(map: Operand<StringMap<unknown>> | undefined): readonly string[] {
  return map === undefined || isOpaque(map) ? [] : Object.keys(contentOf(map));
}

/** What is made of each entry of a map, as a list; of those alone that meet a condition, if there is one. */
export function eachEntry<T, R>(
  map: Operand<StringMap<T>>,
  make: (value: Value<T>, key: string) => R,
  meets: (value: Value<T>) => Operand<boolean> = () => true,
): Value<readonly Item<R>[]> {
  // In Terraform's comprehensions the index of a map is its key.
  if (isOpaque(map)) return each(asValue<readonly T[]>(map), (value, key) => make(value, String(key)), meets);
  return known(
    Object.entries(contentOf(map)).flatMap(([key, value]) =>
      given(meets(asValue(value)), make(asValue(value), key) as Item<R>),
    ),
  );
}

/** What is made of the elements of a list that have the same key, by key. */
export function grouped<T, R>(
  list: List<T>,
  keyOf: (item: Value<T>) => Operand<string>,
  make: (group: Value<readonly T[]>) => R,
): Value<StringMap<Item<R>>> {
  if (!isOpaque(list)) {
    const items = itemsOf(list);
    const keyAt = (item: T) => text(keyOf(asValue(item)));
    const groups = [...new Set(items.map(keyAt))].map(
      (key) => [key, make(known(items.filter((item) => keyAt(item) === key))) as Item<R>] as const,
    );
    return known(Object.fromEntries(groups));
  }
  const item = bound("item", (each) => keyOf(asValue(each)));
  const groups = noted(["{ for item in ", " : ", " => item... }"], [list, item.made], {
    variable: { symbol: item.symbol, name: "item" },
  });
  const group = bound("group", (each) => make(asValue(each)));
  return noted(["{ for key, group in ", " : key => ", " }"], [groups, group.made], {
    variable: { symbol: group.symbol, name: "group" },
  });
}

/** A map with what is made of each name in a list. */
export function byName<R>(names: List<string>, make: (name: string) => R): Value<StringMap<Item<R>>> {
  if (!isOpaque(names))
    return known(Object.fromEntries(itemsOf(names).map((name) => [name, make(name) as Item<R>])));
  const { symbol, made } = bound("name", (name) => make(String(name)));
  return noted(["{ for name in ", " : name => ", " }"], [names, made], {
    variable: { symbol, name: "name" },
  });
}

/** Lists in a list as one. */
export function flattened<T>(lists: List<readonly T[]>): Value<readonly T[]> {
  return isKnown(lists) ? known(itemsOf(lists).flat() as readonly T[]) : call("flatten", lists);
}

/** A list without those of its elements that are `null`. */
export function present<T>(list: List<T>): Value<readonly T[]> {
  return isKnown(list) ? asValue(list) : expression`[for item in ${list} : item if item != null]`;
}

/** Lists as one. */
export function joinedLists<T>(...lists: readonly List<T>[]): Value<readonly T[]> {
  return lists.some(isOpaque) ? call("concat", ...lists) : known(lists.flatMap(itemsOf));
}

/** A list without what is in it twice. */
export function distinct<T>(list: List<T>): Value<readonly T[]> {
  return isKnown(list) ? known([...new Set(itemsOf(list))]) : call("distinct", list);
}

/** Texts by their characters. */
export function sorted(list: List<string>): Value<readonly string[]> {
  return isKnown(list) ? known([...itemsOf(list)].map((item) => text(item)).sort()) : call("sort", list);
}

/** A list for an argument of a resource, which must not be read-only. */
export function listOf<T>(list: List<T>): T[] {
  const isSome = !isOpaque(list) && itemsOf(list).some(isSeveral);
  return argumentOf(isSome ? new Formula(["", ""], [list]) : list) as T[];
}

/** One of the fields of a text that a separator keeps apart. One that is composed here has its separators here. */
export function fieldAt(whole: Operand<string>, separator: string, index: number): Operand<string> {
  const field = whole instanceof Formula ? undefined : text(whole).split(separator)[index];
  return field ?? expression`split(${separator}, ${whole})[${index}]`;
}

/** A value in a text; nothing where there is none, which Terraform refuses to put there. */
export function shown(value: Operand<string | number> | undefined): string {
  return String(value === undefined ? "" : when(isSet(value), value, ""));
}

/** Texts as one, with a separator between them. */
export function joined(texts: List<string>, separator: string): string {
  return isKnown(texts) ? itemsOf(texts).join(separator) : text(call("join", separator, texts));
}

/** A text in lower case. */
export function lowered(whole: Operand<string>): Value<string> {
  return isKnown(whole) ? known(text(whole).toLowerCase()) : call("lower", whole);
}

/** A text with every `part` of it replaced. */
export function replaced(where: Operand<string>, part: string, by: Operand<string>): string {
  const whole = text(where);
  return isKnown(whole) ? whole.replaceAll(part, text(by)) : text(call("replace", where, part, by));
}
