import type { Rescue } from "../drain/settings";
import { type Environment, Fields } from "../environment";

/** What starts a controller, each once a minute: two services of AWS, so that either may stand still. */
export type Trigger = "schedule" | "rule";

/** The event with which a controller is started by {@link Trigger}. */
export interface TriggerEvent {
  readonly trigger: Trigger;
}

/** What a controller is told by its environment: one for each failover group and region. */
export interface ControllerSettings {
  readonly failoverGroup: string;
  readonly region: string;
  /** All regions of the group, in the order of the configuration. */
  readonly regions: readonly string[];
  /** Time for which a region must be unfit before it gives up what it owns. */
  readonly takeoverDelaySeconds: number;
  /** Per home, the peers in the order in which they take it over. */
  readonly takeoverOrder: Readonly<Record<string, readonly string[]>>;
  /** `automatic`: regions take homes over by themselves. */
  readonly takeover: "manual" | "automatic";
  readonly failback: "manual" | "automatic";
  /** `automatic`: time for which the home must have been healthy, with a fresh canary. */
  readonly failbackAfterSeconds: number;
  /** Longest time that work goes on after a region's consumers and functions were told to stop. */
  readonly inFlightSeconds: number;
  /** Longest wait before a peer's home goes back, and before a home that has itself back opens, with messages that are not processed. */
  readonly handBackTimeoutSeconds: number;
  /** Table of the ledger in this region. @default no ledger */
  readonly ledgerTable?: string;
  /** Publishes the metric `Healthy`, which records may go by. @default nothing does */
  readonly publishesHealth?: boolean;
  readonly ownership: {
    /** By region, of all members and of the witness, the table of ownership: a name, or an ARN where the table is in another account. */
    readonly tables: Readonly<Record<string, string>>;
    /** By home, the regions whose tables vote about the home, as configured. */
    readonly voters: Readonly<Record<string, readonly string[]>>;
  };
  readonly canary: {
    readonly ingressQueueUrl: string;
    readonly workQueueUrl: string;
    /** By home. */
    readonly standbyQueueUrls: Readonly<Record<string, string>>;
  };
}

/**
 * What the controller knows of a logical queue of its group: an SSM parameter per logical queue and region. Terraform writes the parameter
 * below the path `queues` of {@link parameterNames}, since the environment of a function holds 4 KB.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export interface ControlledQueue {
  readonly queue: string;
  readonly rescue: Rescue;
  /** Taken off the watermark of a home before copies are taken for processed. */
  readonly marginSeconds: number;
  /** Names of drainers in this region, by home. None of a queue in mode `none`, which is listed for the sake of health alone. */
  readonly drainers: Readonly<Record<string, string>>;
  /** Names of standby queues in this region, by home: of each that has a drainer. */
  readonly standbys: Readonly<Record<string, string>>;
  /** Names of queues in this region. */
  readonly ingress: string;
  readonly work: string;
}

/** Reads the environment of a controller. Throws an error that names the field which is missing or wrong. */
export function controllerSettings(env: Environment): ControllerSettings {
  const fields = Fields.of(env);
  const order = fields.object("takeoverOrder");
  const canary = fields.object("canary");
  const regions = fields.texts("regions");
  return {
    failoverGroup: fields.text("failoverGroup"),
    region: fields.text("region"),
    regions,
    takeoverDelaySeconds: fields.wholeNumber("takeoverDelaySeconds"),
    takeoverOrder: Object.fromEntries(regions.map((home) => [home, order.texts(home)])),
    takeover: fields.oneOf("takeover", ["manual", "automatic"]),
    failback: fields.oneOf("failback", ["manual", "automatic"]),
    failbackAfterSeconds: fields.wholeNumber("failbackAfterSeconds"),
    inFlightSeconds: fields.wholeNumber("inFlightSeconds"),
    handBackTimeoutSeconds: fields.wholeNumber("handBackTimeoutSeconds"),
    ...fields.optional("ledgerTable", (from, field) => from.text(field)),
    ...fields.optional("publishesHealth", (from, field) => from.flag(field)),
    ownership: ownershipOf(fields.object("ownership"), regions),
    canary: {
      ingressQueueUrl: canary.queueUrl("ingressQueueUrl"),
      workQueueUrl: canary.queueUrl("workQueueUrl"),
      standbyQueueUrls: canary.queueUrls("standbyQueueUrls"),
    },
  };
}

/** A witness votes about every home, and so does whoever else has a table that is asked. */
function ownershipOf(fields: Fields, regions: readonly string[]): ControllerSettings["ownership"] {
  const [tables, voters] = [fields.object("tables"), fields.object("voters")];
  const byHome = regions.map((home) => [home, voters.texts(home)] as const);
  const asked = new Set([...regions, ...byHome.flatMap(([, some]) => some)]);
  return {
    tables: Object.fromEntries([...asked].map((region) => [region, tables.text(region)])),
    voters: Object.fromEntries(byHome),
  };
}
