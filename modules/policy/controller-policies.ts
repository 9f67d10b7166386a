import type { Configuration } from "../../config/configuration";
import { groupTopologyOf, otherGroupTopologies } from "../../config/group-topology";
import { regionSets } from "../../config/region-sets";
import { topologyOf } from "../../config/topology";
import { allOf, type Condition, expression, given, isKnown, isSet, not } from "../../core/expression";
import { FUNCTION_NAME_MAX_LENGTH } from "../../core/limits";
import { canaryQueue, fillTemplate, functionArn, partitionOf } from "../../core/names";
import { METRICS_NAMESPACE } from "../../replicator/metrics";
import { allow, type PolicyDocument, policyDocument, type Statement } from "./document";
import { lookAtQueues, readQueueList } from "./health-policies";
import { itemsOf, ledgerKeyStatements, READ_PARAMETERS } from "./ownership-policies";
import { voteStatements } from "./voter-policies";

/** What a controller may do in its region, and of its peers' parameters read; but for what grows with the logical queues ({@link spreadPolicies}). */
export function controllerStatements(configuration: Configuration, region: string): readonly Statement[] {
  const { parameterArns, ledgerArn } = groupTopologyOf(configuration, region);
  const peers = otherGroupTopologies(configuration, region);
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
    ...given(
      isSet(configuration.ledger),
      ...(ledgerArn === undefined
        ? []
        : [
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
          ]),
    ),
    ...ledgerKeyStatements(configuration, [region]),
    ...voteStatements(configuration),
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html: no resource to name.
    allow("Ages", ["cloudwatch:GetMetricData"], "*"),
    ...given(isSet(configuration.dns), lookAtQueues(configuration, region, [name]), PUBLISH),
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
  isMeant: (queue: string) => Condition = () => true,
): Statement {
  const arns = queues.flatMap((queue) => {
    const { hasDrainers } = topologyOf(configuration, queue, region);
    return given(allOf(isMeant(queue), hasDrainers), ...drainerArns(configuration, queue, region));
  });
  return allow("Drain", ["lambda:InvokeFunction"], arns);
}

/** Drainers of a logical queue: one name for all homes where the home stands at its end, so that more queues find room. */
function drainerArns(configuration: Configuration, queue: string, region: string): readonly string[] {
  const { account, drainers } = topologyOf(configuration, queue, region);
  const names = Object.values(drainers).map(({ name }) => name);
  const template = configuration.queues[queue]!.names.drainer;
  const { prefix } = configuration.naming;
  const beginning = fillTemplate(template, { prefix, queue, region, home: "" });
  const { list: homes } = regionSets(configuration).homes(queue, region);
  const isShort = endInHome(template, beginning, homes);
  const arn = (name: string) => functionArn(region, account, name);
  return [...given(isShort, arn(`${beginning}*`)), ...given(not(isShort), ...names.map(arn))];
}

/** Whether names for several homes differ by the home at their end alone, and none is shortened. */
function endInHome(template: string, beginning: string, homes: readonly string[]): Condition {
  const end = "{home}";
  const longest = FUNCTION_NAME_MAX_LENGTH;
  if (isKnown([template, homes])) {
    const fits = homes.every((home) => beginning.length + home.length <= longest);
    return homes.length > 1 && template.endsWith(end) && fits;
  }
  const fit: Condition = expression`alltrue([for home in ${homes} : length(${beginning}) + length(home) <= ${longest}])`;
  return expression`(length(${homes}) > 1 && endswith(${template}, ${end}) && ${fit})`;
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
