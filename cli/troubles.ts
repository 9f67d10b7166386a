import type { GroupView } from "./group-view";
import { adviceFor, describe } from "./trouble";

/** What kept tables from being looked at, what to do, and what follows for the rest: a line each. */
export function troublesOf({ tables, troubles }: GroupView): readonly string[] {
  if (troubles.size === 0) return [];
  const found = [...troubles].map(
    ([region, trouble]) => `${region} could not be looked at: ${describe(trouble)}: ${trouble.message}`,
  );
  const rest = troubles.size === tables.length ? ["Nothing is known of any region."] : [];
  return [...found, ...adviceFor([...troubles.values()]), ...rest];
}
