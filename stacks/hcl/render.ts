import { Formula, Given, partsOf, Spread } from "../../core/value";
import {
  type Bindings,
  boundIn,
  collectionOf,
  goingThrough,
  type SymbolDefinition,
  type SymbolTable,
} from "./symbols";

const SYMBOL = /@\w+/g;
const INDENT = "  ";
/** What fits on a line is not broken. */
const LINE = 100;

/** Writes values in Terraform's language. */
export class Renderer {
  /** What was noted so far, by the names of locals. */
  readonly locals = new Map<string, string>();

  /** @param resolved a text with the references that classes of resources have put into it for the time being */
  constructor(
    private readonly symbols: SymbolTable,
    private readonly resolved: (text: string) => string = (text) => text,
  ) {}

  /** A value as an expression; `indent` is that of the line it begins on. */
  value(value: unknown, bound: Bindings, indent = ""): string {
    if (value === undefined || value === null) return "null";
    if (value instanceof Given)
      throw new Error("a value under a condition stands outside of a list or an object");
    if (typeof value === "string") return this.text(value, bound, indent);
    if (value instanceof Formula) return this.formula(value, bound, indent);
    if (typeof value !== "object") return String(value);
    return Array.isArray(value)
      ? this.list(value, bound, indent)
      : this.object(Object.entries(value), bound, indent);
  }

  /** Symbols in a value that nothing binds, those first which others depend on. */
  free(value: unknown, bound: Bindings): readonly string[] {
    const found = new Set<string>();
    const add = (symbol: string): void => {
      if (symbol in bound || found.has(symbol)) return;
      for (const other of this.mentioned(this.definition(symbol).over)) add(other);
      found.add(symbol);
    };
    for (const symbol of this.mentioned(value)) add(symbol);
    return [...found];
  }

  /** Symbols that stand in a value itself; those in a list or a key within it are bound there. */
  private mentioned(value: unknown): readonly string[] {
    if (value instanceof Given) return [...this.mentioned(value.condition), ...this.mentioned(value.value)];
    if (typeof value === "string")
      return partsOf(value).flatMap((part) => (typeof part === "string" ? [] : this.mentionedBy(part)));
    if (value instanceof Formula) return this.mentionedBy(value);
    if (value === null || typeof value !== "object" || Array.isArray(value) || value instanceof Spread)
      return [];
    return Object.entries(value).flatMap(([key, item]) => {
      const ofKey = this.mentioned(key);
      return this.mentioned(item).filter((symbol) => !ofKey.includes(symbol));
    });
  }

  private mentionedBy({ texts, values, notes }: Formula): readonly string[] {
    return [
      ...texts.flatMap((text) => text.match(SYMBOL) ?? []),
      ...values.flatMap((value) => this.mentioned(value)),
    ].filter((symbol) => symbol !== notes.variable?.symbol);
  }

  /** The list that a symbol is one of. */
  listOf(symbol: string, bound: Bindings): string {
    return this.value(this.definition(symbol).over, bound);
  }

  private definition(symbol: string): SymbolDefinition {
    const definition = this.symbols[symbol];
    if (definition === undefined) throw new Error(`nothing is known of the symbol ${symbol}`);
    return definition;
  }

  private text(written: string, bound: Bindings, indent: string): string {
    // A policy that is known here is read as one there.
    if (/^\{"Version":/.test(written)) return `jsonencode(${this.value(JSON.parse(written), bound, indent)})`;
    const parts = partsOf(this.resolved(written));
    const [first] = parts;
    if (parts.length === 1 && first instanceof Formula) return this.formula(first, bound, indent);
    const inner = parts.map((part) =>
      typeof part === "string" ? escaped(part) : `\${${this.formula(part, bound, indent)}}`,
    );
    return `"${inner.join("")}"`;
  }

  private formula({ texts, values, notes }: Formula, bound: Bindings, indent: string): string {
    const { variable, local } = notes;
    const place = local && this.local(local, values[0], bound);
    if (place) return place;
    const inside = variable ? { ...bound, [variable.symbol]: variable.name } : bound;
    const written = texts
      .map((text) => boundText(text, inside))
      .reduce((before, text, index) => before + this.value(values[index - 1], inside, indent) + text);
    return variable && !/\bindex\b/.test(written.replace("for index,", ""))
      ? written.replace("for index, ", "for ")
      : written;
  }

  /** The local in which a value is noted, for what the place is about; `undefined` when there is none for that. */
  private local(label: string, value: unknown, bound: Bindings): string | undefined {
    const symbols = [...new Set(this.mentioned(value))];
    const collection = symbols.length === 0 ? undefined : collectionOf(symbols);
    if (symbols.length > 0 && collection === undefined) return undefined;
    const inside = collection === undefined ? {} : boundIn(collection, "it");
    const text =
      collection === undefined
        ? this.value(value, {}, INDENT)
        : `{ ${goingThrough(collection)} : key => ${this.value(value, inside, INDENT)} }`;
    const name = localName(label, symbols, text);
    const known = this.locals.get(name);
    if (known !== undefined && known !== text) throw new Error(`two values are called local.${name}`);
    this.locals.set(name, text);
    if (collection === undefined) return `local.${name}`;
    const places = Object.keys(collection.fields).map((symbol) => bound[symbol]);
    if (places.includes(undefined))
      throw new Error(`nothing binds ${symbols.join(" and ")} for local.${name}`);
    const isSame = Object.entries(boundIn(collection, "each")).every(
      ([symbol, place]) => bound[symbol] === place,
    );
    const key = isSame ? "each.key" : places.length === 1 ? places[0] : `"\${${places.join("}/${")}}"`;
    return `local.${name}[${key}]`;
  }

  private list(items: readonly unknown[], bound: Bindings, indent: string): string {
    const runs: string[][] = [];
    const sublists: string[] = [];
    const flush = () => {
      const run = runs.pop();
      if (run !== undefined) sublists.push(bracketed("[", run, "]", indent));
    };
    const open = this.isOpen(items, bound);
    for (const item of items) {
      if (item instanceof Spread) {
        flush();
        sublists.push(this.value(item.list, bound, indent + INDENT));
        continue;
      }
      const [condition, value] = item instanceof Given ? [item.condition, item.value] : [undefined, item];
      const symbols = this.free(item, bound);
      if (symbols.length === 0 && condition === undefined) {
        if (runs.length === 0) runs.push([]);
        runs[0]!.push(this.value(value, bound, indent + INDENT + (open ? INDENT : "")));
        continue;
      }
      flush();
      sublists.push(
        symbols.length === 0
          ? `${this.value(condition, bound, indent)} ? ${bracketed("[", [this.value(value, bound, indent + INDENT + INDENT)], "]", indent + INDENT)} : []`
          : this.comprehension(symbols, bound, indent + INDENT, (inside) => ({
              value: this.value(value, inside, indent + INDENT + INDENT),
              ...(condition !== undefined && { condition: this.value(condition, inside, indent) }),
            })),
      );
    }
    flush();
    if (sublists.length === 0) return "[]";
    return sublists.length === 1 ? sublists[0]! : bracketed("concat(", sublists, ")", indent);
  }

  private isOpen(items: readonly unknown[], bound: Bindings): boolean {
    const isPart = (item: unknown) =>
      item instanceof Given || item instanceof Spread || this.free(item, bound).length > 0;
    return items.some(isPart) && !items.every(isPart);
  }

  /** `[for peer in local.peers : …]`, and one in another where a symbol's list mentions another symbol. */
  private comprehension(
    [symbol, ...others]: readonly string[],
    bound: Bindings,
    indent: string,
    inner: (bound: Bindings) => { readonly value: string; readonly condition?: string },
  ): string {
    const variable = symbol!.slice(1);
    const over = this.value(this.definition(symbol!).over, bound, indent);
    const inside = { ...bound, [symbol!]: variable };
    if (others.length > 0) {
      const nested = this.comprehension(others, inside, indent, inner);
      return `flatten([for ${variable} in ${over} : ${nested}])`;
    }
    const { value, condition } = inner(inside);
    const filter = condition === undefined ? "" : ` if ${condition}`;
    return `[for ${variable} in ${over} : ${value}${filter}]`;
  }

  private object(entries: readonly (readonly [string, unknown])[], bound: Bindings, indent: string): string {
    const parts: string[] = [];
    let plain: (readonly [string, unknown])[] = [];
    const isPlain = ([key, value]: readonly [string, unknown]) =>
      !(value instanceof Given) && this.free(key, bound).length === 0;
    const open = !entries.every(isPlain);
    const deep = indent + (open ? INDENT : "");
    const flush = () => {
      if (plain.length > 0) parts.push(this.plainObject(plain, bound, deep));
      plain = [];
    };
    for (const entry of entries) {
      if (isPlain(entry)) {
        plain.push(entry);
        continue;
      }
      flush();
      const [key, field] = entry;
      const [condition, value] = field instanceof Given ? [field.condition, field.value] : [undefined, field];
      const filter = (inside: Bindings) =>
        condition === undefined ? "" : ` if ${this.value(condition, inside, deep)}`;
      const [symbol, ...others] = this.free(key, bound);
      if (others.length > 0) throw new Error(`${key}: a key has one symbol`);
      if (symbol === undefined) {
        parts.push(
          `{ for name, value in ${this.plainObject([[key, value]], bound, deep)} : name => value${filter(bound)} }`,
        );
      } else {
        const variable = symbol.slice(1);
        const inside = { ...bound, [symbol]: variable };
        const over = this.value(this.definition(symbol).over, bound, deep);
        parts.push(
          `{ for ${variable} in ${over} : ${this.value(key, inside, deep)} => ${this.value(value, inside, deep)}${filter(inside)} }`,
        );
      }
    }
    flush();
    if (parts.length === 0) return "{}";
    return parts.length === 1 ? parts[0]! : bracketed("merge(", parts, ")", indent);
  }

  private plainObject(
    entries: readonly (readonly [string, unknown])[],
    bound: Bindings,
    indent: string,
  ): string {
    if (entries.length === 0) return "{}";
    const fields = entries.map(
      ([key, value]) => `${this.key(key, bound)} = ${this.value(value, bound, indent + INDENT)}`,
    );
    const line = `{ ${fields.join(", ")} }`;
    if (!line.includes("\n") && indent.length + line.length <= LINE) return line;
    return `{\n${fields.map((field) => `${indent}${INDENT}${field}\n`).join("")}${indent}}`;
  }

  private key(key: string, bound: Bindings): string {
    if (/^[A-Za-z_]\w*$/.test(key)) return key;
    const text = this.text(key, bound, "");
    return text.startsWith('"') ? text : `(${text})`;
  }
}

/** What a local is called: what it is, of what it is one, and by what there are several. */
function localName(label: string, symbols: readonly string[], text: string): string {
  const words = label.replace(/-/g, "_");
  if (symbols.length === 0) {
    const one = words.replace(/s$/, "");
    return text.includes("local.canary_queue") ? `canary_${one}` : one;
  }
  const by = symbols.filter((symbol) => symbol !== "@queue").map((symbol) => `_by_${symbol.slice(1)}`);
  return words + (symbols.includes("@queue") ? by.join("") : "");
}

function bracketed(open: string, items: readonly string[], close: string, indent: string): string {
  const line = `${open}${items.join(", ")}${close}`;
  if (!line.includes("\n") && indent.length + line.length <= LINE) return line;
  return `${open}\n${items.map((item) => `${indent}${INDENT}${item},\n`).join("")}${indent}${close}`;
}

/** A text of Terraform's language with what stands for its symbols. */
function boundText(text: string, bound: Bindings): string {
  return text.replace(SYMBOL, (symbol) => {
    const name = bound[symbol];
    if (name === undefined) throw new Error(`nothing binds ${symbol} in ${text}`);
    return name;
  });
}

/** https://developer.hashicorp.com/terraform/language/expressions/strings: what begins an expression or a directive is doubled. */
export function escaped(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[$%]\{/g, (begin) => `${begin[0]}${begin}`);
}
