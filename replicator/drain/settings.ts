import { type Environment, Fields, type OwnershipSettings, ownershipOf } from "../environment";

/** How the copies are told apart that are processed. */
export const RESCUES = ["ledger", "watermark", "manual"] as const;
export type Rescue = (typeof RESCUES)[number];

/** What a drainer is told by its environment: one for each logical queue and home, in each peer. */
export interface DrainerSettings {
  readonly failoverGroup: string;
  readonly logicalQueue: string;
  /** Region in which the function runs. */
  readonly region: string;
  readonly homeRegion: string;
  readonly fifo: boolean;
  readonly rescue: Rescue;
  readonly standbyQueueUrl: string;
  readonly workQueueUrl: string;
  /** Dead-letter queue of the own work queue. */
  readonly dlqUrl: string;
  /** The home's queues, read when its pollers stand still. The outbox is missing in `sync`. */
  readonly homeIngressQueueUrl: string;
  readonly homeOutboxQueueUrl?: string;
  /** Visibility timeout of the standby queue, and of the home's ingress and outbox. */
  readonly transitVisibilityTimeoutSeconds: number;
  /** Messages per second that are moved, at most. @default as many as it can */
  readonly maxRate?: number;
  /** What becomes of a copy without identity when it is to be moved. Only with a ledger. */
  readonly onMissingIdentity: "forward" | "dlq";
  /** Table of the ledger in this region. Only with `rescue: ledger`. */
  readonly ledgerTable?: string;
  /** JMESPath of the business key in the record, if the ledger is kept by one. */
  readonly ledgerKey?: string;
  /** Where it is said what the region owns. */
  readonly ownership: OwnershipSettings;
}

/** Reads what a drainer is told by its environment. Throws an error that names the field which is missing or wrong. */
export function drainerSettings(env: Environment): DrainerSettings {
  const fields = Fields.of(env);
  const rescue = fields.oneOf("rescue", RESCUES);
  const settings = {
    failoverGroup: fields.text("failoverGroup"),
    logicalQueue: fields.text("logicalQueue"),
    region: fields.text("region"),
    homeRegion: fields.text("homeRegion"),
    fifo: fields.flag("fifo"),
    rescue,
    standbyQueueUrl: fields.queueUrl("standbyQueueUrl"),
    workQueueUrl: fields.queueUrl("workQueueUrl"),
    dlqUrl: fields.queueUrl("dlqUrl"),
    homeIngressQueueUrl: fields.queueUrl("homeIngressQueueUrl"),
    ...fields.optional("homeOutboxQueueUrl", (own, field) => own.queueUrl(field)),
    transitVisibilityTimeoutSeconds: fields.wholeNumber("transitVisibilityTimeoutSeconds"),
    ...fields.optional("maxRate", (own, field) => own.wholeNumber(field)),
    onMissingIdentity: fields.oneOf("onMissingIdentity", ["forward", "dlq"]),
    ...fields.optional("ledgerTable", (own, field) => own.text(field)),
    ...fields.optional("ledgerKey", (own, field) => own.text(field)),
    ownership: ownershipOf(fields, "ownership"),
  } as const;
  if (rescue === "ledger" && settings.ledgerTable === undefined) {
    throw fields.invalid("ledgerTable", "the name of a table with rescue ledger");
  }
  if (settings.maxRate === 0) throw fields.invalid("maxRate", "at least 1");
  return settings;
}
