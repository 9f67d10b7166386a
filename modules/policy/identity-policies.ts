import type { Configuration } from "../../config/configuration";
import { type RegionalTopology, topologyOf } from "../../config/topology";
import { logGroupArn } from "../../core/names";
import { type PolicyDocument, policyDocument, type Statement } from "./document";
import { CONSUMER_ACTIONS, PRODUCER_ACTIONS } from "./queue-policies";

/** What a function of the replication does: reads one queue, writes some others. */
export interface FunctionAccess {
  readonly functionName: string;
  readonly region: string;
  readonly account: string;
  readonly readsFrom: string;
  readonly sendsTo: readonly string[];
  /** Keys of the queue that is read and of those that are written; none with SSE-SQS. */
  readonly kmsKeyArns: readonly string[];
  readonly tracing: boolean;
  readonly vpc: boolean;
}

/** Policy of a function's role: its own source queue, its own targets, its own log group. */
export function functionPolicy(access: FunctionAccess): PolicyDocument {
  return policyDocument([
    allow(
      "Read",
      ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
      access.readsFrom,
    ),
    allow("Send", ["sqs:SendMessage"], access.sendsTo),
    allow(
      "Log",
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      `${logGroupArn(access.region, access.account, access.functionName)}:*`,
    ),
    ...(access.kmsKeyArns.length > 0
      ? [allow("Encrypt", ["kms:Decrypt", "kms:GenerateDataKey"], access.kmsKeyArns)]
      : []),
    // X-Ray and network interfaces have no resource to name:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    ...(access.tracing ? [allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")] : []),
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    ...(access.vpc ? [allow("Network", VPC_ACTIONS, "*")] : []),
  ]);
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

/** Policy for a producer's role: it may send in every region, so that it can move at once. */
export function producerPolicy(configuration: Configuration, queue: string): PolicyDocument {
  return clientPolicy(configuration, queue, "Send", PRODUCER_ACTIONS, (topology) => topology.ingress.arn);
}

/** Policy for a consumer's role, in every region. */
export function consumerPolicy(configuration: Configuration, queue: string): PolicyDocument {
  return clientPolicy(configuration, queue, "Receive", CONSUMER_ACTIONS, (topology) => topology.work.arn);
}

function clientPolicy(
  configuration: Configuration,
  queue: string,
  sid: string,
  actions: readonly string[],
  arnOf: (topology: RegionalTopology) => string,
): PolicyDocument {
  const regions = Object.keys(configuration.regions);
  const keys = Object.values(configuration.queues[queue]!.encryption.kmsKeyArns ?? {});
  return policyDocument([
    allow(
      sid,
      actions,
      regions.map((region) => arnOf(topologyOf(configuration, queue, region))),
    ),
    ...(keys.length > 0 ? [allow("Encrypt", ["kms:Decrypt", "kms:GenerateDataKey"], keys)] : []),
  ]);
}

function allow(sid: string, actions: readonly string[], resource: string | readonly string[]): Statement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: resource };
}
