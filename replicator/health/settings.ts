import { type Environment, Fields } from "../environment";

/** Path of its URL that health checkers ask for. */
export const HEALTH_PATH = "/health";

/** What the health function is told by its environment: one for each failover group and region. */
export interface HealthSettings {
  readonly failoverGroup: string;
  /** The home whose health it tells, and in which it runs. */
  readonly region: string;
  /** The region's own table of ownership. */
  readonly ownershipTable: string;
}

/** Reads the environment of a health function. Throws an error that names the field which is missing or wrong. */
export function healthSettings(env: Environment): HealthSettings {
  const fields = Fields.of(env);
  return {
    failoverGroup: fields.text("failoverGroup"),
    region: fields.text("region"),
    ownershipTable: fields.text("ownershipTable"),
  };
}
