import type { ResourceBlock } from "./blocks";

/** A check of checkov that a resource does not meet, and why. */
interface Skip {
  readonly check: string;
  readonly type: string;
  /** @default all of the type */
  readonly name?: RegExp;
  readonly reason: string;
}

const SKIPS: readonly Skip[] = [
  {
    check: "CKV_AWS_158",
    type: "aws_cloudwatch_log_group",
    reason: "encrypted with a key of AWS; codes, counts and ids of messages, no contents",
  },
  {
    check: "CKV_AWS_338",
    type: "aws_cloudwatch_log_group",
    reason: "functions.log_retention_days says how long logs are kept",
  },
  {
    check: "CKV_AWS_116",
    type: "aws_lambda_function",
    reason: "mappings leave messages on their queue; what was invoked late must not be done",
  },
  {
    check: "CKV_AWS_115",
    type: "aws_lambda_function",
    name: /^(?:replicator|forwarder|drainer)$/,
    reason: "a reserve is taken away from the account; maximum_concurrency limits mappings",
  },
  {
    check: "CKV_AWS_173",
    type: "aws_lambda_function",
    reason: "encrypted with a key of AWS; names of queues and settings, no secrets",
  },
  {
    check: "CKV_AWS_258",
    type: "aws_lambda_function_url",
    reason: "health checkers of Route 53 sign nothing; dns.health.type = metric does without",
  },
  {
    check: "CKV_AWS_301",
    type: "aws_lambda_permission",
    name: /^health_invoke/,
    reason: "health checkers of Route 53 sign nothing; dns.health.type = metric does without",
  },
  { check: "CKV_AWS_297", type: "aws_scheduler_schedule", reason: "a schedule carries no data" },
  {
    check: "CKV2_AWS_34",
    type: "aws_ssm_parameter",
    reason: "no secrets; a failover reads it, and must not need KMS",
  },
  {
    check: "CKV_AWS_119",
    type: "aws_dynamodb_table",
    reason: "encrypted with a key of AWS unless keys are given",
  },
  {
    check: "CKV_AWS_28",
    type: "aws_dynamodb_table",
    name: /^ownership$/,
    reason: "never to be restored: claims that have ended would vote again",
  },
];

/** Comments within a resource that tell scanners what is meant to be as it is. */
export function scannerSkips({ type, name }: Pick<ResourceBlock, "type" | "name">): readonly string[] {
  return SKIPS.filter((skip) => skip.type === type && (skip.name?.test(name) ?? true)).map(
    ({ check, reason }) => `# checkov:skip=${check}: ${reason}`,
  );
}
