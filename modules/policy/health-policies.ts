import type { Configuration } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { topologyOf } from "../../config/topology";
import { canaryQueue } from "../../core/names";
import { allow, type PolicyDocument, type Statement } from "./document";
import { functionPolicy } from "./function-policy";
import { itemsOf, ledgerKeyStatements, READ_PARAMETERS } from "./ownership-policies";

/** Policy of the role of a region's health function. It grows with the logical queues of the group, which IAM limits. */
export function healthPolicy(configuration: Configuration, region: string): PolicyDocument {
  const { health, account } = groupTopologyOf(configuration, region);
  return functionPolicy(healthStatements(configuration, region), {
    functionName: health!.name,
    region,
    account,
    kmsKeyArns: [],
    tracing: configuration.functions.tracing === "active",
    vpc: configuration.regions[region]!.vpc !== undefined,
  });
}

/** What a health function may do: nothing outside its region, and with messages nothing but with the canary's. */
export function healthStatements(configuration: Configuration, region: string): readonly Statement[] {
  const { parameterArns } = groupTopologyOf(configuration, region);
  const canary = topologyOf(configuration, canaryQueue(configuration.failoverGroup), region);
  return [
    allow("Own", READ_PARAMETERS, [parameterArns.roles, parameterArns.states]),
    readQueueList(configuration, region),
    allow("Beat", ["sqs:SendMessage"], canary.ingress.arn),
    allow("Hear", ["sqs:ReceiveMessage", "sqs:DeleteMessage"], canary.work.arn),
    lookAtQueues(configuration, region),
    ...probeLedger(configuration, region),
  ];
}

/** The list of logical queues; the path, and the path with a slash at its end. */
export function readQueueList(configuration: Configuration, region: string): Statement {
  const { queues } = groupTopologyOf(configuration, region).parameterArns;
  return allow("Queues", ["ssm:GetParametersByPath"], [queues, `${queues}/*`]);
}

/** Whether queues answer: ingress and work of those that are rescued, and of the canary. */
export function lookAtQueues(configuration: Configuration, region: string): Statement {
  const arns = Object.entries(configuration.queues)
    .filter(([, { recovery, canary }]) => recovery !== undefined || canary)
    .map(([queue]) => topologyOf(configuration, queue, region))
    .flatMap(({ ingress, work }) => [ingress.arn, work.arn]);
  return allow("Look", ["sqs:GetQueueAttributes"], arns);
}

/** Whether the ledger can be written and read, by an item of the region's own. */
function probeLedger(configuration: Configuration, region: string): readonly Statement[] {
  const { ledgerArn } = groupTopologyOf(configuration, region);
  if (ledgerArn === undefined) return [];
  return [
    allow("ProbeLedger", ["dynamodb:GetItem", "dynamodb:PutItem"], ledgerArn, itemsOf(`probe#${region}`)),
    ...ledgerKeyStatements(configuration, [region]),
  ];
}
