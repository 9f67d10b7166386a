import {
  BATCH_MAX_BYTES,
  CALCULATED_CHILDREN_MAX,
  DELAY_SECONDS,
  DNS_NAME_MAX_LENGTH,
  FIFO_MAPPING_BATCH_SIZE,
  FUNCTION_ENVIRONMENT_MAX_BYTES,
  FUNCTION_MEMORY_MB,
  FUNCTION_NAME_MAX_LENGTH,
  FUNCTION_TIMEOUT_SECONDS,
  HEALTH_CHECK_TAGS_MAX,
  HEALTH_FAILURE_THRESHOLD,
  HEALTH_INTERVAL_SECONDS,
  HEALTH_RESERVED_CONCURRENCY,
  IAM_ROLES_DEFAULT,
  KMS_REUSE_SECONDS,
  LOG_RETENTION_DAYS,
  MANAGED_POLICIES_PER_ROLE,
  MANAGED_POLICY_MAX_CHARACTERS,
  MAPPING_BATCH_SIZE,
  MAPPING_BATCH_SIZE_WITHOUT_WINDOW,
  MAPPING_MAXIMUM_CONCURRENCY,
  MAPPING_MINIMUM_POLLERS,
  MAPPING_WINDOW_SECONDS,
  MAX_MESSAGE_SIZE,
  MAX_RECEIVE_COUNT,
  POLICY_NAME_MAX_LENGTH,
  QUEUE_NAME_MAX_LENGTH,
  QUEUE_POLICY_MAX_BYTES,
  QUEUE_POLICY_MAX_CONDITIONS,
  QUEUE_POLICY_MAX_PRINCIPALS,
  QUEUE_POLICY_MAX_STATEMENTS,
  QUEUE_POLICY_STATEMENT_MAX_ACTIONS,
  RECEIVE_WAIT_SECONDS,
  REGIONS_WITHOUT_FUNCTION_URLS,
  RETENTION_SECONDS,
  ROLE_POLICY_MAX_CHARACTERS,
  TABLE_CAPACITY_UNITS,
  TABLE_NAME_LENGTH,
  TAG_CHARACTERS,
  TAGS_MAX,
  VISIBILITY_TIMEOUT_SECONDS,
} from "../limits";
import type { PolicyRule, ResourceQuotas, TagRules, TextRule } from "./rules";

const DOCS = "https://docs.aws.amazon.com";
const PAGES = {
  queues: `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html`,
  queuePolicies: `${DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html`,
  queueAttributes: `${DOCS}/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html`,
  iam: `${DOCS}/IAM/latest/UserGuide/reference_iam-quotas.html`,
  iamTags: `${DOCS}/IAM/latest/UserGuide/id_tags.html`,
  createRole: `${DOCS}/IAM/latest/APIReference/API_CreateRole.html`,
  createPolicy: `${DOCS}/IAM/latest/APIReference/API_CreatePolicy.html`,
  lambda: `${DOCS}/lambda/latest/dg/gettingstarted-limits.html`,
  createFunction: `${DOCS}/lambda/latest/api/API_CreateFunction.html`,
  concurrency: `${DOCS}/lambda/latest/dg/configuration-concurrency.html`,
  runtimes: `${DOCS}/lambda/latest/dg/lambda-runtimes.html`,
  functionUrls: `${DOCS}/lambda/latest/dg/urls-configuration.html`,
  eventInvoke: `${DOCS}/lambda/latest/api/API_PutFunctionEventInvokeConfig.html`,
  permission: `${DOCS}/lambda/latest/api/API_AddPermission.html`,
  mapping: `${DOCS}/lambda/latest/api/API_CreateEventSourceMapping.html`,
  mappingOfQueue: `${DOCS}/lambda/latest/dg/services-sqs-configure.html`,
  tables: `${DOCS}/amazondynamodb/latest/developerguide/ServiceQuotas.html`,
  tableNames: `${DOCS}/amazondynamodb/latest/developerguide/Constraints.html`,
  tableTags: `${DOCS}/amazondynamodb/latest/developerguide/TaggingRestrictions.html`,
  tablePolicies: `${DOCS}/amazondynamodb/latest/developerguide/rbac-considerations.html`,
  alarms: `${DOCS}/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html`,
  putAlarm: `${DOCS}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`,
  alarmTags: `${DOCS}/AmazonCloudWatch/latest/monitoring/CloudWatch-Tagging.html`,
  logGroups: `${DOCS}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`,
  createLogGroup: `${DOCS}/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html`,
  logRetention: `${DOCS}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html`,
  events: `${DOCS}/eventbridge/latest/userguide/eb-quota.html`,
  eventTags: `${DOCS}/eventbridge/latest/userguide/eb-tagging.html`,
  putRule: `${DOCS}/eventbridge/latest/APIReference/API_PutRule.html`,
  eventTarget: `${DOCS}/eventbridge/latest/APIReference/API_Target.html`,
  eventRetry: `${DOCS}/eventbridge/latest/APIReference/API_RetryPolicy.html`,
  scheduler: `${DOCS}/scheduler/latest/UserGuide/scheduler-quotas.html`,
  createSchedule: `${DOCS}/scheduler/latest/APIReference/API_CreateSchedule.html`,
  scheduleRetry: `${DOCS}/scheduler/latest/APIReference/API_RetryPolicy.html`,
  parameters: `${DOCS}/general/latest/gr/ssm.html`,
  putParameter: `${DOCS}/systems-manager/latest/APIReference/API_PutParameter.html`,
  route53: `${DOCS}/Route53/latest/DeveloperGuide/DNSLimitations.html`,
  healthCheck: `${DOCS}/Route53/latest/APIReference/API_HealthCheckConfig.html`,
  route53Tags: `${DOCS}/Route53/latest/APIReference/API_ChangeTagsForResource.html`,
  domainNames: `${DOCS}/Route53/latest/DeveloperGuide/DomainNameFormat.html`,
  recordSet: `${DOCS}/Route53/latest/APIReference/API_ResourceRecordSet.html`,
  recordTypes: `${DOCS}/Route53/latest/DeveloperGuide/ResourceRecordTypes.html`,
  scaling: `${DOCS}/autoscaling/application/userguide/application-auto-scaling-quotas.html`,
  scalingPolicy: `${DOCS}/autoscaling/application/APIReference/API_PutScalingPolicy.html`,
} as const;

const text = (
  page: string,
  [min, max]: readonly [number, number],
  pattern?: string,
  characters?: string,
): TextRule => ({
  kind: "text",
  length: { min, max },
  ...(pattern && { pattern }),
  ...(characters && { characters }),
  page,
});

const TAG_PATTERN = `[${TAG_CHARACTERS.range}]*`;

const tags = (page: string, over: Partial<TagRules> = {}): TagRules => ({
  max: TAGS_MAX,
  key: { length: { min: 1, max: 128 }, pattern: TAG_PATTERN, characters: TAG_CHARACTERS.words },
  value: { length: { min: 0, max: 256 }, pattern: TAG_PATTERN, characters: TAG_CHARACTERS.words },
  page,
  ...over,
});

const IAM_NAME = ["[\\w+=,.@-]+", "letters, digits and _ + = , . @ -"] as const;
const IAM_TAGS = tags(PAGES.iamTags, { ignoresCase: true });
const EVENT_NAME = ["[.\\-_A-Za-z0-9]+", "letters, digits and . - _"] as const;
const RETRY_SECONDS = { min: 60, max: 86_400 };
const RETRY_ATTEMPTS = { min: 0, max: 185 };
const TABLES = {
  of: "tables",
  per: "account and region",
  max: 2_500,
  raisable: true,
  page: PAGES.tables,
} as const;

const QUEUE_POLICY: PolicyRule = {
  kind: "policy",
  max: QUEUE_POLICY_MAX_BYTES,
  unit: "bytes",
  statements: QUEUE_POLICY_MAX_STATEMENTS,
  principals: QUEUE_POLICY_MAX_PRINCIPALS,
  conditions: QUEUE_POLICY_MAX_CONDITIONS,
  actionsPerStatement: QUEUE_POLICY_STATEMENT_MAX_ACTIONS,
  page: PAGES.queuePolicies,
};
const REDRIVE = {
  "redrive_policy.maxReceiveCount": { kind: "number", range: MAX_RECEIVE_COUNT, page: PAGES.queueAttributes },
} as const;
const REDRIVE_ALLOW = {
  "redrive_allow_policy.sourceQueueArns": { kind: "list", max: 10, page: PAGES.queueAttributes },
} as const;

/**
 * What AWS documents about every type of resource that this project makes, numbers of an account as they are before anybody has them
 * raised. The harness holds every call against the table, and `docs/reference/limits.md` is made from it.
 */
export const QUOTAS = {
  aws_sqs_queue: {
    attributes: {
      name: text(
        PAGES.queues,
        [1, QUEUE_NAME_MAX_LENGTH],
        "[A-Za-z0-9_-]+(\\.fifo)?",
        "letters, digits, - and _, and .fifo at the end of a FIFO queue's",
      ),
      visibility_timeout_seconds: {
        kind: "number",
        range: VISIBILITY_TIMEOUT_SECONDS,
        page: PAGES.queueAttributes,
      },
      message_retention_seconds: { kind: "number", range: RETENTION_SECONDS, page: PAGES.queueAttributes },
      delay_seconds: { kind: "number", range: DELAY_SECONDS, page: PAGES.queueAttributes },
      receive_wait_time_seconds: { kind: "number", range: RECEIVE_WAIT_SECONDS, page: PAGES.queueAttributes },
      max_message_size: {
        kind: "number",
        range: { min: MAX_MESSAGE_SIZE.min, max: BATCH_MAX_BYTES },
        page: PAGES.queueAttributes,
      },
      kms_data_key_reuse_period_seconds: {
        kind: "number",
        range: KMS_REUSE_SECONDS,
        page: PAGES.queueAttributes,
      },
      policy: QUEUE_POLICY,
      ...REDRIVE,
      ...REDRIVE_ALLOW,
    },
    tags: tags(PAGES.queues, {
      key: { length: { min: 1, max: 128 } },
      value: { length: { min: 0, max: 256 } },
    }),
  },
  aws_sqs_queue_policy: { attributes: { policy: QUEUE_POLICY } },
  aws_sqs_queue_redrive_policy: { attributes: REDRIVE },
  aws_sqs_queue_redrive_allow_policy: { attributes: REDRIVE_ALLOW },
  aws_iam_role: {
    attributes: {
      name: text(PAGES.createRole, [1, 64], ...IAM_NAME),
      path: text(
        PAGES.createRole,
        [1, 512],
        "/|/[\\u0021-\\u007E]+/",
        "printable ASCII, a slash at both ends",
      ),
      description: text(
        PAGES.createRole,
        [0, 1_000],
        "[\\t\\n\\r\\u0020-\\u007E\\u00A1-\\u00FF]*",
        "those of Latin-1 and white space",
      ),
      max_session_duration: { kind: "number", range: { min: 3_600, max: 43_200 }, page: PAGES.createRole },
      assume_role_policy: {
        kind: "policy",
        max: 2_048,
        unit: "characters without white space",
        page: PAGES.iam,
      },
    },
    tags: IAM_TAGS,
    count: { of: "roles", per: "account", max: IAM_ROLES_DEFAULT, raisable: true, page: PAGES.iam },
  },
  aws_iam_role_policy: {
    attributes: {
      name: text(PAGES.iam, [1, POLICY_NAME_MAX_LENGTH], ...IAM_NAME),
      policy: {
        kind: "sum",
        max: ROLE_POLICY_MAX_CHARACTERS,
        unit: "characters without white space",
        per: "role",
        page: PAGES.iam,
      },
    },
  },
  aws_iam_policy: {
    attributes: {
      name: text(PAGES.iam, [1, POLICY_NAME_MAX_LENGTH], ...IAM_NAME),
      path: text(
        PAGES.createPolicy,
        [1, 512],
        "((/[A-Za-z0-9.,+@=_-]+)*)/",
        "letters, digits and . , + @ = _ - between slashes",
      ),
      description: text(PAGES.createPolicy, [0, 1_000]),
      policy: {
        kind: "policy",
        max: MANAGED_POLICY_MAX_CHARACTERS,
        unit: "characters without white space",
        page: PAGES.iam,
      },
    },
    tags: IAM_TAGS,
    count: { of: "customer managed policies", per: "account", max: 1_500, raisable: true, page: PAGES.iam },
  },
  aws_iam_role_policy_attachment: {
    attributes: {},
    count: {
      of: "managed policies",
      per: "role",
      max: MANAGED_POLICIES_PER_ROLE,
      raisable: true,
      page: PAGES.iam,
    },
  },
  aws_lambda_function: {
    attributes: {
      function_name: text(
        PAGES.createFunction,
        [1, FUNCTION_NAME_MAX_LENGTH],
        "[a-zA-Z0-9-_]+",
        "letters, digits, - and _",
      ),
      description: text(PAGES.createFunction, [0, 256]),
      handler: text(PAGES.createFunction, [0, 128], "[^\\s]*", "no white space"),
      runtime: { kind: "choice", values: ["nodejs22.x", "nodejs24.x"], page: PAGES.runtimes },
      timeout: {
        kind: "number",
        range: { min: 1, max: FUNCTION_TIMEOUT_SECONDS.max },
        page: PAGES.lambda,
      },
      memory_size: { kind: "number", range: FUNCTION_MEMORY_MB, page: PAGES.lambda },
      environment: { kind: "size", max: FUNCTION_ENVIRONMENT_MAX_BYTES, unit: "bytes", page: PAGES.lambda },
      "vpc_config.subnet_ids": { kind: "list", max: 16, page: PAGES.createFunction },
      "vpc_config.security_group_ids": { kind: "list", max: 5, page: PAGES.createFunction },
      // 1,000 of an account, of which 100 stay with functions that have none of their own.
      reserved_concurrent_executions: {
        kind: "sum",
        max: HEALTH_RESERVED_CONCURRENCY.max,
        unit: "executions",
        per: "account and region",
        page: PAGES.concurrency,
      },
    },
    tags: tags(PAGES.createFunction),
  },
  aws_lambda_event_source_mapping: {
    attributes: {
      batch_size: {
        kind: "batch",
        range: MAPPING_BATCH_SIZE,
        withoutWindow: MAPPING_BATCH_SIZE_WITHOUT_WINDOW,
        fifo: FIFO_MAPPING_BATCH_SIZE.max,
        page: PAGES.mappingOfQueue,
      },
      maximum_batching_window_in_seconds: {
        kind: "number",
        range: MAPPING_WINDOW_SECONDS,
        page: PAGES.mapping,
      },
      "scaling_config.maximum_concurrency": {
        kind: "number",
        range: MAPPING_MAXIMUM_CONCURRENCY,
        page: PAGES.mapping,
      },
      "provisioned_poller_config.minimum_pollers": {
        kind: "number",
        range: { min: 1, max: MAPPING_MINIMUM_POLLERS.max },
        page: PAGES.mapping,
      },
    },
    tags: tags(PAGES.mapping),
  },
  aws_lambda_function_url: {
    attributes: {
      authorization_type: { kind: "choice", values: ["NONE", "AWS_IAM"], page: PAGES.functionUrls },
    },
    regions: {
      without: REGIONS_WITHOUT_FUNCTION_URLS,
      page: PAGES.functionUrls,
    },
  },
  aws_lambda_permission: {
    attributes: {
      statement_id: text(PAGES.permission, [1, 100], "[a-zA-Z0-9-_]+", "letters, digits, - and _"),
      action: text(PAGES.permission, [1, 10_000], "lambda:[*]|lambda:[a-zA-Z]+|[*]", "an action of Lambda"),
      statement: { kind: "sum", max: 20_480, unit: "bytes", per: "function", page: PAGES.lambda },
    },
  },
  aws_lambda_function_event_invoke_config: {
    attributes: {
      maximum_event_age_in_seconds: {
        kind: "number",
        range: { min: 60, max: 21_600 },
        page: PAGES.eventInvoke,
      },
      maximum_retry_attempts: { kind: "number", range: { min: 0, max: 2 }, page: PAGES.eventInvoke },
    },
  },
  aws_dynamodb_table: {
    attributes: {
      name: text(
        PAGES.tableNames,
        [TABLE_NAME_LENGTH.min, TABLE_NAME_LENGTH.max],
        "[a-zA-Z0-9_.-]+",
        "letters, digits and _ . -",
      ),
      read_capacity: { kind: "number", range: TABLE_CAPACITY_UNITS, page: PAGES.tables },
      write_capacity: { kind: "number", range: TABLE_CAPACITY_UNITS, page: PAGES.tables },
    },
    // The page leaves out @, which the services of all other pages take: addresses of mail in tags are tagged on tables as well.
    tags: tags(PAGES.tableTags),
    count: TABLES,
  },
  aws_dynamodb_table_replica: { attributes: {}, count: TABLES },
  aws_dynamodb_resource_policy: {
    attributes: { policy: { kind: "policy", max: 20_480, unit: "bytes", page: PAGES.tablePolicies } },
  },
  aws_cloudwatch_metric_alarm: {
    attributes: {
      alarm_name: text(PAGES.putAlarm, [1, 255]),
      alarm_description: text(PAGES.putAlarm, [0, 1_024]),
      alarm_actions: { kind: "list", max: 5, page: PAGES.putAlarm },
      ok_actions: { kind: "list", max: 5, page: PAGES.putAlarm },
      insufficient_data_actions: { kind: "list", max: 5, page: PAGES.putAlarm },
      namespace: text(PAGES.putAlarm, [1, 255], "[^:].*", "no colon at the beginning"),
      metric_name: text(PAGES.putAlarm, [1, 255]),
      dimensions: { kind: "list", max: 30, page: PAGES.putAlarm },
      treat_missing_data: {
        kind: "choice",
        values: ["breaching", "notBreaching", "ignore", "missing"],
        page: PAGES.putAlarm,
      },
    },
    tags: tags(PAGES.alarmTags),
    count: { of: "alarms", per: "account and region", max: 5_000, raisable: true, page: PAGES.alarms },
  },
  aws_cloudwatch_log_group: {
    attributes: {
      name: text(PAGES.createLogGroup, [1, 512], "[.\\-_/#A-Za-z0-9]+", "letters, digits and . - _ / #"),
      // The provider's 0, which never expires, is no call.
      retention_in_days: {
        kind: "choice",
        values: LOG_RETENTION_DAYS.filter((days) => days > 0),
        page: PAGES.logRetention,
      },
    },
    tags: tags(PAGES.createLogGroup),
    count: {
      of: "log groups",
      per: "account and region",
      max: 1_000_000,
      raisable: true,
      page: PAGES.logGroups,
    },
  },
  aws_cloudwatch_event_rule: {
    attributes: {
      name: text(PAGES.putRule, [1, 64], ...EVENT_NAME),
      description: text(PAGES.putRule, [0, 512]),
      schedule_expression: text(PAGES.putRule, [0, 256]),
    },
    tags: tags(PAGES.eventTags),
    count: {
      of: "rules",
      per: "event bus",
      max: 300,
      inRegions: { "af-south-1": 100, "eu-south-1": 100 },
      raisable: true,
      page: PAGES.events,
    },
  },
  aws_cloudwatch_event_target: {
    attributes: {
      target_id: text(PAGES.eventTarget, [1, 64], ...EVENT_NAME),
      input: text(PAGES.eventTarget, [0, 8_192]),
      "retry_policy.maximum_event_age_in_seconds": {
        kind: "number",
        range: RETRY_SECONDS,
        page: PAGES.eventRetry,
      },
      "retry_policy.maximum_retry_attempts": {
        kind: "number",
        range: RETRY_ATTEMPTS,
        page: PAGES.eventRetry,
      },
    },
    count: { of: "targets", per: "rule", max: 5, raisable: false, page: PAGES.events },
  },
  aws_scheduler_schedule: {
    attributes: {
      name: text(PAGES.createSchedule, [1, 64], ...EVENT_NAME),
      description: text(PAGES.createSchedule, [0, 512]),
      schedule_expression: text(PAGES.createSchedule, [1, 256]),
      "target.retry_policy.maximum_event_age_in_seconds": {
        kind: "number",
        range: RETRY_SECONDS,
        page: PAGES.scheduleRetry,
      },
      "target.retry_policy.maximum_retry_attempts": {
        kind: "number",
        range: RETRY_ATTEMPTS,
        page: PAGES.scheduleRetry,
      },
    },
    count: {
      of: "schedules",
      per: "account and region",
      max: 10_000_000,
      raisable: true,
      page: PAGES.scheduler,
    },
  },
  aws_ssm_parameter: {
    attributes: {
      name: text(
        PAGES.putParameter,
        [1, 1_011],
        "(?!/?([aA][wW][sS]|[sS][sS][mM]))/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+){0,14}",
        "letters, digits and _ . -, up to 15 levels between slashes, neither aws nor ssm at the beginning",
      ),
      description: text(PAGES.putParameter, [0, 1_024]),
      // Of the standard tier, which is all that this project uses.
      value: { kind: "size", max: 4_096, unit: "bytes", page: PAGES.putParameter },
    },
    tags: tags(PAGES.putParameter),
    count: {
      of: "standard parameters",
      per: "account and region",
      max: 10_000,
      raisable: false,
      page: PAGES.parameters,
    },
  },
  aws_route53_health_check: {
    attributes: {
      fqdn: text(PAGES.healthCheck, [0, 255]),
      resource_path: text(PAGES.healthCheck, [0, 255]),
      request_interval: { kind: "choice", values: HEALTH_INTERVAL_SECONDS, page: PAGES.healthCheck },
      failure_threshold: { kind: "number", range: HEALTH_FAILURE_THRESHOLD, page: PAGES.healthCheck },
      child_healthchecks: { kind: "list", max: CALCULATED_CHILDREN_MAX, page: PAGES.route53 },
      cloudwatch_alarm_name: text(PAGES.healthCheck, [1, 256]),
    },
    tags: tags(PAGES.route53Tags, { max: HEALTH_CHECK_TAGS_MAX }),
    count: { of: "health checks", per: "account", max: 200, raisable: true, page: PAGES.route53 },
  },
  aws_route53_record: {
    attributes: {
      name: text(
        PAGES.domainNames,
        [1, DNS_NAME_MAX_LENGTH],
        "([^.]{1,63}\\.)*[^.]{1,63}",
        "labels of 1 to 63, dots between them",
      ),
      ttl: { kind: "number", range: { min: 0, max: 2_147_483_647 }, page: PAGES.recordSet },
      set_identifier: text(PAGES.recordSet, [1, 128]),
      records: text(PAGES.recordTypes, [0, 4_000]),
    },
    count: { of: "records", per: "hosted zone", max: 10_000, raisable: true, page: PAGES.route53 },
  },
  aws_appautoscaling_target: {
    attributes: { resource_id: text(PAGES.scalingPolicy, [1, 1_600]) },
    tags: tags(PAGES.scaling),
    count: {
      of: "scalable targets of DynamoDB",
      per: "account and region",
      max: 5_000,
      raisable: true,
      page: PAGES.scaling,
    },
  },
  aws_appautoscaling_policy: {
    attributes: { name: text(PAGES.scalingPolicy, [1, 256], "[^\\p{C}]+", "printable ones") },
    count: { of: "scaling policies", per: "target", max: 50, raisable: false, page: PAGES.scaling },
  },
} as const satisfies Readonly<Record<string, ResourceQuotas>>;

export type QuotaType = keyof typeof QUOTAS;

/** What AWS documents about a type. */
export function quotasOf(type: QuotaType): ResourceQuotas {
  return QUOTAS[type];
}
