import { FIFO_SUFFIX } from "../core/names";

/** Name of the one environment variable that carries a function's settings, as JSON. */
export const SETTINGS_VARIABLE = "SQS_MULTI_REGION";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings as they stand in the environment, or an object within them, field by field. Every reader throws an error that names the
 * field which is missing or wrong.
 */
export class Fields {
  private constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly path = "",
  ) {}

  static of(env: Environment): Fields {
    const json = env[SETTINGS_VARIABLE];
    if (json === undefined) throw new Error(`environment variable ${SETTINGS_VARIABLE} is not set`);
    return new Fields(record(parse(json), ""));
  }

  has(field: string): boolean {
    return this.values[field] !== undefined;
  }

  /** What `read` makes of a field, as an object with that field; an empty one when it is not there. */
  optional<Name extends string, T>(
    field: Name,
    read: (fields: Fields, field: Name) => T,
  ): { readonly [name in Name]?: T } {
    return this.has(field) ? ({ [field]: read(this, field) } as { readonly [name in Name]: T }) : {};
  }

  object(field: string): Fields {
    return new Fields(record(this.values[field], this.pathOf(field)), this.pathOf(field));
  }

  text(field: string): string {
    const value = this.values[field];
    if (isText(value)) return value;
    throw this.invalid(field, "a string that is not empty");
  }

  texts(field: string): readonly string[] {
    const value = this.values[field];
    if (Array.isArray(value) && value.every(isText)) return value;
    throw this.invalid(field, "a list of strings that are not empty");
  }

  /** Strings by name, at least one. */
  textsByName(field: string): Readonly<Record<string, string>> {
    const values = Object.entries(record(this.values[field], this.pathOf(field)));
    if (values.length > 0 && values.every((entry): entry is [string, string] => isText(entry[1])))
      return Object.fromEntries(values);
    throw this.invalid(field, "at least one string that is not empty, by name");
  }

  flag(field: string): boolean {
    const value = this.values[field];
    if (typeof value === "boolean") return value;
    throw this.invalid(field, "true or false");
  }

  /** A number of seconds, or of anything that is counted. */
  wholeNumber(field: string): number {
    const value = this.values[field];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw this.invalid(field, "a whole number");
  }

  oneOf<T extends string>(field: string, names: readonly T[]): T {
    const value = names.find((name) => name === this.values[field]);
    if (value === undefined) throw this.invalid(field, `one of ${names.join(", ")}`);
    return value;
  }

  /** URL of a queue that is of the kind which the field `fifo` says. */
  queueUrl(field: string): string {
    return this.checkedUrl(this.values[field], this.pathOf(field));
  }

  /** URLs of queues by region. */
  queueUrls(field: string): Readonly<Record<string, string>> {
    const path = this.pathOf(field);
    return Object.fromEntries(
      Object.entries(record(this.values[field], path)).map(([key, value]) => [
        key,
        this.checkedUrl(value, `${path}.${key}`),
      ]),
    );
  }

  /** The error about a field that was read and does not fit. */
  invalid(field: string, wanted: string): Error {
    return invalid(this.pathOf(field), this.values[field], wanted);
  }

  private pathOf(field: string): string {
    return `${this.path}.${field}`;
  }

  /** SQS tells FIFO queues by their name, and a function that takes one for the other loses its order or gets nothing sent. */
  private checkedUrl(value: unknown, path: string): string {
    const { fifo } = this.values;
    if (typeof value !== "string" || !URL.canParse(value)) throw invalid(path, value, "a URL");
    if (value.endsWith(FIFO_SUFFIX) === fifo || typeof fifo !== "boolean") return value;
    throw invalid(path, value, `a URL that ${fifo ? "ends" : "does not end"} in ${FIFO_SUFFIX}`);
  }
}

/** Where passes are read. */
export interface OwnershipSettings {
  /** Tables that hold passes, by region, the own one among them: names, or ARNs of tables in another account. */
  readonly tables: Readonly<Record<string, string>>;
}

export function ownershipOf(fields: Fields, field: string): OwnershipSettings {
  return { tables: fields.object(field).textsByName("tables") };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error(`environment variable ${SETTINGS_VARIABLE} is not JSON`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(path, value, "an object");
}

function invalid(path: string, value: unknown, wanted: string): Error {
  const found = value === undefined ? "it is missing" : `it is ${JSON.stringify(value)}`;
  return new Error(`environment variable ${SETTINGS_VARIABLE}${path}: must be ${wanted}, but ${found}`);
}
