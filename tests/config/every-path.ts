type Path = readonly string[];

/** What a JSON Schema says of one value. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const A_REGION = "us-east-1";
const KEYS: Readonly<Record<string, string>> = { queues: "orders" };

/** Paths of all settings that a JSON Schema knows; keys that are the author's own are a region's or a queue's name. */
export function everyPath(schema: Schema, path: Path = []): readonly Path[] {
  return (schema.anyOf ?? schema.oneOf ?? [schema]).flatMap((form) => [
    ...(path.length > 0 ? [path] : []),
    ...Object.entries(childrenOf(form, path)).flatMap(([name, child]) => everyPath(child, [...path, name])),
  ]);
}

function childrenOf({ properties, additionalProperties, items }: Schema, path: Path): Record<string, Schema> {
  return {
    ...properties,
    ...(typeof additionalProperties === "object" && {
      [KEYS[path.at(-1)!] ?? A_REGION]: additionalProperties,
    }),
    ...(items && { 0: items }),
  };
}

/** An object with one value replaced; what the value needs around it is made. */
export function withValue(root: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined) return value;
  const isList = /^\d+$/.test(name);
  if (isList) return [withValue(undefined, rest, value)];
  const around = root !== null && typeof root === "object" && !Array.isArray(root) ? root : {};
  return { ...around, [name]: withValue(Reflect.get(around, name), rest, value) };
}
