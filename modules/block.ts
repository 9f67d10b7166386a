import { type Condition, inBlock } from "../core/expression";

/** Blocks of a resource that are there under a condition. */
export function blocks<T extends Readonly<Record<string, object>>>(
  condition: Condition,
  contents: T,
): Partial<T> {
  if (typeof condition === "boolean") return condition ? contents : {};
  return Object.fromEntries(
    Object.entries(contents).map(([name, content]) => [
      name,
      Object.fromEntries(Object.entries(content).map(([key, value]) => [key, inBlock(condition, value)])),
    ]),
  ) as Partial<T>;
}
