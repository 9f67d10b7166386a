import type { Loop } from "../hcl-text";
import type { Constraint } from "../validations";

/**
 * Rules across variables, as a module checks them: those of config/rules.ts and below that a `validation` block cannot hold, which
 * refers to its own variable only before Terraform 1.9. Words are those of the configuration file's violations.
 */

export interface ModuleCheck {
  /** Where the value stands, inside of a text: `queues.${name}.rescue`. */
  readonly path: string;
  /** Expression of the value that is shown. */
  readonly value: string;
  /** What is gone through; default: the check is made once. */
  readonly loops?: readonly Loop[];
  /** An expression. It must not fail, whatever else is wrong. */
  readonly holds: string;
  /** What is allowed, inside of a text. */
  readonly allowed: string;
}

export function constraintOf({ path, value, loops = [], holds, allowed }: ModuleCheck): Constraint {
  return {
    field: path.replace(/\.?\$\{[^}]*\}/g, ""),
    subject: `${path} is \${jsonencode(${value})}`,
    loops,
    holds,
    allowed,
  };
}

/** Goes through a map or a list, `over`. */
export function through(over: string, value: string, key = "index"): Loop {
  return { key, value, over, skipsNull: false };
}

/** An expression for a list of a variable that may not be there. */
export function listAt(path: string): string {
  return `coalesce(try(${path}, null), [])`;
}

export const ALL_REGIONS = '${join(", ", local.regions)}';
