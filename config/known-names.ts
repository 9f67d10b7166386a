import { z } from "zod";
import { configurationSchema } from "./schema";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Names that an object at a path of the configuration may have, of all its forms; none where names are the author's own. */
export function namesAt(path: readonly string[]): readonly string[] {
  const root = z.toJSONSchema(configurationSchema, { io: "input" });
  const schemas = path.reduce<readonly JsonSchema[]>(
    (parents, name) => parents.flatMap((parent) => childrenOf(parent, name)),
    formsOf(root),
  );
  return [...new Set(schemas.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

function childrenOf(
  { properties, additionalProperties, items }: JsonSchema,
  name: string,
): readonly JsonSchema[] {
  return [properties?.[name] ?? additionalProperties, items].flatMap(formsOf);
}

/** A schema, or those that it lets choose from. */
function formsOf(schema: unknown): readonly JsonSchema[] {
  if (schema === null || typeof schema !== "object" || Array.isArray(schema)) return [];
  const { anyOf, oneOf } = schema as JsonSchema;
  const forms = anyOf ?? oneOf;
  return forms === undefined ? [schema as JsonSchema] : forms.flatMap(formsOf);
}
