/** For each entry of the table a call that breaks it and one at its limit, as clients send them. */
import type { QUOTAS, QuotaType } from "../../../core/quotas/table";

/** A call by the name of the SDK's command, or of the operation where we have no SDK. */
export interface TestCall {
  readonly service: TestService;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** @default us-east-1 */
  readonly region?: string;
}

export type TestService =
  | "autoscaling"
  | "cloudwatch"
  | "dynamodb"
  | "events"
  | "iam"
  | "lambda"
  | "logs"
  | "route53"
  | "scheduler"
  | "sqs"
  | "ssm";

/** A call that AWS refuses with a code, and one at the limit that it carries out. */
export interface Case {
  readonly broken: TestCall;
  readonly status: number;
  readonly code: string;
  readonly limit: TestCall;
  /** Why AWS does not carry out the call at the limit in a new account. @default it does */
  readonly needsMore?: string;
}

type Cases = {
  readonly [T in QuotaType]: Readonly<Record<keyof (typeof QUOTAS)[T]["attributes"], Case>>;
};

export const REGION = "us-east-1";
export const ACCOUNT = "111111111111";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/limits`;
const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:limits`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:limits`;
const TABLE = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/limits`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:limits`;

/** Id of the hosted zone, which the emulator chooses. */
export const zone = { id: "Z0123456789ABC" };

/** What a zip with an empty function is made of; the emulator looks into it. */
export const code: { zip: Uint8Array } = { zip: new Uint8Array() };

let names = 0;
export const nextName = (): string => `limits-${++names}`;

const chars = (count: number): string => "x".repeat(count);
const many = (count: number, of: (index: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, index) => of(index));

type Builder = (value: unknown) => TestCall;

const of = (build: Builder, broken: unknown, limit: unknown, code: string, status = 400): Case => ({
  broken: build(broken),
  limit: build(limit),
  code,
  status,
});

const call =
  (service: TestService, operation: string) =>
  (input: object): TestCall => ({ service, operation, input: { ...input } });

export const createQueue = (over: object) => call("sqs", "CreateQueue")({ QueueName: nextName(), ...over });
const queueAttribute =
  (name: string): Builder =>
  (value) =>
    createQueue({ Attributes: { [name]: value } });
const setQueue =
  (name: string): Builder =>
  (value) =>
    call(
      "sqs",
      "SetQueueAttributes",
    )({
      QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/limits`,
      Attributes: { [name]: value },
    });

const POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Principal: "*", Resource: QUEUE }],
};
/** A policy of so many bytes. */
const policyOf = (bytes: number): string => {
  const length = JSON.stringify({ ...POLICY, Id: "" }).length;
  return JSON.stringify({ ...POLICY, Id: chars(bytes - length) });
};
export const policyWith = (over: { readonly statements?: number; readonly statement?: object }): string =>
  JSON.stringify({
    ...POLICY,
    Statement: many(over.statements ?? 1, () => ({ ...POLICY.Statement[0], ...over.statement })),
  });
const redrive = (maxReceiveCount: unknown): string =>
  JSON.stringify({ deadLetterTargetArn: `${QUEUE}-dlq`, maxReceiveCount });
const redriveAllow = (count: unknown): string =>
  JSON.stringify({
    redrivePermission: "byQueue",
    sourceQueueArns: many(Number(count), (index) => `${QUEUE}-${index}`),
  });

const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
};
/** A document of so many characters that are no white space. */
const documentOf = (document: object, characters: number): string => {
  const empty = JSON.stringify({ ...document, Id: "" });
  return JSON.stringify({ ...document, Id: chars(characters - empty.length) }, undefined, 2);
};
const ALLOW = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }] };

export const createRole = (over: object) =>
  call(
    "iam",
    "CreateRole",
  )({
    RoleName: nextName(),
    AssumeRolePolicyDocument: JSON.stringify(TRUST),
    ...over,
  });
export const createPolicy = (over: object) =>
  call("iam", "CreatePolicy")({ PolicyName: nextName(), PolicyDocument: JSON.stringify(ALLOW), ...over });
const putRolePolicy = (over: object) =>
  call(
    "iam",
    "PutRolePolicy",
  )({
    RoleName: "limits",
    PolicyName: "limits",
    PolicyDocument: JSON.stringify(ALLOW),
    ...over,
  });

export const createFunction = (over: object) => {
  const FunctionName = nextName();
  return {
    service: "lambda" as const,
    operation: "CreateFunction",
    get input() {
      const Code = { ZipFile: code.zip };
      return { FunctionName, Role: ROLE, Runtime: "nodejs22.x", Handler: "index.handler", Code, ...over };
    },
  };
};
export const createMapping = (over: object) =>
  call("lambda", "CreateEventSourceMapping")({ FunctionName: "limits", EventSourceArn: QUEUE, ...over });
const addPermission = (over: object) =>
  call(
    "lambda",
    "AddPermission",
  )({
    FunctionName: "limits",
    StatementId: nextName(),
    Action: "lambda:InvokeFunction",
    Principal: "events.amazonaws.com",
    ...over,
  });
const eventInvoke = (input: object) =>
  call("lambda", "PutFunctionEventInvokeConfig")({ FunctionName: "limits", ...input });

export const createTable = (over: object) =>
  call(
    "dynamodb",
    "CreateTable",
  )({
    TableName: nextName(),
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ...over,
  });
const provisioned = (ReadCapacityUnits: unknown, WriteCapacityUnits: unknown) =>
  createTable({
    BillingMode: "PROVISIONED",
    ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits },
  });

export const putAlarm = (over: object) =>
  call(
    "cloudwatch",
    "PutMetricAlarm",
  )({
    AlarmName: nextName(),
    ComparisonOperator: "GreaterThanThreshold",
    EvaluationPeriods: 1,
    MetricName: "Failures",
    Namespace: "Limits",
    Period: 60,
    Statistic: "Sum",
    Threshold: 1,
    ...over,
  });

export const createLogGroup = (over: object) =>
  call("logs", "CreateLogGroup")({ logGroupName: nextName(), ...over });
export const putRule = (over: object) =>
  call("events", "PutRule")({ Name: nextName(), ScheduleExpression: "rate(1 minute)", ...over });
const target = (over: object) => ({ Id: "target", Arn: FUNCTION, ...over });
const putTarget = (over: object) => call("events", "PutTargets")({ Rule: "limits", Targets: [target(over)] });
export const putTargets = (count: number, prefix = "t") =>
  call(
    "events",
    "PutTargets",
  )({ Rule: "limits", Targets: many(count, (index) => target({ Id: `${prefix}${index}` })) });
export const createSchedule = ({
  Target,
  ...over
}: {
  readonly Target?: object;
  readonly [part: string]: unknown;
}) =>
  call(
    "scheduler",
    "CreateSchedule",
  )({
    Name: nextName(),
    ScheduleExpression: "rate(1 minute)",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: FUNCTION, RoleArn: ROLE, ...Target },
    ...over,
  });
export const putParameter = (over: object) =>
  call("ssm", "PutParameter")({ Name: `/${nextName()}`, Type: "String", Value: "{}", ...over });

export const createCheck = (over: object) =>
  call(
    "route53",
    "CreateHealthCheck",
  )({
    CallerReference: nextName(),
    HealthCheckConfig: {
      Type: "HTTPS",
      FullyQualifiedDomainName: "limits.example",
      ResourcePath: "/health",
      RequestInterval: 10,
      FailureThreshold: 3,
      ...over,
    },
  });
const record = (over: object) => ({
  service: "route53" as const,
  operation: "ChangeResourceRecordSets",
  get input() {
    const ResourceRecordSet = {
      Name: `${nextName()}.limits.example`,
      Type: "TXT",
      TTL: 60,
      ResourceRecords: [{ Value: '"x"' }],
      ...over,
    };
    return { HostedZoneId: zone.id, ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet }] } };
  },
});
const latency = (SetIdentifier: unknown) => record({ SetIdentifier, Region: REGION });

const scalable = { ServiceNamespace: "dynamodb", ScalableDimension: "dynamodb:table:WriteCapacityUnits" };
const registerTarget = (over: object) =>
  call(
    "autoscaling",
    "RegisterScalableTarget",
  )({
    ...scalable,
    ResourceId: "table/limits",
    MinCapacity: 1,
    MaxCapacity: 10,
    ...over,
  });
const putScalingPolicy = (PolicyName: unknown) =>
  call(
    "autoscaling",
    "PutScalingPolicy",
  )({
    ...scalable,
    PolicyName,
    ResourceId: "table/limits",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 70,
      PredefinedMetricSpecification: { PredefinedMetricType: "DynamoDBWriteCapacityUtilization" },
    },
  });

/** What the calls at the limit need. */
export const setUp = (): readonly TestCall[] => [
  createRole({ RoleName: "limits" }),
  createRole({ RoleName: "limits-sums" }),
  createQueue({ QueueName: "limits" }),
  createQueue({ QueueName: "limits-dlq" }),
  createQueue({ QueueName: "limits.fifo", Attributes: { FifoQueue: "true" } }),
  createFunction({ FunctionName: "limits" }),
  createFunction({ FunctionName: "limits-sums" }),
  createTable({ TableName: "limits" }),
  createLogGroup({ logGroupName: "limits" }),
  putRule({ Name: "limits" }),
  registerTarget({}),
];

const SQS_VALUE = "InvalidAttributeValue";
const LAMBDA_VALUE = "InvalidParameterValueException";
const VALIDATION = "ValidationException";
const LOGS_VALUE = "InvalidParameterException";
const RECORD = "InvalidChangeBatch";
const actions = (count: unknown): unknown[] => many(Number(count), (index) => `${TOPIC}-${index}`);

export const CASES: Cases = {
  aws_sqs_queue: {
    name: of((QueueName) => createQueue({ QueueName }), chars(81), chars(80), "InvalidParameterValue"),
    visibility_timeout_seconds: of(queueAttribute("VisibilityTimeout"), "43201", "43200", SQS_VALUE),
    message_retention_seconds: of(queueAttribute("MessageRetentionPeriod"), "59", "60", SQS_VALUE),
    delay_seconds: of(queueAttribute("DelaySeconds"), "901", "900", SQS_VALUE),
    receive_wait_time_seconds: of(queueAttribute("ReceiveMessageWaitTimeSeconds"), "21", "20", SQS_VALUE),
    max_message_size: of(queueAttribute("MaximumMessageSize"), "1023", "1024", SQS_VALUE),
    kms_data_key_reuse_period_seconds: of(
      queueAttribute("KmsDataKeyReusePeriodSeconds"),
      "86401",
      "86400",
      SQS_VALUE,
    ),
    policy: of(queueAttribute("Policy"), policyOf(8_193), policyOf(8_192), "OverLimit", 403),
    "redrive_policy.maxReceiveCount": of(
      queueAttribute("RedrivePolicy"),
      redrive(1_001),
      redrive(1_000),
      SQS_VALUE,
    ),
    "redrive_allow_policy.sourceQueueArns": of(
      queueAttribute("RedriveAllowPolicy"),
      redriveAllow(11),
      redriveAllow(10),
      SQS_VALUE,
    ),
  },
  aws_sqs_queue_policy: {
    policy: of(setQueue("Policy"), policyOf(8_193), policyOf(8_192), "OverLimit", 403),
  },
  aws_sqs_queue_redrive_policy: {
    "redrive_policy.maxReceiveCount": of(setQueue("RedrivePolicy"), redrive(0), redrive(1), SQS_VALUE),
  },
  aws_sqs_queue_redrive_allow_policy: {
    "redrive_allow_policy.sourceQueueArns": of(
      setQueue("RedriveAllowPolicy"),
      redriveAllow(11),
      redriveAllow(10),
      SQS_VALUE,
    ),
  },
  aws_iam_role: {
    name: of((RoleName) => createRole({ RoleName }), chars(65), chars(64), "ValidationError"),
    path: of((Path) => createRole({ Path }), "queues/", "/queues/", "ValidationError"),
    description: of(
      (Description) => createRole({ Description }),
      "orders → mails",
      "Ordres à",
      "ValidationError",
    ),
    max_session_duration: of(
      (MaxSessionDuration) => createRole({ MaxSessionDuration }),
      43_201,
      43_200,
      "ValidationError",
    ),
    assume_role_policy: of(
      (AssumeRolePolicyDocument) => createRole({ AssumeRolePolicyDocument }),
      documentOf(TRUST, 2_049),
      documentOf(TRUST, 2_048),
      "LimitExceeded",
      409,
    ),
  },
  aws_iam_role_policy: {
    name: of((PolicyName) => putRolePolicy({ PolicyName }), chars(129), chars(128), "ValidationError"),
    policy: of(
      (PolicyDocument) => putRolePolicy({ RoleName: "limits-sums", PolicyDocument }),
      documentOf(ALLOW, 10_241),
      documentOf(ALLOW, 10_240),
      "LimitExceeded",
      409,
    ),
  },
  aws_iam_policy: {
    name: of((PolicyName) => createPolicy({ PolicyName }), chars(129), chars(128), "ValidationError"),
    path: of((Path) => createPolicy({ Path }), "/queues", "/queues/", "ValidationError"),
    description: of(
      (Description) => createPolicy({ Description }),
      chars(1_001),
      chars(1_000),
      "ValidationError",
    ),
    policy: of(
      (PolicyDocument) => createPolicy({ PolicyDocument }),
      documentOf(ALLOW, 6_145),
      documentOf(ALLOW, 6_144),
      "LimitExceeded",
      409,
    ),
  },
  aws_iam_role_policy_attachment: {},
  aws_lambda_function: {
    function_name: of((FunctionName) => createFunction({ FunctionName }), chars(65), chars(64), LAMBDA_VALUE),
    description: of((Description) => createFunction({ Description }), chars(257), chars(256), LAMBDA_VALUE),
    handler: of((Handler) => createFunction({ Handler }), "index handler", "index.handler", LAMBDA_VALUE),
    runtime: of((Runtime) => createFunction({ Runtime }), "nodejs20.x", "nodejs22.x", LAMBDA_VALUE),
    timeout: of((Timeout) => createFunction({ Timeout }), 901, 900, LAMBDA_VALUE),
    memory_size: of((MemorySize) => createFunction({ MemorySize }), 127, 128, LAMBDA_VALUE),
    environment: of(
      (text) => createFunction({ Environment: { Variables: { NAME: text } } }),
      chars(4_093),
      chars(4_092),
      LAMBDA_VALUE,
    ),
    "vpc_config.subnet_ids": of(
      (count) =>
        createFunction({ VpcConfig: { SubnetIds: many(Number(count), (index) => `subnet-${index}`) } }),
      17,
      16,
      LAMBDA_VALUE,
    ),
    "vpc_config.security_group_ids": of(
      (count) =>
        createFunction({ VpcConfig: { SecurityGroupIds: many(Number(count), (index) => `sg-${index}`) } }),
      6,
      5,
      LAMBDA_VALUE,
    ),
    reserved_concurrent_executions: of(
      (ReservedConcurrentExecutions) =>
        call("lambda", "PutFunctionConcurrency")({ FunctionName: "limits", ReservedConcurrentExecutions }),
      901,
      900,
      LAMBDA_VALUE,
    ),
  },
  aws_lambda_event_source_mapping: {
    batch_size: of(
      (over) => createMapping(over as object),
      { BatchSize: 11 },
      { BatchSize: 10 },
      LAMBDA_VALUE,
    ),
    maximum_batching_window_in_seconds: of(
      (MaximumBatchingWindowInSeconds) => createMapping({ MaximumBatchingWindowInSeconds }),
      301,
      300,
      LAMBDA_VALUE,
    ),
    "scaling_config.maximum_concurrency": of(
      (MaximumConcurrency) => createMapping({ ScalingConfig: { MaximumConcurrency } }),
      1,
      2,
      LAMBDA_VALUE,
    ),
    "provisioned_poller_config.minimum_pollers": of(
      (MinimumPollers) => createMapping({ ProvisionedPollerConfig: { MinimumPollers } }),
      201,
      200,
      LAMBDA_VALUE,
    ),
  },
  aws_lambda_function_url: {
    authorization_type: of(
      (AuthType) => call("lambda", "CreateFunctionUrlConfig")({ FunctionName: "limits", AuthType }),
      "PUBLIC",
      "NONE",
      LAMBDA_VALUE,
    ),
  },
  aws_lambda_permission: {
    statement_id: of((StatementId) => addPermission({ StatementId }), chars(101), chars(100), LAMBDA_VALUE),
    action: of(
      (Action) => addPermission({ Action }),
      "sqs:SendMessage",
      "lambda:InvokeFunction",
      LAMBDA_VALUE,
    ),
    statement: of(
      (characters) =>
        addPermission({
          FunctionName: "limits-sums",
          SourceArn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/${chars(Number(characters))}`,
        }),
      20_480,
      9_000,
      "PolicyLengthExceededException",
    ),
  },
  aws_lambda_function_event_invoke_config: {
    maximum_event_age_in_seconds: of(
      (MaximumEventAgeInSeconds) => eventInvoke({ MaximumEventAgeInSeconds }),
      59,
      60,
      LAMBDA_VALUE,
    ),
    maximum_retry_attempts: of(
      (MaximumRetryAttempts) => eventInvoke({ MaximumRetryAttempts }),
      3,
      2,
      LAMBDA_VALUE,
    ),
  },
  aws_dynamodb_table: {
    name: of((TableName) => createTable({ TableName }), chars(256), chars(255), VALIDATION),
    read_capacity: of((units) => provisioned(units, 1), 40_001, 40_000, VALIDATION),
    write_capacity: of((units) => provisioned(1, units), 40_001, 40_000, VALIDATION),
  },
  aws_dynamodb_table_replica: {},
  aws_dynamodb_resource_policy: {
    policy: of(
      (Policy) => call("dynamodb", "PutResourcePolicy")({ ResourceArn: TABLE, Policy }),
      policyOf(20_481),
      policyOf(20_480),
      VALIDATION,
    ),
  },
  aws_cloudwatch_metric_alarm: {
    alarm_name: of((AlarmName) => putAlarm({ AlarmName }), chars(256), chars(255), "ValidationError"),
    alarm_description: of(
      (AlarmDescription) => putAlarm({ AlarmDescription }),
      chars(1_025),
      chars(1_024),
      "ValidationError",
    ),
    alarm_actions: of((count) => putAlarm({ AlarmActions: actions(count) }), 6, 5, "ValidationError"),
    ok_actions: of((count) => putAlarm({ OKActions: actions(count) }), 6, 5, "ValidationError"),
    insufficient_data_actions: of(
      (count) => putAlarm({ InsufficientDataActions: actions(count) }),
      6,
      5,
      "ValidationError",
    ),
    namespace: of((Namespace) => putAlarm({ Namespace }), ":Limits", "Limits:", "ValidationError"),
    metric_name: of((MetricName) => putAlarm({ MetricName }), chars(256), chars(255), "ValidationError"),
    dimensions: of(
      (count) =>
        putAlarm({ Dimensions: many(Number(count), (index) => ({ Name: `n${index}`, Value: "v" })) }),
      31,
      30,
      "ValidationError",
    ),
    treat_missing_data: of(
      (TreatMissingData) => putAlarm({ TreatMissingData }),
      "notbreaching",
      "notBreaching",
      "ValidationError",
    ),
  },
  aws_cloudwatch_log_group: {
    name: of((logGroupName) => createLogGroup({ logGroupName }), "a b", "/aws/lambda/a#b", LOGS_VALUE),
    retention_in_days: of(
      (retentionInDays) => call("logs", "PutRetentionPolicy")({ logGroupName: "limits", retentionInDays }),
      31,
      30,
      LOGS_VALUE,
    ),
  },
  aws_cloudwatch_event_rule: {
    name: of((Name) => putRule({ Name }), chars(65), chars(64), VALIDATION),
    description: of((Description) => putRule({ Description }), chars(513), chars(512), VALIDATION),
    schedule_expression: of(
      (ScheduleExpression) => putRule({ ScheduleExpression }),
      `rate(1 minute)${" ".repeat(243)}`,
      "rate(1 minute)",
      VALIDATION,
    ),
  },
  aws_cloudwatch_event_target: {
    target_id: of((Id) => putTarget({ Id }), "a target", "a.target", VALIDATION),
    input: of((Input) => putTarget({ Input }), `"${chars(8_191)}"`, `"${chars(8_190)}"`, VALIDATION),
    "retry_policy.maximum_event_age_in_seconds": of(
      (MaximumEventAgeInSeconds) => putTarget({ RetryPolicy: { MaximumEventAgeInSeconds } }),
      59,
      60,
      VALIDATION,
    ),
    "retry_policy.maximum_retry_attempts": of(
      (MaximumRetryAttempts) => putTarget({ RetryPolicy: { MaximumRetryAttempts } }),
      186,
      185,
      VALIDATION,
    ),
  },
  aws_scheduler_schedule: {
    name: of((Name) => createSchedule({ Name }), chars(65), chars(64), VALIDATION),
    description: of((Description) => createSchedule({ Description }), chars(513), chars(512), VALIDATION),
    schedule_expression: of(
      (ScheduleExpression) => createSchedule({ ScheduleExpression }),
      `rate(1 minute)${" ".repeat(243)}`,
      "rate(1 minute)",
      VALIDATION,
    ),
    "target.retry_policy.maximum_event_age_in_seconds": of(
      (MaximumEventAgeInSeconds) => createSchedule({ Target: { RetryPolicy: { MaximumEventAgeInSeconds } } }),
      86_401,
      86_400,
      VALIDATION,
    ),
    "target.retry_policy.maximum_retry_attempts": of(
      (MaximumRetryAttempts) => createSchedule({ Target: { RetryPolicy: { MaximumRetryAttempts } } }),
      186,
      185,
      VALIDATION,
    ),
  },
  aws_ssm_parameter: {
    name: of((Name) => putParameter({ Name }), "/AWS/orders", "/orders/aws", VALIDATION),
    description: of((Description) => putParameter({ Description }), chars(1_025), chars(1_024), VALIDATION),
    value: of((Value) => putParameter({ Value }), chars(4_097), chars(4_096), VALIDATION),
  },
  aws_route53_health_check: {
    fqdn: of(
      (FullyQualifiedDomainName) => createCheck({ FullyQualifiedDomainName }),
      chars(256),
      chars(255),
      "InvalidInput",
    ),
    resource_path: of(
      (ResourcePath) => createCheck({ ResourcePath }),
      chars(256),
      chars(255),
      "InvalidInput",
    ),
    request_interval: of((RequestInterval) => createCheck({ RequestInterval }), 20, 30, "InvalidInput"),
    failure_threshold: of((FailureThreshold) => createCheck({ FailureThreshold }), 11, 10, "InvalidInput"),
    child_healthchecks: {
      needsMore: "255 children that exist, and an account has 200 health checks",
      ...of(
        (count) =>
          createCheck({
            Type: "CALCULATED",
            HealthThreshold: 1,
            ChildHealthChecks: many(Number(count), (index) => `child-${index}`),
          }),
        256,
        255,
        "InvalidInput",
      ),
    },
    cloudwatch_alarm_name: of(
      (Name) => createCheck({ Type: "CLOUDWATCH_METRIC", AlarmIdentifier: { Region: REGION, Name } }),
      chars(257),
      chars(256),
      "InvalidInput",
    ),
  },
  aws_route53_record: {
    name: of((label) => record({ Name: `${String(label)}.limits.example` }), chars(64), chars(63), RECORD),
    ttl: of((TTL) => record({ TTL }), -1, 0, RECORD),
    set_identifier: of(latency, chars(129), chars(128), RECORD),
    records: of(
      (count) =>
        record({
          ResourceRecords: [
            {
              Value: many(Number(count), () => `"${chars(199)}" `)
                .join("")
                .trim(),
            },
          ],
        }),
      20,
      19,
      RECORD,
    ),
  },
  aws_appautoscaling_target: {
    resource_id: of((ResourceId) => registerTarget({ ResourceId }), chars(1_601), "table/limits", VALIDATION),
  },
  aws_appautoscaling_policy: {
    name: of(putScalingPolicy, chars(257), chars(256), VALIDATION),
  },
};

/** Types with tags: how one is made with them. Health checks get theirs by a call of their own. */
export const TAGGED: Readonly<
  Partial<
    Record<
      QuotaType,
      {
        readonly make: (tags: Readonly<Record<string, string>>) => TestCall;
        readonly code: string;
        readonly full: readonly [status: number, code: string];
      }
    >
  >
> = {
  aws_sqs_queue: {
    make: (tags) => createQueue({ tags }),
    code: "InvalidParameterValue",
    full: [400, "InvalidParameterValue"],
  },
  aws_iam_role: {
    make: (tags) => createRole({ Tags: listed(tags) }),
    code: "InvalidInput",
    full: [409, "LimitExceeded"],
  },
  aws_iam_policy: {
    make: (tags) => createPolicy({ Tags: listed(tags) }),
    code: "InvalidInput",
    full: [409, "LimitExceeded"],
  },
  aws_lambda_function: {
    make: (Tags) => createFunction({ Tags }),
    code: LAMBDA_VALUE,
    full: [400, LAMBDA_VALUE],
  },
  aws_lambda_event_source_mapping: {
    make: (Tags) => createMapping({ Tags }),
    code: LAMBDA_VALUE,
    full: [400, LAMBDA_VALUE],
  },
  aws_dynamodb_table: {
    make: (tags) => createTable({ Tags: listed(tags) }),
    code: VALIDATION,
    full: [400, VALIDATION],
  },
  aws_cloudwatch_metric_alarm: {
    make: (tags) => putAlarm({ Tags: listed(tags) }),
    code: "ValidationError",
    full: [400, "ValidationError"],
  },
  aws_cloudwatch_log_group: {
    make: (tags) => createLogGroup({ tags }),
    code: LOGS_VALUE,
    full: [400, "TooManyTagsException"],
  },
  aws_cloudwatch_event_rule: {
    make: (tags) => putRule({ Tags: listed(tags) }),
    code: VALIDATION,
    full: [400, VALIDATION],
  },
  aws_ssm_parameter: {
    make: (tags) => putParameter({ Tags: listed(tags) }),
    code: VALIDATION,
    full: [400, "TooManyTagsError"],
  },
  aws_route53_health_check: {
    make: (tags) =>
      call(
        "route53",
        "ChangeTagsForResource",
      )({
        ResourceType: "healthcheck",
        ResourceId: checkId.of(),
        AddTags: listed(tags),
      }),
    code: "InvalidInput",
    full: [400, "InvalidInput"],
  },
  aws_appautoscaling_target: {
    make: (Tags) => registerTarget({ Tags }),
    code: VALIDATION,
    full: [400, "TooManyTagsException"],
  },
};

/** Id of a health check that tags are added to: one for each call. */
export const checkId = { of: nextName };

export function listed(tags: Readonly<Record<string, string>>): object[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
