import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { type Violation, WHOLE_FILE } from "./violation";

/** A configuration file as it was read: JSON in which comments and trailing commas are allowed. */
export interface SourceText {
  /** What the file holds; `undefined` when it cannot be read as JSON. */
  readonly data: unknown;
  /** What keeps the file from being understood: a fault of syntax, or names that stand twice in one object. */
  readonly violations: readonly Violation[];
  /**
   * Line in which a value stands, from 1.
   * @param path of the value; of one that is not in the file, the line of what it would stand in
   */
  readonly lineOf: (path: string) => number | undefined;
}

/** Reads the text of a configuration file. */
export function readSource(written: string): SourceText {
  const text = written.replace(/^\uFEFF/, "");
  const line = lineCounter(text);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  // What comes after the first fault mostly follows from it.
  if (root === undefined || error !== undefined) {
    return { data: undefined, violations: [faultOf(text, error, line)], lineOf: () => undefined };
  }
  const lines = new Map<string, number>();
  const violations: Violation[] = [];
  const visit = (node: Node, path: string): void => {
    const begun = new Map<string, number>();
    for (const { name, from, value } of entriesOf(node)) {
      const at = join(path, name);
      const first = begun.get(name);
      const here = line(from.offset);
      if (first === undefined) begun.set(name, here);
      else violations.push(twice(at, getNodeValue(value), first, here));
      lines.set(at, first ?? here);
      visit(value, at);
    }
  };
  visit(root, "");
  return { data: getNodeValue(root), violations, lineOf: (path) => nearestLine(lines, path) };
}

/** A field of an object, or an element of a list under its index, and the node with which it begins. */
interface Entry {
  readonly name: string;
  readonly from: Node;
  readonly value: Node;
}

function entriesOf({ type, children = [] }: Node): readonly Entry[] {
  if (type === "array") return children.map((value, index) => ({ name: String(index), from: value, value }));
  return children.map((property) => {
    const [key, value] = property.children as [Node, Node];
    return { name: String(key.value), from: key, value };
  });
}

function twice(path: string, value: unknown, first: number, line: number): Violation {
  return {
    path,
    line,
    value,
    allowed: "each name once in an object",
    fix: `take one of the two out: the first stands in line ${first}`,
  };
}

function faultOf(text: string, error: ParseError | undefined, line: (offset: number) => number): Violation {
  const offset = error?.offset ?? 0;
  const written = text.slice(offset).split(/\s/, 1)[0] ?? "";
  const reason = error === undefined ? "nothing" : spaced(printParseErrorCode(error.error));
  return {
    path: WHOLE_FILE,
    line: line(offset),
    value: written === "" ? "(end of the file)" : written,
    allowed: `JSON, in which comments and trailing commas are allowed (${reason})`,
    fix: "correct what stands there, or just before",
  };
}

/** "CommaExpected" as "comma expected". */
function spaced(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}

function nearestLine(lines: ReadonlyMap<string, number>, path: string): number | undefined {
  const names = path.split(".");
  for (let depth = names.length; depth > 0; depth -= 1) {
    const line = lines.get(names.slice(0, depth).join("."));
    if (line !== undefined) return line;
  }
  return undefined;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
