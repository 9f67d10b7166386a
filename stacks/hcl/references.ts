import { call, each, expression, isSet, presentIf, reference } from "../../core/expression";
import { toCamel } from "../../core/spelling";
import type { Value } from "../../core/value";

/**
 * Trees of references in the shape that settings have: what code reads of a configuration, where a module reads its variables or locals.
 */

/** Of a zod schema, what tells its shape. */
interface Definition {
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, Definition>>;
    readonly innerType?: Definition;
  };
}

/**
 * A record that has something for each of some keys, and is gone through by the first of them.
 * @param listed keys that it is gone through by
 * @param others keys that are asked for beside them
 */
export function recordOf<T>(
  listed: readonly string[],
  others: readonly string[],
  make: (key: string) => T,
): Readonly<Record<string, T>> {
  const record = Object.fromEntries(listed.map((key) => [key, make(key)]));
  for (const key of others) Object.defineProperty(record, key, { value: make(key) });
  return record;
}

/**
 * References to what a schema describes, keys in camel case.
 * @param path of the variable, such as `var.recovery`
 */
export function referencesTo(schema: unknown, path: string, isMaybe = false): unknown {
  const { type, innerType, shape } = (schema as Definition).def;
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
    default:
      return leaf(path, isMaybe);
  }
}

function optionalTo(schema: Definition, path: string, isMaybe: boolean): unknown {
  if (schema.def.type !== "object") return referencesTo(schema, path, isMaybe);
  return presentIf(isSet(leaf(path, isMaybe)), referencesTo(schema, path, true) as object);
}

function leaf(path: string, isMaybe: boolean): Value<unknown> {
  return reference(isMaybe ? `try(${path}, null)` : path);
}

function isPrincipals(key: string): key is "producers" | "consumers" {
  return key === "producers" || key === "consumers";
}

/** A list of Terraform has elements of one type, so services have a list of their own. */
function principalsAt(path: string, key: "producers" | "consumers") {
  const named = reference<readonly string[]>(`${path}.${key}`);
  const isArn = (principal: Value<string>) => call<boolean>("startswith", principal, "arn:");
  const itself = (principal: Value<string>) => principal;
  return {
    arns: each(named, itself, isArn),
    accounts: each(named, itself, (principal) => expression`!${isArn(principal)}`),
    services: reference(`${path}.${key.replace(/s$/, "")}_services`),
  };
}
