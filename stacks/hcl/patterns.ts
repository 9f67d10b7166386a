import { quoted } from "./hcl-text";

/**
 * Regular expressions for Terraform, which has those of RE2: https://github.com/google/re2/wiki/Syntax. There is no look-ahead; one at
 * the beginning becomes a pattern of its own.
 */

/** A pattern that a text must match, or must not. */
export interface PatternPart {
  readonly source: string;
  readonly matches: boolean;
}

/**
 * Patterns that together say the same as one of JavaScript's.
 * @throws Error when RE2 has no such pattern
 */
export function patternParts({ source, flags }: RegExp): readonly PatternPart[] {
  if (flags.replace(/[uv]/, "") !== "") throw new Error(`/${source}/${flags}: no flags`);
  const ahead = /^\^\(\?([=!])/.exec(source);
  if (ahead === null) {
    if (/\(\?<?[=!]|\\[1-9]|\\k</.test(source))
      throw new Error(`/${source}/: RE2 looks neither ahead nor back`);
    // A slash needs its backslash in JavaScript alone.
    return [{ source: source.replaceAll("\\/", "/"), matches: true }];
  }
  const end = groupEnd(source, 1);
  const own = source.slice(ahead[0].length, end);
  const rest = patternParts(new RegExp(`^${source.slice(end + 1)}`, flags));
  return [{ source: `^(?:${own})`, matches: ahead[1] === "=" }, ...rest];
}

/** Terraform's condition that a text matches a pattern. @param value an expression */
export function matching(value: string, pattern: RegExp): string {
  return patternParts(pattern)
    .map(({ source, matches }) => `${matches ? "" : "!"}can(regex(${quoted(source)}, ${value}))`)
    .join(" && ");
}

/** Where the group ends that begins at an index. */
function groupEnd(source: string, begin: number): number {
  let depth = 0;
  let isClass = false;
  for (let index = begin; index < source.length; index++) {
    const character = source[index];
    if (character === "\\") index++;
    else if (isClass) isClass = character !== "]";
    else if (character === "[") isClass = true;
    else if (character === "(") depth++;
    else if (character === ")" && --depth === 0) return index;
  }
  throw new Error(`/${source}/: a group without end`);
}
