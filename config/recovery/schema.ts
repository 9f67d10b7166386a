import { z } from "zod";
import {
  CONTROLLER_RESERVED_CONCURRENCY,
  DRAINER_MAX_RATE,
  FAILBACK_AFTER_SECONDS,
  FUNCTION_MEMORY_MB,
  HAND_BACK_TIMEOUT_SECONDS,
  IN_FLIGHT_SECONDS,
  RESCUE_MARGIN_SECONDS,
  TABLE_CAPACITY_UNITS,
  TABLE_NAME_LENGTH,
  TAKEOVER_DELAY_SECONDS,
} from "../../core/limits";
import { checkBusinessKey } from "../../ledger/business-key";
import { RESCUES } from "../../replicator/drain/settings";
import {
  ACCOUNT,
  allowed,
  choice,
  flag,
  kmsKeys,
  map,
  object,
  REGION_TEXT,
  region,
  roleArn,
  text,
  whole,
} from "../fields";

/** Settings of recovery in the configuration file: of the failover group, of its ledger, and of a logical queue. */

export const recovery = object({
  takeover: choice(
    ["automatic", "manual"],
    "Takeover. automatic (default with three or five regions, or with a witness): a peer takes a home over by itself once its owner's lease has ended, and an owner that is unfit for takeover_delay_seconds gives its homes up. manual (default for two or four regions without a witness, and to be said there with dns): by order only.",
  ).optional(),
  takeover_delay_seconds: whole(
    TAKEOVER_DELAY_SECONDS,
    "Time for which an owner must be unfit, by its queues, its canary or its ledger, before it gives its homes up, seconds. A lost region's homes wait for its lease alone. Default 60.",
  ).default(60),
  failback: choice(
    ["manual", "automatic"],
    "Hand-back. manual (default): by order. automatic: once the home has been fit for failback_after_seconds.",
  ).default("manual"),
  failback_after_seconds: whole(
    FAILBACK_AFTER_SECONDS,
    "Time for which a home must have been fit before an automatic hand-back, seconds; doubled at each repeat within a day. Default 900.",
  ).default(900),
  takeover_order: map(
    region,
    REGION_TEXT,
    z
      .array(region)
      .min(1, allowed("at least one region"))
      .describe("Peers of this home, the first to take it over first."),
    "Per home, the peers in the order in which they take it over. Default: all others, in the order of regions.",
  ).optional(),
  in_flight_seconds: whole(
    IN_FLIGHT_SECONDS,
    "Longest time that work goes on after a region's pass has ended, seconds. Default: the longest over the logical queues of function timeout plus consumer_processing_seconds (or the visibility timeout).",
  ).optional(),
  hand_back_timeout_seconds: whole(
    HAND_BACK_TIMEOUT_SECONDS,
    "Longest wait for messages that are not processed, seconds: before an owner hands a peer's home back, and before a home that has itself back opens. Default 900, or in_flight_seconds if that is longer.",
  ).optional(),
  witness: object({
    region: region.describe("Region of the witness, none of the group."),
    account: text(
      ACCOUNT,
      "12 digits",
      "Account of the witness. Default: that of the group's regions.",
    ).optional(),
    assume_role_arn: roleArn("Role that Terraform assumes for the witness. Default: none.").optional(),
  })
    .describe(
      "Region that votes about ownership beside two or four regions, and holds nothing but the table of ownership: names and numbers, no message. allowed_regions does not count it. Default: none.",
    )
    .optional(),
  ownership_kms_key_arns: kmsKeys(
    "KMS key of the table of ownership, per region, that of the witness included. Default: none, the table is encrypted by a key of DynamoDB.",
  ).optional(),
  ownership_deletion_protection: flag(
    "Deletion protection of the tables of ownership. Turn it off for teardown alone: a group that has lost most of them stands still. Default true.",
  ).default(true),
  drainer_memory_mb: whole(FUNCTION_MEMORY_MB, "Memory of each drainer, MB. Default 1024.").default(1_024),
  controller_memory_mb: whole(FUNCTION_MEMORY_MB, "Memory of each controller, MB. Default 256.").default(256),
  controller_concurrency_reserved: flag(
    `Whether ${CONTROLLER_RESERVED_CONCURRENCY} invocations at once are reserved for each controller. Turn it off in an account whose quota leaves none to reserve. Default true.`,
  ).default(true),
  alarm_action_arns: map(
    region,
    REGION_TEXT,
    z
      .array(
        text(
          /^arn:aws(?:-cn|-us-gov)?:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
          'the ARN of an SNS topic, "arn:aws:sns:<region>:<account>:<name>"',
          "ARN of the topic.",
        ),
      )
      .describe("SNS topics that this region's alarms notify."),
    "Per region, the SNS topics that its alarms notify. Default: none.",
  ).default({}),
}).describe(
  "Recovery: drainers, controllers and what they need, so that a peer can take a home over. Default: none, standby copies are kept and not used.",
);

const billing = z
  .discriminatedUnion(
    "type",
    [
      object({ type: z.literal("on_demand") }),
      object({
        type: z.literal("provisioned"),
        read_capacity_units: whole(TABLE_CAPACITY_UNITS, "Read capacity units per region, at least."),
        maximum_read_capacity_units: whole(TABLE_CAPACITY_UNITS, "Read capacity units per region, at most."),
        write_capacity_units: whole(TABLE_CAPACITY_UNITS, "Write capacity units per region, at least."),
        maximum_write_capacity_units: whole(
          TABLE_CAPACITY_UNITS,
          "Write capacity units per region, at most.",
        ),
      }),
    ],
    allowed('an object whose "type" is on_demand or provisioned'),
  )
  .describe(
    "Capacity of a managed table. Default on_demand. provisioned: scaled by use between the two limits, which a replicated table needs.",
  );

export const ledger = object({
  table_name: text(
    new RegExp(`^[\\w.-]{${TABLE_NAME_LENGTH.min},${TABLE_NAME_LENGTH.max}}$`),
    `${TABLE_NAME_LENGTH.min} to ${TABLE_NAME_LENGTH.max} letters, digits, underscores, hyphens and dots`,
    "A table of your own, by that name in every region: key id (string), time to live by expiration. Default: a managed global table, <prefix><failover_group>-ledger, in the global stack.",
  ).optional(),
  billing: billing.optional(),
  kms_key_arns: kmsKeys(
    "KMS key of a managed table, per region. Default: none, the table is encrypted by a key of DynamoDB.",
  ).optional(),
  point_in_time_recovery: flag("Point-in-time recovery of a managed table. Default true.").optional(),
  deletion_protection: flag(
    "Deletion protection of a managed table. It reaches the replicas with provisioned billing alone: on demand they are blocks of the table, for which the provider has no such argument. Default true.",
  ).optional(),
}).describe(
  "Ledger of processed messages, a DynamoDB global table that consumers write. Needs recovery. Default: none, a watermark tells.",
);

const LEDGER_KEY_TEXT = 'a JMESPath expression such as "powertools_json(body).order_id"';

/** Of a logical queue. */
export const rescueSettings = {
  rescue: choice(
    RESCUES,
    "How a peer that takes a home over tells which copies are processed. ledger (default if the group has one): by the ledger. watermark (default otherwise): by the age of the home's oldest messages. manual: by the time that the operator gives.",
  ).optional(),
  rescue_margin_seconds: whole(
    RESCUE_MARGIN_SECONDS,
    "rescue watermark: taken off the watermark before copies count as processed, seconds. Default 120; metrics are a minute or two old.",
  ).optional(),
  max_rate: whole(
    DRAINER_MAX_RATE,
    "Messages per second that a drainer moves to the work queue, at most. Default: as many as it can.",
  ).optional(),
  on_missing_identity: choice(
    ["forward", "dlq"],
    "rescue ledger: what becomes of a copy that the ledger cannot know because it has no origin. forward (default): it is processed. dlq: it goes to the dead-letter queue.",
  ).optional(),
  ledger_key: z
    .string(allowed(LEDGER_KEY_TEXT))
    .refine(isJmesPath, allowed(LEDGER_KEY_TEXT))
    .describe(
      "rescue ledger: JMESPath of the business key in the message, by which the ledger is kept. Default: none, it is kept by producer key or origin.",
    )
    .optional(),
};

function isJmesPath(expression: string): boolean {
  try {
    checkBusinessKey(expression);
    return true;
  } catch {
    return false;
  }
}
