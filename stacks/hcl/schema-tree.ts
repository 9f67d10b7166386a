import { z } from "zod";

/** What a zod schema says about itself, as far as variables need it. */
export interface Schema {
  readonly description?: string | undefined;
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, Schema>>;
    readonly keyType?: Schema;
    readonly valueType?: Schema;
    readonly innerType?: Schema;
    readonly element?: Schema;
    readonly options?: readonly Schema[];
    readonly discriminator?: string;
    readonly entries?: Readonly<Record<string, string>>;
    readonly values?: readonly unknown[];
    readonly defaultValue?: unknown;
    readonly checks?: readonly { readonly _zod: { readonly def: SchemaCheck } }[];
  };
  safeParse(value: unknown): z.ZodSafeParseResult<unknown>;
}

/** A check of a schema: which of the others there is depends on the first. */
export interface SchemaCheck {
  readonly check: string;
  readonly pattern?: RegExp;
  readonly value?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Whether a value has to be given, may be `null`, or is another where none is given. */
export type Presence = "required" | "optional" | { readonly default: unknown };

/** A field of an object, as Terraform has it. */
export interface Attribute {
  readonly name: string;
  readonly schema: Schema;
  readonly presence: Presence;
  readonly description: string;
}

/**
 * Attributes of an object, or of one that is any of several: then each may be missing, and {@link alternativesOf} tells which go
 * together. A list of Terraform has elements of one type, so that objects among texts have a list of their own.
 */
export function attributesOf(schema: Schema): readonly Attribute[] {
  const { shape, options, discriminator } = schema.def;
  if (shape !== undefined) {
    return Object.entries(shape).flatMap(([name, field]) => parted(attribute(name, field)));
  }
  const all = options!
    .flatMap(attributesOf)
    .filter(({ name }) => name !== discriminator)
    .map((one): Attribute => {
      if (typeof one.presence === "object")
        throw new Error(`${one.name}: no default for a field of one alternative`);
      return { ...one, presence: "optional" };
    });
  return discriminator === undefined ? all : [discriminating(discriminator, options!), ...all];
}

/** One of several objects that may stand in the same place. */
export interface Alternative {
  /** By name, what the fields that tell it apart are. */
  readonly literals: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
  /** Fields that only others have. */
  readonly foreign: readonly string[];
}

export function alternativesOf(schema: Schema): readonly Alternative[] {
  const all = attributesOf(schema).map(({ name }) => name);
  return schema.def.options!.map(({ def: { shape } }) => {
    const fields = Object.entries(shape!).map(([name, field]) => attribute(name, field));
    const literals = fields.filter(({ schema: { def } }) => def.type === "literal");
    return {
      literals: Object.fromEntries(literals.map(({ name, schema: { def } }) => [name, def.values![0]])),
      required: fields
        .filter((field) => field.presence === "required" && !literals.includes(field))
        .map(({ name }) => name),
      foreign: all.filter((name) => !(name in shape!)),
    };
  });
}

export function isObject(schema: Schema): boolean {
  return schema.def.type === "object" || (isUnion(schema) && schema.def.options!.every(isObject));
}

export function isUnion(schema: Schema): boolean {
  return schema.def.type === "union";
}

export function checksOf(schema: Schema): readonly SchemaCheck[] {
  return (schema.def.checks ?? []).map(({ _zod }) => _zod.def);
}

function attribute(name: string, field: Schema): Attribute {
  let presence: Presence = "required";
  let description = field.description;
  let schema = field;
  while (schema.def.innerType !== undefined) {
    const { type, defaultValue } = schema.def;
    if (presence === "required") presence = type === "optional" ? type : { default: defaultValue };
    schema = schema.def.innerType;
    description ??= schema.description;
  }
  return { name, schema, presence, description: description ?? "" };
}

/** A list of texts and objects as two, `<name>` and `<singular>_<kind>`: what the module reads back in references.ts. */
function parted(list: Attribute): readonly Attribute[] {
  const { name, schema, description } = list;
  const options = schema.def.type === "array" ? (schema.def.element!.def.options ?? []) : [];
  const objects = options.filter(isObject);
  const texts = options.filter((option) => !isObject(option));
  if (objects.length === 0 || texts.length === 0) return [list];
  const other = `${singular(name)}_services`;
  return [
    {
      ...list,
      schema: arrayOf(z.union(texts as unknown as readonly z.ZodType[])),
      description: `${description} Each is a role or user by ARN, or a whole account by its 12 digits; for AWS services see ${other}.`,
    },
    {
      ...list,
      name: other,
      schema: arrayOf(objects[0] as unknown as z.ZodType),
      description: `AWS services beside ${name}, each with the ARNs of the resources on whose behalf it calls. Default: none.`,
    },
  ];
}

function arrayOf(element: z.ZodType): Schema {
  return z.array(element) as unknown as Schema;
}

/** The field that tells alternatives apart; what it may be is a matter of the whole. */
function discriminating(name: string, options: readonly Schema[]): Attribute {
  const values = options.map(({ def: { shape } }) => String(shape![name]!.def.values![0]));
  return {
    name,
    schema: z.string() as unknown as Schema,
    presence: "required",
    description: `${values.join(" or ")}.`,
  };
}

export function singular(name: string): string {
  return name.endsWith("sses") ? name.slice(0, -2) : name.replace(/s$/, "");
}
