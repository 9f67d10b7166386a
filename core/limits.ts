/**
 * Every limit of AWS that this project relies on, in one place. Constructs, functions, configuration and tests import from here.
 * Sizes are bytes, durations carry their unit in the name.
 */

/** A closed range of whole numbers. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export const QUEUE_NAME_MAX_LENGTH = 80;
/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const FUNCTION_NAME_MAX_LENGTH = 64;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const RETENTION_SECONDS: Range = { min: 60, max: 1_209_600 };
export const VISIBILITY_TIMEOUT_SECONDS: Range = { min: 0, max: 43_200 };
export const DELAY_SECONDS: Range = { min: 0, max: 900 };
export const RECEIVE_WAIT_SECONDS: Range = { min: 0, max: 20 };
export const MAX_RECEIVE_COUNT: Range = { min: 1, max: 1_000 };
export const KMS_REUSE_SECONDS: Range = { min: 60, max: 86_400 };

/**
 * The largest message a queue is configured for. SQS itself takes 1 MiB since August 2025; provider aws 5.100.0 refuses
 * more than 256 KiB in `max_message_size`.
 */
export const QUEUE_MAX_MESSAGE_BYTES = 262_144;
export const MAX_MESSAGE_SIZE: Range = { min: 1_024, max: QUEUE_MAX_MESSAGE_BYTES };
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const BATCH_MAX_BYTES = 1_048_576;
export const BATCH_MAX_ENTRIES = 10;
export const MESSAGE_MAX_ATTRIBUTES = 10;

/**
 * Bytes that the default `max_message_size` of an ingress queue keeps free, so that origin and producer key always fit. The origin is at
 * most 600 bytes with every optional part at its limit, 640 with the mark of a fenced home. The producer key is at most 90, with a name and
 * type of 26 bytes.
 */
const RESERVED_MESSAGE_BYTES = 1_024;
export const DEFAULT_INGRESS_MESSAGE_BYTES = QUEUE_MAX_MESSAGE_BYTES - RESERVED_MESSAGE_BYTES;

/** Characters of a producer key, its time stamp included. */
export const PRODUCER_KEY_MAX_LENGTH = 64;
/** How far a producer key's time stamp and the moment when the ingress queue took its message may lie apart, either way. */
export const PRODUCER_KEY_TOLERANCE_SECONDS = 900;

/** Queue policies: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html */
export const QUEUE_POLICY_MAX_BYTES = 8_192;
export const QUEUE_POLICY_MAX_STATEMENTS = 20;
export const QUEUE_POLICY_STATEMENT_MAX_ACTIONS = 7;
export const QUEUE_POLICY_MAX_PRINCIPALS = 50;
/** Keys of conditions in all statements together. */
export const QUEUE_POLICY_MAX_CONDITIONS = 10;

/** Tags of a resource: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
export const TAGS_MAX = 50;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: characters of keys and values, the fewest that any of the services takes. */
export const TAG_CHARACTERS = {
  /** What stands in the brackets of a regular expression with the `u` flag. */
  range: "\\p{L}\\p{Z}\\p{N}_.:/=+\\-@",
  words: "letters, digits, spaces and _.:/=+-@",
} as const;

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: the queue's visibility timeout is at least six times the function's. */
export const VISIBILITY_PER_FUNCTION_TIMEOUT = 6;
/**
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the least is our own. Functions keep their last seconds free to
 * report and back off what is undone, so that a slow peer never makes one time out with nothing reported.
 */
export const FUNCTION_TIMEOUT_SECONDS: Range = { min: 10, max: 900 };
/** Regions in which a function has no URL: https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html */
export const REGIONS_WITHOUT_FUNCTION_URLS: readonly string[] = [
  "ap-east-2",
  "ap-south-2",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-west-1",
  "eu-central-2",
  "eu-south-2",
  "il-central-1",
  "me-central-1",
];
/** All variables of a function's environment, names included (same page). */
export const FUNCTION_ENVIRONMENT_MAX_BYTES = 4_096;
export const FUNCTION_MEMORY_MB: Range = { min: 128, max: 10_240 };
/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export const MAPPING_BATCH_SIZE: Range = { min: 1, max: 10_000 };
export const MAPPING_WINDOW_SECONDS: Range = { min: 0, max: 300 };
export const MAPPING_MAXIMUM_CONCURRENCY: Range = { min: 2, max: 1_000 };
/** Pollers of provisioned mode (same page); 2,000 is the most that provider aws 5.100.0 accepts. */
export const MAPPING_MINIMUM_POLLERS: Range = { min: 2, max: 200 };
export const MAPPING_MAXIMUM_POLLERS: Range = { min: 2, max: 2_000 };
/** Above this batch size a batching window of at least one second is required (same page). */
export const MAPPING_BATCH_SIZE_WITHOUT_WINDOW = 10;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html (0: never expires) */
export const LOG_RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Regions of one failover group, home and peers together. */
export const REGIONS_PER_GROUP: Range = { min: 2, max: 5 };

/** Retention of every queue but the work queue, unless told otherwise: the longest SQS allows, 14 days. */
export const TRANSIT_RETENTION_SECONDS = RETENTION_SECONDS.max;
/**
 * `maxReceiveCount` of a standard ingress queue. Long peer outages raise receive counts without any poison, so SQS may only be the last
 * resort. Code moves a message to the ingress DLQ once the error is classified as permanent.
 */
export const INGRESS_MAX_RECEIVE_COUNT = 1_000;
/** Longest back-off, by message visibility, of a message that could not be copied. */
export const BACK_OFF_MAX_SECONDS = 120;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
export const DEDUPLICATION_SECONDS = 300;
/**
 * Limits of FIFO queues that functions read, and of those functions. What a function may have sent before it was stopped is sent again
 * within one visibility timeout and one function timeout. That is 280 s, so the repeat still meets the five-minute deduplication.
 */
export const FIFO_VISIBILITY_TIMEOUT_MAX_SECONDS = 240;
export const FIFO_FUNCTION_TIMEOUT_MAX_SECONDS =
  FIFO_VISIBILITY_TIMEOUT_MAX_SECONDS / VISIBILITY_PER_FUNCTION_TIMEOUT;
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: records of a FIFO batch; a window is not admitted. */
export const FIFO_MAPPING_BATCH_SIZE: Range = { min: 1, max: 10 };

/** A controller is started this often, by either of its triggers. */
export const CONTROLLER_PERIOD_SECONDS = 60;
/** A controller sends a heartbeat this often. */
export const HEARTBEAT_PERIOD_SECONDS = 15;
/** A region whose last heartbeat is older has not been heard of. */
export const HEARTBEAT_FRESH_SECONDS = 45;
/** Time for which an owner is unfit before it gives its homes up. */
export const TAKEOVER_DELAY_SECONDS: Range = { min: 30, max: 3_600 };
/** A drain task ends this long after it was given, at most: a stop takes effect no later. */
export const DRAIN_TASK_SECONDS = 25;
/** Watermark items per region in the ledger: replication has no order between items, so one alone says little. */
export const LEDGER_WATERMARK_ITEMS = 8;

/** Settings of recovery. */
export const FAILBACK_AFTER_SECONDS: Range = { min: 300, max: 86_400 };
/** No message is out of sight for longer than the longest visibility timeout. */
export const IN_FLIGHT_SECONDS: Range = { min: 0, max: VISIBILITY_TIMEOUT_SECONDS.max };
export const HAND_BACK_TIMEOUT_SECONDS: Range = { min: 60, max: 86_400 };
export const RESCUE_MARGIN_SECONDS: Range = { min: 0, max: 3_600 };
/** Messages per second that a drainer moves. */
export const DRAINER_MAX_RATE: Range = { min: 1, max: 10_000 };
/**
 * Least `maxReceiveCount` of a work queue from which a drainer takes back what the last owner has rescued: it has to receive
 * messages that it leaves there.
 */
export const RECLAIMED_MAX_RECEIVE_COUNT: Range = { min: 3, max: MAX_RECEIVE_COUNT.max };

/**
 * As long as Lambda allows. A run goes on until another has been looking for 40 s, so that nobody forgets what was observed. When no other
 * is started, the run has to last as long as it can.
 */
export const CONTROLLER_TIMEOUT_SECONDS = FUNCTION_TIMEOUT_SECONDS.max;
/**
 * Invocations at once that are kept for a controller, and that it may not exceed: a run, its successor, and one that the other trigger
 * starts. AWS keeps 100 of an account's 1,000 for functions without a reservation, and a new account, which may have 10 in all, can reserve
 * none: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
export const CONTROLLER_RESERVED_CONCURRENCY = 3;
/** Longer than a drain task. */
export const DRAINER_TIMEOUT_SECONDS = 60;
/** A heartbeat that is older says nothing. */
export const CANARY_RETENTION_SECONDS = 3_600;
/** Global tables replicate within a second or so; claims that are less than the lag apart may both succeed. */
export const LEDGER_LAG_ALARM_SECONDS = 60;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: name of a table. */
export const TABLE_NAME_LENGTH: Range = { min: 3, max: 255 };
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html: units per table, unless the quota was raised. */
export const TABLE_CAPACITY_UNITS: Range = { min: 1, max: 40_000 };
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role, without white space. */
export const ROLE_POLICY_MAX_CHARACTERS = 10_240;
/** A customer managed policy, without white space (same page). */
export const MANAGED_POLICY_MAX_CHARACTERS = 6_144;
/** Roles of an account; 1,000 unless the quota was raised (same page). */
export const IAM_ROLES: Range = { min: 1, max: 5_000 };
export const IAM_ROLES_DEFAULT = 1_000;
/** Managed policies attached to one role, unless the quota was raised (same page). */
export const MANAGED_POLICIES_PER_ROLE = 10;
/** Name of a managed policy (same page). */
export const POLICY_NAME_MAX_LENGTH = 128;

/** Time to live of records: producers follow no sooner. */
export const RECORD_TTL_SECONDS: Range = { min: 1, max: 60 };
/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */
export const DNS_LABEL_MAX_LENGTH = 63;
/** Characters of a whole name without the dot at its end: 255 bytes with it and the length of the first label (same page). */
export const DNS_NAME_MAX_LENGTH = 253;
/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html: request interval, which cannot be changed. */
export const HEALTH_INTERVAL_SECONDS = [10, 30] as const;
/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html */
export const HEALTH_FAILURE_THRESHOLD: Range = { min: 1, max: 10 };
/** Children of a CALCULATED health check: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
export const CALCULATED_CHILDREN_MAX = 255;
/** Tags of a health check: https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html */
export const HEALTH_CHECK_TAGS_MAX = 10;
/**
 * Invocations at once that are kept for the health function, and that it may not exceed. One would let a single slow request make the
 * home unhealthy; AWS keeps 100 of an account's 1,000 for functions without a reservation:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
export const HEALTH_RESERVED_CONCURRENCY: Range = { min: 2, max: 900 };
/**
 * Health checkers wait two seconds for the answer; a run that takes longer has failed, and what is left of it is time to log why:
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export const HEALTH_TIMEOUT_SECONDS = 10;
