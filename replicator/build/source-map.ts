/** A source map, as far as this file needs it: https://tc39.es/ecma426/ */
export interface SourceMap {
  readonly version: number;
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/**
 * Keeps what a source map says of the sources that `keep` accepts. The packages in a bundle are twenty times our own code, and
 * their part of the map would be most of an archive that is loaded at every cold start.
 */
export function keepSources(map: SourceMap, keep: (source: string) => boolean): SourceMap {
  const sources = new Indices(map.sources);
  const names = new Indices(map.names);
  const before = { source: 0, line: 0, column: 0, name: 0 };
  const after = { source: 0, line: 0, column: 0, name: 0 };

  const keptLine = (line: string): string => {
    let beforeGenerated = 0;
    let afterGenerated = 0;
    let mapped = false;
    const segments: string[] = [];
    for (const segment of line === "" ? [] : line.split(",")) {
      const [generated = 0, source, originalLine = 0, originalColumn = 0, name] = decode(segment);
      beforeGenerated += generated;
      if (source !== undefined) {
        before.source += source;
        before.line += originalLine;
        before.column += originalColumn;
      }
      if (name !== undefined) before.name += name;

      const kept = source !== undefined && keep(map.sources[before.source] ?? "");
      // A segment without a source ends the one before it; one such end is enough.
      if (!kept && !mapped) continue;
      const fields = [beforeGenerated - afterGenerated];
      afterGenerated = beforeGenerated;
      if (kept) {
        const next = { ...before, source: sources.keep(before.source) };
        fields.push(next.source - after.source, next.line - after.line, next.column - after.column);
        if (name === undefined) next.name = after.name;
        else {
          next.name = names.keep(before.name);
          fields.push(next.name - after.name);
        }
        Object.assign(after, next);
      }
      mapped = kept;
      segments.push(encode(fields));
    }
    return segments.join(",");
  };

  const mappings = map.mappings.split(";").map(keptLine).join(";");
  return { version: map.version, sources: sources.kept, names: names.kept, mappings };
}

/** Numbers anew what is kept of a list. */
class Indices {
  readonly kept: string[] = [];
  private readonly indices = new Map<number, number>();

  constructor(private readonly all: readonly string[]) {}

  keep(index: number): number {
    const known = this.indices.get(index);
    if (known !== undefined) return known;
    this.indices.set(index, this.kept.length);
    return this.kept.push(this.all[index] ?? "") - 1;
  }
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base 64 VLQ: five bits to a digit, the least first, the sixth bit for "more to come"; the sign is the lowest bit of all. */
function decode(segment: string): number[] {
  const fields: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits < 32) {
      fields.push(value & 1 ? -(value >>> 1) : value >>> 1);
      value = 0;
      shift = 0;
    }
  }
  return fields;
}

function encode(fields: readonly number[]): string {
  return fields
    .map((field) => {
      let rest = field < 0 ? (-field << 1) | 1 : field << 1;
      let digits = "";
      do {
        const more = rest > 31 ? 32 : 0;
        digits += DIGITS[(rest & 31) | more];
        rest >>>= 5;
      } while (rest > 0);
      return digits;
    })
    .join("");
}
