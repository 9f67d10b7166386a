import { toCamel } from "../../config/camel-case";
import { call, each, expression, isSet, presentIf } from "../../core/expression";
import { ANY_REGION } from "./symbols";

/**
 * Trees of references in the shape that settings have: what code reads of a configuration, where a module reads its variables or locals.
 */

/** Of a zod schema, what tells its shape. */
interface Definition {
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, Definition>>;
    readonly keyType?: Definition;
    readonly valueType?: Definition;
    readonly innerType?: Definition;
  };
}

const raws = new WeakMap<object, string>();

/** The reference to the map itself, of what {@link mapByRegion} made. */
export function rawOf(map: object): string | undefined {
  return raws.get(map);
}

/** A map whose keys are regions, each of which may be missing. @param reference to the map, or `null` */
export function mapByRegion<T>(reference: string): Readonly<Record<string, T>> {
  const make = (region: string) => expression<T>`try(${reference}[${region}], null)`;
  const map = recordOf([ANY_REGION], make);
  raws.set(map, reference);
  return map;
}

/** A record that has a value for every key, and is gone through by some. */
export function recordOf<T>(keys: readonly string[], make: (key: string) => T): Readonly<Record<string, T>> {
  return new Proxy<Record<string, T>>(
    {},
    {
      get: (_, key) => (typeof key === "string" ? make(key) : undefined),
      has: () => true,
      ownKeys: () => [...keys],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  );
}

/**
 * References to what a schema describes, keys in camel case.
 * @param path of the variable, such as `var.recovery`
 */
export function referencesTo(schema: unknown, path: string, isMaybe = false): unknown {
  const { type, innerType, shape, keyType } = (schema as Definition).def;
  switch (type) {
    case "optional":
      return optionalTo(innerType!, path, isMaybe);
    case "default":
    case "prefault":
      return referencesTo(innerType, path, isMaybe);
    case "object":
      return Object.fromEntries(
        Object.entries(shape!).map(([key, field]) => [
          toCamel(key),
          isPrincipals(key) ? principalsAt(path, key) : referencesTo(field, `${path}.${key}`, isMaybe),
        ]),
      );
    case "record":
      return isByRegion(keyType!) ? mapByRegion(leaf(path, isMaybe)) : leaf(path, isMaybe);
    default:
      return leaf(path, isMaybe);
  }
}

function optionalTo(schema: Definition, path: string, isMaybe: boolean): unknown {
  if (schema.def.type !== "object") return referencesTo(schema, path, isMaybe);
  return presentIf(isSet(leaf(path, isMaybe)), referencesTo(schema, path, true) as object);
}

function leaf(path: string, isMaybe: boolean): string {
  return isMaybe ? `\${try(${path}, null)}` : `\${${path}}`;
}

/** Keys that look like regions; those of other maps are the user's. */
function isByRegion(keyType: Definition): boolean {
  const { safeParse } = keyType as unknown as { safeParse(key: string): { success: boolean } };
  return safeParse("us-east-1").success && !safeParse("x").success;
}

function isPrincipals(key: string): key is "producers" | "consumers" {
  return key === "producers" || key === "consumers";
}

/** A list of Terraform has elements of one type, so services have a list of their own. */
function principalsAt(path: string, key: "producers" | "consumers") {
  const named = `\${${path}.${key}}` as unknown as readonly string[];
  const isArn = (principal: string) => call("startswith", principal, "arn:");
  const itself = (principal: string) => principal;
  return {
    arns: each(named, itself, isArn),
    accounts: each(named, itself, (principal) => expression`!${isArn(principal)}`),
    services: `\${${path}.${key.replace(/s$/, "")}_services}`,
  };
}

export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
