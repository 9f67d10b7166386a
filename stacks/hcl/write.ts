import { decided } from "../../core/expression";
import type { Condition } from "../../core/value";

import type { Body, NestedBlock, OutputBlock, ResourceBlock } from "./blocks";
import { commentOf } from "./comments";
import type { Renderer } from "./render";
import { scannerSkips } from "./scanner-skips";
import type { Bindings } from "./symbols";
import { boundIn, type Collection, collectionOf, goingThrough, LISTS } from "./symbols";

const INDENT = "  ";

/** Writes resources of a module in Terraform's language. References to resources that are made several times get their key. */
export class ModuleWriter {
  private readonly multiplied: ReadonlyMap<string, ResourceBlock>;

  constructor(
    private readonly renderer: Renderer,
    resources: readonly ResourceBlock[],
  ) {
    this.multiplied = new Map(
      resources
        .filter(({ symbols, condition }) => symbols.length > 0 || decided(condition) !== true)
        .map((resource) => [`${resource.type}.${resource.name}`, resource]),
    );
  }

  resource(resource: ResourceBlock): string {
    const { type, name, symbols, condition, body, dependsOn, ignoreChanges, createBeforeDestroy } = resource;
    const collection = collectionFor(symbols);
    const bound = collection === undefined ? {} : boundIn(collection, "each");
    const skips = scannerSkips(resource).map((comment) => INDENT + comment);
    const lines = [
      ...(skips.length > 0 ? [...skips, ""] : []),
      ...this.meta(collection, condition),
      ...this.body(body, bound, INDENT),
      ...lifecycle(ignoreChanges, createBeforeDestroy),
      ...(dependsOn.length > 0
        ? [
            `${INDENT}depends_on = [\n${dependsOn.map((one) => `${INDENT}${INDENT}${one},\n`).join("")}${INDENT}]`,
          ]
        : []),
    ];
    const text = `# ${commentOf(resource)}\nresource "${type}" "${name}" {\n${lines.join("\n")}\n}\n`;
    const keyed = this.keyed(text, symbols, collection, "each");
    // What a map has for the key at hand is at hand too.
    return collection === undefined ? keyed : keyed.replaceAll(`${collection.over}[each.key]`, "each.value");
  }

  output({ name, description, value, symbols, condition }: OutputBlock): string {
    const collection = collectionFor(symbols);
    const bound = collection === undefined ? {} : boundIn(collection, "it");
    const written = this.keyed(this.renderer.value(value, bound, INDENT), symbols, collection, "it");
    const filter = decided(condition) === true ? undefined : this.renderer.value(condition, bound, INDENT);
    const whole =
      collection === undefined
        ? `${filter === undefined ? "" : `${filter} ? `}${written}${filter === undefined ? "" : " : null"}`
        : `{ ${goingThrough(collection)} : key => ${written}${filter === undefined ? "" : ` if ${filter}`} }`;
    return `output "${name}" {\n${INDENT}description = ${JSON.stringify(description)}\n${INDENT}value = ${whole}\n}\n`;
  }

  private meta(collection: Collection | undefined, condition: Condition): readonly string[] {
    if (collection === undefined) {
      return decided(condition) === true
        ? []
        : [`${INDENT}count = ${this.renderer.value(condition, {})} ? 1 : 0\n`];
    }
    const { over } = collection;
    const isList = LISTS.has(over);
    if (decided(condition) === true) return [`${INDENT}for_each = ${isList ? `toset(${over})` : over}\n`];
    const filter = this.renderer.value(condition, boundIn(collection, "it"), INDENT);
    const going = goingThrough(collection);
    const each = isList ? `toset([${going} : key if ${filter}])` : `{ ${going} : key => it if ${filter} }`;
    return [`${INDENT}for_each = ${each}\n`];
  }

  private body({ args, blocks }: Body, bound: Bindings, indent: string): readonly string[] {
    return [
      ...args.map(([name, value]) => `${indent}${name} = ${this.renderer.value(value, bound, indent)}`),
      ...blocks.map((block) => this.block(block, bound, indent)),
    ];
  }

  private block({ name, body, condition }: NestedBlock, bound: Bindings, indent: string): string {
    const [symbol] = this.renderer.free(Object.fromEntries(body.args), bound);
    if (symbol !== undefined) {
      const inside = { ...bound, [symbol]: `${name}.value` };
      return [
        `\n${indent}dynamic "${name}" {`,
        `${indent}${INDENT}for_each = ${this.renderer.listOf(symbol, bound)}`,
        `${indent}${INDENT}content {`,
        ...this.body(body, inside, indent + INDENT + INDENT),
        `${indent}${INDENT}}`,
        `${indent}}`,
      ].join("\n");
    }
    if (decided(condition) === true) {
      return `\n${indent}${name} {\n${this.body(body, bound, indent + INDENT).join("\n")}\n${indent}}`;
    }
    const inner = indent + INDENT;
    return [
      `\n${indent}dynamic "${name}" {`,
      `${inner}for_each = ${this.renderer.value(condition, bound, inner)} ? [1] : []`,
      `${inner}content {`,
      ...this.body(body, bound, inner + INDENT),
      `${inner}}`,
      `${indent}}`,
    ].join("\n");
  }

  /** Puts the key after references to resources that are made several times. */
  private keyed(
    text: string,
    symbols: readonly string[],
    collection: Collection | undefined,
    each: "each" | "it",
  ): string {
    return text.replace(/\b(aws_\w+\.\w+)\.(\w+)/g, (reference, address: string, attribute: string) => {
      const target = this.multiplied.get(address);
      if (target === undefined) return reference;
      return `${address}[${keyFor(target, symbols, collection, each)}].${attribute}`;
    });
  }
}

function lifecycle(ignoreChanges: readonly string[], createBeforeDestroy: boolean): readonly string[] {
  const args = [
    ...(createBeforeDestroy ? ["create_before_destroy = true"] : []),
    ...(ignoreChanges.length > 0 ? [`ignore_changes = [${ignoreChanges.join(", ")}]`] : []),
  ];
  if (args.length === 0) return [];
  return [`${INDENT}lifecycle {\n${args.map((arg) => `${INDENT}${INDENT}${arg}\n`).join("")}${INDENT}}`];
}

/** Which of the several is meant: the one that is made for the same. */
function keyFor(
  target: ResourceBlock,
  symbols: readonly string[],
  collection: Collection | undefined,
  each: "each" | "it",
): string {
  if (target.symbols.length === 0) return "0";
  if (target.symbols.length === symbols.length) return each === "each" ? "each.key" : "key";
  const place = collection && boundIn(collection, each)[target.symbols[0]!];
  if (place === undefined) throw new Error(`nothing tells which ${target.type}.${target.name} is meant`);
  return place;
}

function collectionFor(symbols: readonly string[]): Collection | undefined {
  const collection = collectionOf(symbols);
  if (collection === undefined && symbols.length > 0) {
    throw new Error(`nothing is made for ${symbols.join(" and ")} together`);
  }
  return collection;
}
