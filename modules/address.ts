import type { TerraformElement } from "cdktf";

/**
 * Fixes the address of a resource or output. Nested constructs get a hash in their address otherwise, and a changed address
 * destroys a queue together with its messages.
 */
export function addressed<T extends TerraformElement>(element: T, logicalId: string): T {
  element.overrideLogicalId(logicalId);
  return element;
}
