/**
 * Breaks lines of Terraform's language that are too long to be read: at brackets, where the language allows it, and long texts into
 * parts that are joined. What a line means stays; `terraform fmt` does the rest.
 */

/** Longest line, before `terraform fmt` puts equal signs below each other. */
const WIDTH = 140;
/** Longest part of a text. */
const TEXT_WIDTH = 110;
const INDENT = "  ";
/** Longest text before such a last part. */
const HELD = 40;
/** Items that each have a line, however short. */
const FEW = 6;

/** A bracketed part of an expression. */
interface Group {
  readonly open: string;
  readonly inner: readonly Node[];
  readonly close: string;
}

/** A text in quotes, with its quotes. */
interface Quoted {
  readonly quoted: string;
}

type Node = string | Quoted | Group;

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
/** What Terraform wants to be a text and no expression. */
const LITERAL = /^\s*(?:description|source|version|type|default)\s+=/;

export function wrapped(file: string): string {
  return file
    .split("\n")
    .map((line) =>
      line.length <= WIDTH || /^\s*#/.test(line) || LITERAL.test(line) ? line : wrappedLine(line),
    )
    .join("\n");
}

function wrappedLine(line: string): string {
  const indent = /^\s*/.exec(line)![0];
  const nodes = nodesOf(line.slice(indent.length));
  const parts = isComprehension(nodes) ? comprehensionParts(nodes) : [nodes];
  return parts.map((part) => indent + laidOut(trimmed(part), indent, indent.length)).join("\n");
}

/** Nodes from a column on, on one line if they fit. */
function laidOut(nodes: readonly Node[], indent: string, column: number): string {
  const line = flat(nodes);
  if (column + line.length <= WIDTH) return line;
  const bracketed = withBrackets(nodes);
  if (bracketed !== nodes) return laidOut(bracketed, indent, column);
  const index = longest(nodes);
  const node = nodes[index];
  if (node === undefined || typeof node === "string") return line;
  if ("quoted" in node) {
    const joined = joinedText(node);
    return joined === undefined
      ? line
      : laidOut([...nodes.slice(0, index), ...joined, ...nodes.slice(index + 1)], indent, column);
  }
  const begin = laidOut(nodes.slice(0, index), indent, column);
  const held = heldIn(node);
  if (held !== undefined) {
    const [before, last] = held;
    const after = `${node.close}${flat(nodes.slice(index + 1))}`;
    const inside = laidOut([last, after], indent, WIDTH);
    return `${begin}${node.open}${before}${inside}`;
  }
  const rest = laidOut(nodes.slice(index + 1), indent, indent.length + node.close.length);
  return `${begin}${node.open}\n${linesOf(node, indent + INDENT).join("\n")}\n${indent}${node.close}${rest}`;
}

/** A choice, or several conditions, in brackets, where there are none: within them a line may end. */
function withBrackets(nodes: readonly Node[]): readonly Node[] {
  const [first = "", ...others] = nodes;
  if (nodes.some((node) => typeof node === "string" && /[[\](){}]/.test(node))) return nodes;
  const begin =
    typeof first === "string" ? (/^(?:if|for [\w, ]+ in|[\w.*/-]+\s+=>?)\s+/.exec(first)?.[0] ?? "") : "";
  const value = typeof first === "string" ? [first.slice(begin.length), ...others] : nodes;
  const last = value.at(-1);
  const end = typeof last === "string" ? /(?:,| :| \?| &&| \|\|)?$/.exec(last)![0] : "";
  const inner = end === "" ? value : [...value.slice(0, -1), (last as string).slice(0, -end.length)];
  if (!inner.some((node) => typeof node === "string" && / (?:\?|&&|\|\|) /.test(node))) return nodes;
  return [begin, { open: "(", inner: inner.filter((node) => node !== ""), close: ")" }, end].filter(
    (node) => node !== "",
  );
}

/** The node that makes a line too long. */
function longest(nodes: readonly Node[]): number {
  const lengths = nodes.map((node) => (typeof node === "string" ? -1 : flat([node]).length));
  return lengths.indexOf(Math.max(...lengths));
}

/** What brackets hold where the last of it has brackets of its own, so that both can begin and end on one line. */
function heldIn({ open, inner }: Group): readonly [before: string, last: Group] | undefined {
  const last = inner.at(-1);
  const before = flat(inner.slice(0, -1));
  const isPlain = open !== "{" && before.length <= HELD && !/ (?:\?|:|&&|\|\||if|in|=>?) /.test(before);
  const isGroup = typeof last === "object" && "inner" in last;
  return isPlain && isGroup && !before.includes("\n") ? [before, last] : undefined;
}

/** What is between brackets, a line for each part. */
function linesOf({ open, inner }: Group, indent: string): readonly string[] {
  const line = (nodes: readonly Node[]) => indent + laidOut(trimmed(nodes), indent, indent.length);
  const parts = open === "(" || open === "[" || open === "{" ? partsOf(inner, open) : [inner];
  return parts.map(line);
}

function partsOf(inner: readonly Node[], open: string): readonly (readonly Node[])[] {
  if (isComprehension(inner)) return comprehensionParts(inner);
  const items = splitAt(inner, /,\s*/);
  if (items.length > FEW && items.every(isShort)) return filled(items);
  if (open === "[" && isText(items)) return filled(items);
  if (items.length > 1) {
    return items.map((item, index) => {
      const isLast = index === items.length - 1;
      return isLast && /\.\.\.\s*$/.test(flat(item)) ? item : [...trimmed(item), ","];
    });
  }
  // An operator ends a line and begins none: other readers of the language than Terraform want that.
  const [condition, ...arms] = splitAt(inner, / \? /);
  if (arms.length > 0) {
    const rest = joined(arms.flatMap((arm, index) => (index === 0 ? arm : [" ? ", ...arm])));
    const [then, otherwise] = atColon(rest);
    return [joined([...condition!, " ?"]), joined([...then, " :"]), joined(otherwise)];
  }
  for (const operator of ["||", "&&"]) {
    const operands = splitAt(inner, operator === "||" ? / \|\| / : / && /);
    if (operands.length > 1) {
      const last = operands.length - 1;
      return operands.map((operand, index) =>
        index === last ? operand : joined([...operand, ` ${operator}`]),
      );
    }
  }
  return [open === "(" || /^\s*$/.test(flat(inner)) ? inner : [...trimmed(inner), open === "[" ? "," : ""]];
}

/** A name, a number or a short text. */
function isShort(item: readonly Node[]): boolean {
  return item.length === 1 && flat(item).length < 40 && !(typeof item[0] === "object" && "inner" in item[0]);
}

/** Whether a list has the parts of a text, which are read together. */
function isText(items: readonly (readonly Node[])[]): boolean {
  const isPart = (item: readonly Node[]) => flat(item).length < TEXT_WIDTH + 10 && !flat(item).includes("{ ");
  return items.every(isPart) && items.some((item) => / "$/.test(flat(item)));
}

/** Items of which several stand on a line. */
function filled(items: readonly (readonly Node[])[]): readonly (readonly Node[])[] {
  const lines: string[] = [];
  for (const item of items) {
    const text = `${flat(trimmed(item))},`;
    const line = lines.at(-1);
    if (line !== undefined && line.length + text.length < TEXT_WIDTH)
      lines[lines.length - 1] = `${line} ${text}`;
    else lines.push(text);
  }
  return lines.map((line) => [line]);
}

function isComprehension(nodes: readonly Node[]): boolean {
  return /^\s*for /.test(flat(nodes.slice(0, 1))) && atColon(nodes)[1].length > 0;
}

/** What is before and after the colon that belongs to no choice within. */
function atColon(nodes: readonly Node[]): readonly [readonly Node[], readonly Node[]] {
  const pieces = nodes.flatMap((node): readonly Node[] =>
    typeof node === "string" ? node.split(/( \? | : | :$)/).filter((piece) => piece !== "") : [node],
  );
  let open = 0;
  for (const [index, piece] of pieces.entries()) {
    if (piece === " ? ") open += 1;
    if (piece !== " : " && piece !== " :") continue;
    if (open === 0) return [pieces.slice(0, index), pieces.slice(index + 1)];
    open -= 1;
  }
  return [nodes, []];
}

/** `for … :`, what is made, and `if …`. */
function comprehensionParts(inner: readonly Node[]): readonly (readonly Node[])[] {
  const [head, body] = atColon(inner);
  const [item, ...filters] = splitAt(body, / (?=if[ (])/);
  const filter = filters.flatMap((part, index) => (index === 0 ? part : [" ", ...part]));
  return [[...head, " :"], item!, ...(filter.length > 0 ? [filter] : [])];
}

/** Plain parts that follow each other as one. */
function joined(nodes: readonly Node[]): readonly Node[] {
  const all: Node[] = [];
  for (const node of nodes) {
    const last = all.at(-1);
    if (typeof node === "string" && typeof last === "string") all[all.length - 1] = last + node;
    else all.push(node);
  }
  return all;
}

/** Splits nodes where a separator stands outside of brackets and quotes. */
function splitAt(nodes: readonly Node[], separator: RegExp): readonly (readonly Node[])[] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (typeof node !== "string") {
      parts.at(-1)!.push(node);
      continue;
    }
    node.split(new RegExp(separator, "g")).forEach((piece, index) => {
      if (index > 0) parts.push([]);
      if (piece !== "") parts.at(-1)!.push(piece);
    });
  }
  return parts.filter((part) => part.length > 0);
}

function trimmed(nodes: readonly Node[]): readonly Node[] {
  return nodes.map((node, index) => {
    if (typeof node !== "string") return node;
    const begun = index === 0 ? node.trimStart() : node;
    return index === nodes.length - 1 ? begun.trimEnd() : begun;
  });
}

/** A text as parts that are joined; undefined where it has none. */
function joinedText({ quoted }: Quoted): readonly Node[] | undefined {
  if (quoted.includes("%{") && !quoted.includes("%%{")) return undefined;
  const parts = textParts(quoted.slice(1, -1));
  if (parts.length < 2) return undefined;
  const list = parts.flatMap((part, index) => (index === 0 ? part : [", ", ...part]));
  return ["join", { open: "(", inner: ['"", ', { open: "[", inner: list, close: "]" }], close: ")" }];
}

function textParts(text: string): readonly (readonly Node[])[] {
  const parts: (readonly Node[])[] = [];
  let plain = "";
  const flush = () => {
    for (const piece of pieces(plain)) parts.push([{ quoted: `"${piece}"` }]);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    if (text.startsWith("$${", at)) {
      plain += "$${";
      at += 3;
    } else if (text.startsWith("${", at)) {
      const end = endOfInterpolation(text, at + 2);
      flush();
      parts.push(nodesOf(text.slice(at + 2, end)));
      at = end + 1;
    } else {
      const length = text[at] === "\\" ? 2 : 1;
      plain += text.slice(at, at + length);
      at += length;
    }
  }
  flush();
  return parts;
}

/** A plain text in pieces that end with a space. */
function pieces(text: string): readonly string[] {
  const all: string[] = [];
  for (const word of text.match(/[^ ]* ?/g)!.filter((one) => one !== "")) {
    const last = all.at(-1);
    if (last !== undefined && last.length + word.length <= TEXT_WIDTH) all[all.length - 1] = last + word;
    else all.push(word);
  }
  return all;
}

function flat(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      return "quoted" in node ? node.quoted : node.open + flat(node.inner) + node.close;
    })
    .join("");
}

/** Brackets that do not end on the line are plain text of it. */
function nodesOf(line: string): readonly Node[] {
  return parsed(line, 0, undefined).nodes;
}

function parsed(
  line: string,
  from: number,
  close: string | undefined,
): { readonly nodes: readonly Node[]; readonly end: number; readonly isClosed: boolean } {
  const nodes: Node[] = [];
  const add = (text: string) => {
    const last = nodes.at(-1);
    if (typeof last === "string") nodes[nodes.length - 1] = last + text;
    else nodes.push(text);
  };
  let at = from;
  while (at < line.length) {
    const character = line[at]!;
    if (character === close) return { nodes, end: at + 1, isClosed: true };
    if (character === '"') {
      const end = endOfText(line, at + 1) + 1;
      nodes.push({ quoted: line.slice(at, end) });
      at = end;
    } else if (character in CLOSING) {
      const inner = parsed(line, at + 1, CLOSING[character]);
      if (inner.isClosed) nodes.push({ open: character, inner: inner.nodes, close: CLOSING[character]! });
      else {
        add(character);
        for (const node of inner.nodes) typeof node === "string" ? add(node) : nodes.push(node);
      }
      at = inner.end;
    } else {
      add(character);
      at += 1;
    }
  }
  return { nodes, end: at, isClosed: false };
}

/** Where the text that begins at a place has its last quote. */
function endOfText(line: string, from: number): number {
  for (let at = from; at < line.length; ) {
    if (line[at] === '"') return at;
    if (line[at] === "\\") at += 2;
    else if (line.startsWith("$${", at) || line.startsWith("%%{", at)) at += 3;
    else if (line.startsWith("${", at) || line.startsWith("%{", at))
      at = endOfInterpolation(line, at + 2) + 1;
    else at += 1;
  }
  return line.length;
}

/** Where the interpolation that begins at a place has its last bracket. */
function endOfInterpolation(line: string, from: number): number {
  let depth = 0;
  for (let at = from; at < line.length; ) {
    if (line[at] === '"') at = endOfText(line, at + 1) + 1;
    else if (line[at] === "{") {
      depth += 1;
      at += 1;
    } else if (line[at] === "}") {
      if (depth === 0) return at;
      depth -= 1;
      at += 1;
    } else at += 1;
  }
  return line.length;
}
