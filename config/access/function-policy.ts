import { given, isEmpty, not, present } from "../../core/expression";
import { logGroupArn } from "../../core/names";
import type { Condition, Operand } from "../../core/value";
import { allow, type PolicyDocument, policyDocument, type Statement } from "./document";

/** Where a function runs and what it runs with. */
export interface FunctionContext {
  readonly functionName: string;
  readonly region: string;
  readonly account: Operand<string>;
  /** Keys of the queues that it reads or writes; none with SSE-SQS. */
  readonly kmsKeyArns: readonly Operand<string>[];
  readonly tracing: Condition;
  readonly vpc: Condition;
}

/** Policy of a function's role: what is its own, and its log group, keys, traces and network interfaces. */
export function functionPolicy(
  own: readonly Statement[],
  { functionName, region, account, kmsKeyArns, tracing, vpc }: FunctionContext,
): PolicyDocument {
  return policyDocument([
    ...own,
    allow(
      "Log",
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      `${logGroupArn(region, account, functionName)}:*`,
    ),
    ...encrypt(kmsKeyArns),
    // X-Ray and network interfaces have no resource to name:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    ...given(tracing, allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")),
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    ...given(vpc, allow("Network", VPC_ACTIONS, "*")),
  ]);
}

/** To use keys, those of them that are given. */
export function encrypt(kmsKeyArns: readonly Operand<string>[]): readonly Statement[] {
  const keys = present(kmsKeyArns);
  return given(not(isEmpty(keys)), allow("Encrypt", ["kms:Decrypt", "kms:GenerateDataKey"], keys));
}

const VPC_ACTIONS = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/** Trust policy of a function's role. */
export function functionTrust(): PolicyDocument {
  return policyDocument([
    {
      Sid: "Lambda",
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: ["sts:AssumeRole"],
    },
  ]);
}
