import type { TerraformElement, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { allOf, decided, oneOfSeveral, text } from "../core/expression";
import { type Condition, Formula, isKnown, partsOf } from "../core/value";

/**
 * Fixes the address of a resource or output. Nested constructs get a hash in their address otherwise, and a changed address
 * destroys a queue together with its messages. In a module, what tells several apart is not in the address but in the key after it.
 */
export function addressed<T extends TerraformElement>(element: T, logicalId: string): T {
  element.overrideLogicalId(addressOf(logicalId));
  const symbols = partsOf(logicalId).flatMap((part) => (part instanceof Formula ? symbolOf(part) : []));
  several.set(element, symbols);
  return element;
}

/** The symbol that a reference is, if it is one. */
function symbolOf({ texts: [reference = ""] }: Formula): readonly string[] {
  return reference.startsWith("@") ? [reference] : [];
}

/** The address part of a resource with an id: all of it, or in a module what is known of it. */
export function addressOf(logicalId: string): string {
  if (isKnown(logicalId)) return logicalId;
  const known = partsOf(logicalId).filter((part) => typeof part === "string");
  return known
    .join("")
    .replace(/^_+|_+$/g, "")
    .replace(/[_-]+/g, "_");
}

/** A place for what is there under a condition; `undefined` when it is known not to be. */
export function under(scope: Construct, condition: Condition): Construct | undefined {
  const answer = decided(condition);
  if (answer !== undefined) return answer ? scope : undefined;
  return new Under(scope, condition);
}

class Under extends Construct {
  constructor(
    scope: Construct,
    readonly condition: Condition,
  ) {
    super(scope, `under-${scope.node.children.length}`);
  }
}

const several = new WeakMap<TerraformElement, readonly string[]>();

/** What an element of a module is made for: each of these symbols together. */
export function symbolsOf(element: TerraformElement): readonly string[] {
  return several.get(element) ?? [];
}

/** An attribute of a resource; in a module, of the one that is made for `keys`. */
export function attributeOf(resource: TerraformResource, attribute: string, keys: readonly string[]): string {
  return symbolsOf(resource).length === 0
    ? resource.interpolationForAttribute(attribute).toString()
    : text(oneOfSeveral(`${resource.terraformResourceType}.${resource.friendlyUniqueId}`, keys, attribute));
}

/** Under which condition an element is there. */
export function conditionOf(element: TerraformElement): Condition {
  return allOf(...element.node.scopes.flatMap((scope) => (scope instanceof Under ? [scope.condition] : [])));
}
