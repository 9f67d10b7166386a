import type { Configuration } from "../../config/configuration";
import { groupTopologies, groupTopologyOf } from "../../config/group-topology";
import { topologyOf } from "../../config/topology";
import { canaryQueue, fillTemplate, functionArn, partitionOf } from "../../core/names";
import { METRICS_NAMESPACE } from "../../replicator/metrics";
import { allow, type PolicyDocument, policyDocument, type Statement } from "./document";
import { lookAtQueues, readQueueList } from "./health-policies";
import { itemsOf, ledgerKeyStatements, READ_PARAMETERS } from "./ownership-policies";

/** What a controller may do in its region, and of its peers' parameters read; but for what grows with the logical queues ({@link spreadPolicies}). */
export function controllerStatements(configuration: Configuration, region: string): readonly Statement[] {
  const { parameterArns, ledgerArn } = groupTopologyOf(configuration, region);
  const peers = groupTopologies(configuration).filter((group) => group.region !== region);
  const name = canaryQueue(configuration.failoverGroup);
  const canary = topologyOf(configuration, name, region);
  return [
    allow("Own", [...READ_PARAMETERS, "ssm:PutParameter"], [parameterArns.roles, parameterArns.states]),
    allow(
      "Peers",
      READ_PARAMETERS,
      peers.flatMap((peer) => [peer.parameterArns.roles, peer.parameterArns.states]),
    ),
    readQueueList(configuration, region),
    allow("Beat", ["sqs:SendMessage"], canary.ingress.arn),
    allow(
      "Hear",
      ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
      [canary.work, ...Object.values(canary.standbys)].map(({ arn }) => arn),
    ),
    ...(ledgerArn
      ? [
          allow(
            "ReadLedger",
            ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
            ledgerArn,
            itemsOf("watermark#*", `probe#${region}`),
          ),
          allow(
            "WriteLedger",
            ["dynamodb:PutItem"],
            ledgerArn,
            itemsOf(`watermark#${region}#*`, `probe#${region}`),
          ),
          ...ledgerKeyStatements(configuration, [region]),
        ]
      : []),
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html: no resource to name.
    allow("Ages", ["cloudwatch:GetMetricData"], "*"),
    ...(configuration.dns ? [lookAtQueues(configuration, region, [name]), PUBLISH] : []),
  ];
}

/** Metrics have no resource to name, but a namespace: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html */
const PUBLISH = allow("Publish", ["cloudwatch:PutMetricData"], "*", {
  StringEquals: { "cloudwatch:namespace": METRICS_NAMESPACE },
});

/** To run drainers of the region. */
export function drainQueues(
  configuration: Configuration,
  region: string,
  queues: readonly string[],
): Statement {
  const arns = queues.flatMap((queue) => drainerArns(configuration, queue, region));
  return allow("Drain", ["lambda:InvokeFunction"], arns);
}

/** Drainers of a logical queue: one name for all homes where the home stands at its end, so that more queues find room. */
function drainerArns(configuration: Configuration, queue: string, region: string): readonly string[] {
  const { account, drainers } = topologyOf(configuration, queue, region);
  const names = Object.values(drainers).map(({ name }) => name);
  const template = configuration.queues[queue]!.names.drainer;
  const beginning = fillTemplate(template, {
    prefix: configuration.naming.prefix,
    queue,
    region,
    home: "",
  });
  const short =
    names.length > 1 && template.endsWith("{home}") && names.every((name) => name.startsWith(beginning));
  return (short ? [`${beginning}*`] : names).map((name) => functionArn(region, account, name));
}

/** Policy of the role by which the schedule runs the controller. */
export function schedulePolicy(configuration: Configuration, region: string): PolicyDocument {
  const { account, controller } = groupTopologyOf(configuration, region);
  return policyDocument([
    allow("Run", ["lambda:InvokeFunction"], functionArn(region, account, controller.name)),
  ]);
}

/**
 * Trust policy of that role. A schedule's role is limited by schedule group, never by schedule:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 */
export function scheduleTrust(region: string, account: string): PolicyDocument {
  const group = `arn:${partitionOf(region)}:scheduler:${region}:${account}:schedule-group/default`;
  return policyDocument([
    {
      Sid: "Scheduler",
      Effect: "Allow",
      Principal: { Service: "scheduler.amazonaws.com" },
      Action: ["sts:AssumeRole"],
      Condition: {
        StringEquals: { "aws:SourceAccount": account },
        ArnEquals: { "aws:SourceArn": group },
      },
    },
  ]);
}
