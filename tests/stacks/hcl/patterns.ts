import fc from "fast-check";
import { configurationSchema } from "../../../config/schema";
import { patternParts } from "../../../stacks/hcl/patterns";
import { attributesOf, checksOf, isObject, type Schema } from "../../../stacks/hcl/schema-tree";
import { VARIABLES } from "./variable-cases";

/** Every regular expression of the schema that variables are checked by. */
export function patterns(): readonly RegExp[] {
  const all = attributesOf(configurationSchema as unknown as Schema)
    .filter(({ name }) => (VARIABLES as readonly string[]).includes(name))
    .flatMap(({ schema }) => patternsIn(schema));
  return [...new Map(all.map((pattern) => [String(pattern), pattern])).values()];
}

function patternsIn(schema: Schema): readonly RegExp[] {
  const own = checksOf(schema).flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]));
  if (isObject(schema)) return attributesOf(schema).flatMap((one) => patternsIn(one.schema));
  const { keyType, valueType, element, options = [] } = schema.def;
  const below = [keyType, valueType, element, ...options].filter((one) => one !== undefined);
  return [...own, ...below.flatMap(patternsIn)];
}

/** Texts that match, and such that nearly do. */
export function texts(pattern: RegExp): fc.Arbitrary<string> {
  const { source } = patternParts(pattern).at(-1)!;
  const similar = fc.stringMatching(new RegExp(source, pattern.flags), { maxLength: 300 });
  return fc.oneof(
    similar,
    similar.map((text) => `aws:${text}`),
    fc.tuple(similar, fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, piece]) => {
      const index = at % (text.length + 1);
      return text.slice(0, index) + piece + text.slice(index + 1);
    }),
    fc.string(),
  );
}
