import { z } from "zod";
import {
  DEFAULT_INGRESS_MESSAGE_BYTES,
  DELAY_SECONDS,
  FUNCTION_MEMORY_MB,
  FUNCTION_TIMEOUT_SECONDS,
  IAM_ROLES,
  IAM_ROLES_DEFAULT,
  KMS_REUSE_SECONDS,
  LOG_RETENTION_DAYS,
  MAPPING_BATCH_SIZE,
  MAPPING_MAXIMUM_CONCURRENCY,
  MAPPING_MAXIMUM_POLLERS,
  MAPPING_MINIMUM_POLLERS,
  MAPPING_WINDOW_SECONDS,
  MAX_MESSAGE_SIZE,
  MAX_RECEIVE_COUNT,
  RECEIVE_WAIT_SECONDS,
  RETENTION_SECONDS,
  TAG_CHARACTERS,
  TRANSIT_RETENTION_SECONDS,
  VISIBILITY_TIMEOUT_SECONDS,
} from "../core/limits";
import { MODE_NAMES } from "../core/modes";
import { DEFAULT_NAME_TEMPLATES, REQUIRED_PLACEHOLDERS, type Word } from "../core/names";
import { dns } from "./dns/schema";
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
} from "./fields";
import { queuePolicies } from "./policies/schema";
import { ledger, recovery, rescueSettings } from "./recovery/schema";

/**
 * The configuration file, as its author writes it: keys are Terraform's names, `undefined` means the default. What spans
 * several fields is checked in rules.ts. The message of an issue is the allowed range; load.ts adds path, value and fix.
 */

const ROLE_OR_USER_ARN = /^arn:aws(?:-cn|-us-gov)?:iam::\d{12}:(?:role|user)\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+$/;
const ROLE_OR_USER_TEXT = "the ARN of a role or user without wildcards";
const ACCOUNT_TEXT = "a 12-digit account id";

const tags = map(
  z.string().regex(new RegExp(`^(?![aA][wW][sS]:)[${TAG_CHARACTERS.range}]{1,128}$`, "u")),
  `tag keys of 1 to 128 ${TAG_CHARACTERS.words} that do not begin with aws:`,
  text(
    new RegExp(`^[${TAG_CHARACTERS.range}]{0,256}$`, "u"),
    `a text of at most 256 ${TAG_CHARACTERS.words}`,
    "Value of the tag.",
  ),
  "Tags of every resource.",
);

/**
 * A principal that may send or receive. IAM principals are named by ARN; an AWS service always together with the ARNs of the
 * resources on whose behalf it calls.
 */
const principal = z
  .union(
    [
      z.string().regex(ROLE_OR_USER_ARN, allowed(ROLE_OR_USER_TEXT)),
      z.string().regex(ACCOUNT, allowed(ACCOUNT_TEXT)),
      object({
        service: text(
          /^[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?$/,
          'a service principal such as "sns.amazonaws.com"',
          "Service principal.",
        ),
        source_arns: z
          .array(z.string().regex(/^arn:[^*?]+$/, allowed("an ARN without wildcards")))
          .min(1, allowed("at least one ARN"))
          .describe("ARNs of the resources on whose behalf the service calls (aws:SourceArn)."),
      }),
    ],
    allowed(`${ROLE_OR_USER_TEXT}, ${ACCOUNT_TEXT}, or { "service": …, "source_arns": […] }`),
  )
  .describe(
    "A role or user by ARN, a whole account by its 12 digits, or an AWS service with the ARNs it acts for.",
  );

const functionSettings = {
  memory_mb: whole(FUNCTION_MEMORY_MB, "Memory of each function, MB. Default 256."),
  timeout_seconds: whole(
    FUNCTION_TIMEOUT_SECONDS,
    "Timeout of each function, seconds. Default 20. Queues that functions read need six times as much visibility timeout.",
  ),
  profile: choice(
    ["latency", "throughput"],
    "Batching. latency (default): batches of up to 10, at once. throughput: batches of up to 100, waited for up to 1 second; FIFO queues stay at 10, at once.",
  ),
  batch_size: whole(
    MAPPING_BATCH_SIZE,
    "Messages per invocation, at most. Default: that of the profile. More than 10 needs a batching window of at least 1 second.",
  ),
  batching_window_seconds: whole(
    MAPPING_WINDOW_SECONDS,
    "Time that a mapping waits for a batch to fill, seconds. Default: that of the profile.",
  ),
  maximum_concurrency: whole(
    MAPPING_MAXIMUM_CONCURRENCY,
    "Invocations at once per mapping, at most. Default: none, Lambda scales to the account's concurrency.",
  ),
  provisioned_pollers: object({
    minimum: whole(MAPPING_MINIMUM_POLLERS, "Pollers that are always there."),
    maximum: whole(MAPPING_MAXIMUM_POLLERS, "Pollers, at most."),
  }).describe(
    "Provisioned mode of each mapping; not together with maximum_concurrency. Default: none, Lambda scales the pollers.",
  ),
  architecture: choice(["arm64", "x86_64"], "Instruction set. Default arm64."),
  runtime: choice(
    ["nodejs22.x", "nodejs24.x"],
    "Lambda runtime. Default nodejs22.x. nodejs24.x needs provider aws 6 or newer, which the modules take and the stacks do not.",
  ),
  log_retention_days: z
    .literal([...LOG_RETENTION_DAYS], allowed(`one of ${LOG_RETENTION_DAYS.join(", ")} (0: never expires)`))
    .describe("Retention of the functions' log groups, days. Default 30."),
  tracing: choice(["active", "pass_through"], "X-Ray tracing of the functions. Default active."),
};

const template = (word: Word) => {
  const placeholders = ["{prefix}", "{queue}", "{region}", ...REQUIRED_PLACEHOLDERS[word]];
  return text(
    new RegExp(`^(?:[\\w-]|${placeholders.map((p) => p.replace(/[{}]/g, "\\$&")).join("|")})+$`),
    `letters, digits, hyphens, underscores and the placeholders ${[...new Set(placeholders)].join(", ")}`,
    `Name template. Default "${DEFAULT_NAME_TEMPLATES[word]}".`,
  ).optional();
};

const nameTemplates = {
  ingress: template("ingress"),
  work: template("work"),
  outbox: template("outbox"),
  standby: template("standby"),
  dlq: template("dlq"),
  ingress_dlq: template("ingressDlq"),
  replicator: template("replicator"),
  forwarder: template("forwarder"),
  drainer: template("drainer"),
};

/** One logical queue. */
export const logicalQueue = object({
  mode: choice(
    MODE_NAMES,
    "Replication mode. async (default): through an outbox, the home never waits for a peer. semi-sync (standard queues): straight to the peer beside the work queue, through the outbox when that fails; least lag and cost. sync: the peers first, then the work queue; work waits while a peer is away. none: no copies.",
  ).default("async"),
  peers: map(
    region,
    REGION_TEXT,
    z
      .array(region)
      .min(1, allowed("at least one region"))
      .describe("Regions that get copies of what this home takes in."),
    "Per home, the regions that get its copies. Default: all others.",
  ).optional(),
  fifo: flag("FIFO queues: order per message group, within one home. Default false.").default(false),
  content_based_deduplication: flag(
    "FIFO: the ingress queue takes the body's digest where a producer gives no deduplication id. Default false.",
  ).optional(),
  work_content_based_deduplication: flag(
    "FIFO: the same of the work queue, for producers that still send straight to an adopted one. Default false.",
  ).optional(),
  deduplication_scope: choice(
    ["messageGroup", "queue"],
    "FIFO: where a deduplication id must be unique. Default messageGroup, which high throughput needs.",
  ).optional(),
  fifo_throughput_limit: choice(
    ["perMessageGroupId", "perQueue"],
    "FIFO: what the throughput quota is counted by. Default perMessageGroupId, high throughput.",
  ).optional(),
  message_retention_seconds: whole(
    RETENTION_SECONDS,
    "Retention of the work queue, seconds. Default 345600 (4 days).",
  ).default(345_600),
  transit_retention_seconds: whole(
    RETENTION_SECONDS,
    "Retention of ingress, outbox and standby queues, seconds. Default 1209600 (14 days).",
  ).default(TRANSIT_RETENTION_SECONDS),
  dlq_retention_seconds: whole(
    RETENTION_SECONDS,
    "Retention of both dead-letter queues, seconds. Default 1209600 (14 days).",
  ).default(TRANSIT_RETENTION_SECONDS),
  visibility_timeout_seconds: whole(
    VISIBILITY_TIMEOUT_SECONDS,
    "Visibility timeout of the work queue, seconds. Default 30.",
  ).default(30),
  transit_visibility_timeout_seconds: whole(
    VISIBILITY_TIMEOUT_SECONDS,
    "Visibility timeout of ingress, outbox and standby queues, seconds. Default: six times the function timeout.",
  ).optional(),
  consumer_processing_seconds: whole(
    VISIBILITY_TIMEOUT_SECONDS,
    "Longest time that a consumer works on one message, seconds; the visibility timeout of the work queue must cover it. Default: not stated, not checked.",
  ).optional(),
  delay_seconds: whole(
    DELAY_SECONDS,
    "Delay of the ingress queue, seconds. Default 0. A message is unprotected until its delay has passed.",
  ).default(0),
  max_message_size: whole(
    MAX_MESSAGE_SIZE,
    `Largest message that the ingress queue takes, bytes with attributes. Default ${DEFAULT_INGRESS_MESSAGE_BYTES}, which leaves room for origin and producer key; a larger message travels without origin.`,
  ).default(DEFAULT_INGRESS_MESSAGE_BYTES),
  receive_wait_time_seconds: whole(
    RECEIVE_WAIT_SECONDS,
    "Long polling of the work queue, seconds. Default 20.",
  ).default(20),
  max_receive_count: whole(
    MAX_RECEIVE_COUNT,
    "Receives of a message on the work queue before SQS moves it to the dead-letter queue. Default 5.",
  ).default(5),
  encryption: object({
    kms_key_arns: kmsKeys(
      "KMS key of all queues, per region. Default: none, SQS manages the keys (SSE-SQS).",
    ).optional(),
    kms_data_key_reuse_period_seconds: whole(
      KMS_REUSE_SECONDS,
      "Time that SQS reuses a data key, seconds. Default 300.",
    ).default(300),
  })
    .describe("Encryption at rest; never off.")
    .prefault({}),
  producers: z
    .array(principal)
    .describe(
      "Principals that may send to the ingress queues. When at least one is named, everyone else is refused, whatever their own policies say. Default: none named, IAM policies of the account decide.",
    )
    .default([]),
  consumers: z
    .array(principal)
    .describe(
      "Principals that may receive from the work queues. When at least one is named, everyone else is refused. Default: none named, IAM policies of the account decide.",
    )
    .default([]),
  policies: queuePolicies,
  replicator_enabled: flag(
    "Whether the replicator reads the ingress queue. Default true; false while former consumers still read an adopted one: what is sent waits there.",
  ).default(true),
  forwarders_enabled: flag(
    "Whether forwarders read the outbox queues. Default true; false while a peer's queues are worked on: copies wait in the outboxes.",
  ).default(true),
  ...rescueSettings,
  functions: object({
    ...(z.object(functionSettings).partial().shape satisfies z.core.$ZodLooseShape),
  })
    .describe("Function settings of this logical queue; default: those of the group.")
    .prefault({}),
  names: object(nameTemplates).describe("Name templates of this logical queue.").prefault({}),
  tags: tags.describe("Tags of this logical queue's resources, over those of the group.").default({}),
});

const QUEUE_NAME_TEXT = "names of 1 to 80 letters, digits, hyphens and underscores, without .fifo";

export const configurationSchema = object({
  $schema: z.string().optional().describe("JSON Schema of this file, for editors."),
  failover_group: text(
    /^[a-z][a-z0-9-]{0,31}$/,
    "a lower-case letter, then up to 31 lower-case letters, digits and hyphens",
    "Name of the failover group: logical queues that fail over together. Stacks are called <failover_group>-<region>, -global and -witness.",
  ),
  regions: map(
    region,
    REGION_TEXT,
    object({
      account: text(ACCOUNT, "12 digits", "Account that owns this region's resources."),
      assume_role_arn: roleArn("Role that Terraform assumes for this region. Default: none.").optional(),
      vpc: object({
        subnet_ids: z
          .array(text(/^subnet-[0-9a-f]+$/, 'ids of subnets, "subnet-…"', "Id of a subnet."))
          .min(1, allowed("at least one subnet id"))
          .describe("Subnets of the functions; they need a route to SQS in every region of the group."),
        security_group_ids: z
          .array(text(/^sg-[0-9a-f]+$/, 'ids of security groups, "sg-…"', "Id of a security group."))
          .min(1, allowed("at least one security group id"))
          .describe("Security groups of the functions."),
      })
        .optional()
        .describe("Runs the functions inside a VPC. Default: outside."),
      package: object({
        s3_bucket: text(
          /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          "the name of a bucket, 3 to 63 lower-case letters, digits, dots and hyphens",
          "Bucket in this region.",
        ),
        s3_prefix: text(
          /^[\w!.*'()/-]{0,200}$/,
          "at most 200 letters, digits and !-_.*'()/",
          "What keys begin with; change it with each release, as in v1.2.0/. Default: nothing.",
        ).default(""),
      })
        .optional()
        .describe(
          "Where Lambda takes the functions' archives from, <prefix><function>.zip, for example signed ones. Default: those that come with the stack or module are uploaded.",
        ),
      code_signing_config_arn: text(
        /^arn:aws(?:-cn|-us-gov)?:lambda:[a-z0-9-]+:\d{12}:code-signing-config:csc-[a-z0-9]{17}$/,
        'the ARN of a code signing configuration, "arn:aws:lambda:<region>:<account>:code-signing-config:csc-…"',
        "Code signing configuration of the functions, in this region. Default: none.",
      ).optional(),
    }),
    "Regions of the group, two to five. Every region carries the same set of queues and functions.",
  ),
  queues: map(
    z.string().regex(/^[\w-]{1,80}$/),
    QUEUE_NAME_TEXT,
    logicalQueue,
    "Logical queues by name: a name is that of the work queue.",
  ),
  functions: object({
    memory_mb: functionSettings.memory_mb.default(256),
    timeout_seconds: functionSettings.timeout_seconds.default(20),
    profile: functionSettings.profile.default("latency"),
    batch_size: functionSettings.batch_size.optional(),
    batching_window_seconds: functionSettings.batching_window_seconds.optional(),
    maximum_concurrency: functionSettings.maximum_concurrency.optional(),
    provisioned_pollers: functionSettings.provisioned_pollers.optional(),
    architecture: functionSettings.architecture.default("arm64"),
    runtime: functionSettings.runtime.default("nodejs22.x"),
    log_retention_days: functionSettings.log_retention_days.default(30),
    tracing: functionSettings.tracing.default("active"),
  })
    .describe("Settings of all functions; a logical queue may override each.")
    .prefault({}),
  recovery: recovery.optional(),
  ledger: ledger.optional(),
  dns: dns.optional(),
  naming: object({
    prefix: text(
      /^[\w-]{0,40}$/,
      "at most 40 letters, digits, hyphens and underscores",
      "Put before every name. Default: none.",
    ).default(""),
    templates: object(nameTemplates).describe("Name templates of all logical queues, by role.").prefault({}),
  })
    .describe("Names of queues, functions and roles.")
    .prefault({}),
  permissions_boundary: text(
    /^arn:aws(?:-cn|-us-gov)?:iam::(?:\d{12}|aws|\{account\}):policy\/[\w+=,.@/-]+$/,
    'the ARN of a managed policy, "arn:aws:iam::<account>:policy/<name>"',
    "Permissions boundary of every role; {account} is replaced by the region's account. Default: none.",
  ).optional(),
  role_path: text(
    /^\/(?:[!-.0-~]+\/)*$/,
    'a path that begins and ends with a slash, such as "/sqs/"',
    "Path of every role. Default /.",
  ).default("/"),
  tags: tags.default({}),
  account_quotas: object({
    iam_roles: whole(
      IAM_ROLES,
      "IAM roles that one account may have. Default 1000, with which AWS begins; a group that makes more is refused.",
    ).default(IAM_ROLES_DEFAULT),
  })
    .describe("Quotas of the group's accounts that AWS has raised.")
    .prefault({}),
  allowed_regions: z
    .array(region)
    .min(1, allowed("at least one region"))
    .describe("Data residency: the only regions that messages may stand in. Default: all.")
    .optional(),
  state_backend: z
    .discriminatedUnion(
      "type",
      [
        object({
          type: z.literal("local"),
          directory: z
            .string()
            .min(1)
            .describe("Folder of the state files. Default: the working directory.")
            .optional(),
        }),
        object({
          type: z.literal("s3"),
          bucket: text(
            /^(?=.*\{region\})[a-z0-9.{}-]{3,71}$/,
            "a bucket name that contains {region}, so that no region's plan needs another region's state",
            "Bucket per region; {region} is replaced. The bucket stands in the stack's own region; the global stack, which holds a managed ledger and records, uses that of the first region.",
          ),
          key: text(
            /^[^/\s][^\s]*$/,
            "an object key; {group} and {region} are replaced",
            'Object key; for the global stack, {region} is "global", for that of a witness "witness". Default "sqs-multi-region/{group}/{region}.tfstate".',
          ).default("sqs-multi-region/{group}/{region}.tfstate"),
          dynamodb_table: z
            .string()
            .min(3)
            .describe("Lock table, in the stack's own region. Default: none.")
            .optional(),
          use_lockfile: flag(
            "Lock by an object in the bucket (Terraform 1.10 and later). Default false.",
          ).default(false),
          kms_key_id: z
            .string()
            .min(1)
            .describe("KMS key of the state object. Default: the bucket's encryption.")
            .optional(),
        }),
        object({
          type: z.literal("terraform_cloud"),
          organization: z.string().min(1).describe("Organization."),
          hostname: z.string().min(1).default("app.terraform.io").describe("Host. Default app.terraform.io."),
          workspace: text(
            /^[\w{}-]*\{region\}[\w{}-]*$/,
            "a workspace name that contains {region}; {group} is replaced too",
            'Workspace per region; for the global stack, {region} is "global", for that of a witness "witness". Default "{group}-{region}".',
          ).default("{group}-{region}"),
        }),
      ],
      allowed('an object whose "type" is local, s3 or terraform_cloud'),
    )
    .describe("Where Terraform keeps the state of each stack. Default: local.")
    .default({ type: "local" }),
});

/** The file as written, before defaults. */
export type ConfigurationInput = z.input<typeof configurationSchema>;
/** One logical queue as written, before defaults. */
export type LogicalQueueInput = z.input<typeof logicalQueue>;
/** The file with all defaults, keys as in the file. */
export type ConfigurationFile = z.output<typeof configurationSchema>;
