import type { OperatedGroup } from "../group";
import { UsageError } from "../mistake";

/** Only tables that the configuration names are known to controllers. What is lost may be a voter that the configuration has no longer. */
export function checkTables(
  { tables, name }: OperatedGroup,
  option: string,
  regions: readonly string[],
): void {
  for (const region of regions) {
    if (tables.includes(region)) continue;
    throw new UsageError({
      given: `${option} ${region}`,
      problem: `${region} is neither a region of the failover group ${name} nor its witness`,
      allowed: tables.join(", "),
      fix: "correct the name, or add the region or recovery.witness to the configuration and apply",
    });
  }
}
