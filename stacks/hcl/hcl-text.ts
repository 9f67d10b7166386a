import { escaped } from "./render";

/** Texts of Terraform's language, laid out as `terraform fmt` wants them. */

const LINE = 100;
const INDENT = "  ";

export function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** A plain value. */
export function literal(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value === null || typeof value !== "object") return String(value);
  const fields = Object.entries(value).map(([key, item]) => `${quoted(key)} = ${literal(item)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** Lines below each other, a step further in. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, INDENT);
}

/** Arguments of a block or an object: equal signs stand below each other in lines that follow each other. */
export function argumentLines(
  args: readonly (readonly [name: string, value: string, comment?: string | undefined])[],
): string {
  const isPlain = (index: number) => args[index] !== undefined && !args[index][1].includes("\n");
  const joins = (index: number) => isPlain(index - 1) && isPlain(index) && args[index]![2] === undefined;
  const width = (index: number): number => {
    let first = index;
    while (joins(first)) first--;
    let longest = args[first]![0].length;
    for (let next = first + 1; joins(next); next++) longest = Math.max(longest, args[next]![0].length);
    return longest;
  };
  return args
    .map(([name, value, comment], index) => {
      const left = isPlain(index) ? name.padEnd(width(index)) : name;
      return `${comment === undefined ? "" : commented(comment)}${left} = ${value}`;
    })
    .join("\n");
}

/** One `for` of a comprehension. */
export interface Loop {
  /** Variable for the key or index. */
  readonly key: string;
  readonly value: string;
  readonly over: string;
  /** Leaves entries out that are `null`. */
  readonly skipsNull: boolean;
}

/** `[for key, value in list : item if filter]`, one in another, on one line if it fits. */
export function comprehension(loops: readonly Loop[], item: string, filter?: string): string {
  const [first, ...others] = loops;
  const { key, value, over, skipsNull } = first!;
  const inner = others.length > 0 ? comprehension(others, item, filter) : item;
  const condition = others.length > 0 ? undefined : filter;
  const text = inner + filterOf(skipsNull ? value : undefined, condition);
  const head = `for ${new RegExp(`\\b${key}\\b`).test(text) ? `${key}, ` : ""}${value} in ${over} : `;
  const line = `[${head}${text}]`;
  return line.includes("\n") || line.length > LINE ? `[\n${indented(head + text)}\n]` : line;
}

/** Both arms of `&&` are evaluated; of a conditional only the error of the one that is taken counts. */
function filterOf(present: string | undefined, condition: string | undefined): string {
  if (present === undefined) return condition === undefined ? "" : ` if ${condition}`;
  return condition === undefined ? ` if ${present} != null` : ` if ${present} == null ? false : ${condition}`;
}

function commented(text: string): string {
  const lines = text.match(new RegExp(`.{1,${LINE}}(?:\\s+|$)`, "g")) ?? [text];
  return lines.map((line) => `# ${line.trim()}\n`).join("");
}
