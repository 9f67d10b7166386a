import { type Arguments, args, decided, inBlock } from "../core/expression";
import type { Condition } from "../core/value";

/** Blocks of a resource that are there under a condition. */
export function blocks<T extends Readonly<Record<string, object>>>(
  condition: Condition,
  contents: T,
): Partial<Arguments<T>> {
  const answer = decided(condition);
  if (answer !== undefined) return answer ? args(contents) : {};
  return args(
    Object.fromEntries(
      Object.entries(contents).map(([name, content]) => [
        name,
        Object.fromEntries(Object.entries(content).map(([key, value]) => [key, inBlock(condition, value)])),
      ]),
    ),
  ) as Partial<Arguments<T>>;
}
