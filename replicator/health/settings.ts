import { type Environment, Fields } from "../environment";

/** Path of its URL that health checkers ask for. */
export const HEALTH_PATH = "/health";

/** What the health function is told by its environment: one for each failover group and region. */
export interface HealthSettings {
  readonly failoverGroup: string;
  /** The home whose health it tells, and in which it runs. */
  readonly region: string;
  /** All regions of the group. */
  readonly regions: readonly string[];
  /** Account of the region's queues. */
  readonly account: string;
  /** Table of the ledger in this region. @default no ledger */
  readonly ledgerTable?: string;
  readonly canary: {
    readonly ingressQueueUrl: string;
    readonly workQueueUrl: string;
  };
}

/** Reads the environment of a health function. Throws an error that names the field which is missing or wrong. */
export function healthSettings(env: Environment): HealthSettings {
  const fields = Fields.of(env);
  const canary = fields.object("canary");
  return {
    failoverGroup: fields.text("failoverGroup"),
    region: fields.text("region"),
    regions: fields.texts("regions"),
    account: fields.text("account"),
    ...fields.optional("ledgerTable", (from, field) => from.text(field)),
    canary: {
      ingressQueueUrl: canary.queueUrl("ingressQueueUrl"),
      workQueueUrl: canary.queueUrl("workQueueUrl"),
    },
  };
}
