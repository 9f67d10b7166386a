import type { Configuration } from "../../config/configuration";
import { groupTopologyOf } from "../../config/group-topology";
import { topologyOf } from "../../config/topology";
import { type Condition, given, isSet } from "../../core/expression";
import { canaryQueue } from "../../core/names";
import { allow, type Statement } from "./document";
import { itemsOf, ledgerKeyStatements, READ_PARAMETERS } from "./ownership-policies";
import { readPassStatements } from "./voter-policies";

/** What a health function may do, but for looking at logical queues ({@link spreadPolicies}): nothing outside its region, and with messages nothing but with the canary's. */
export function healthStatements(configuration: Configuration, region: string): readonly Statement[] {
  const { parameterArns } = groupTopologyOf(configuration, region);
  const name = canaryQueue(configuration.failoverGroup);
  const canary = topologyOf(configuration, name, region);
  return [
    allow("Own", READ_PARAMETERS, [parameterArns.roles, parameterArns.states]),
    ...readPassStatements(configuration),
    readQueueList(configuration, region),
    allow("Beat", ["sqs:SendMessage"], canary.ingress.arn),
    allow("Hear", ["sqs:ReceiveMessage", "sqs:DeleteMessage"], canary.work.arn),
    lookAtQueues(configuration, region, [name]),
    ...probeLedger(configuration, region),
  ];
}

/** The list of logical queues; the path, and the path with a slash at its end. */
export function readQueueList(configuration: Configuration, region: string): Statement {
  const { queues } = groupTopologyOf(configuration, region).parameterArns;
  return allow("Queues", ["ssm:GetParametersByPath"], [queues, `${queues}/*`]);
}

/** Whether queues answer: ingress and work. */
export function lookAtQueues(
  configuration: Configuration,
  region: string,
  queues: readonly string[],
  isMeant: (queue: string) => Condition = () => true,
): Statement {
  const arns = queues.flatMap((queue) => {
    const { ingress, work } = topologyOf(configuration, queue, region);
    return given(isMeant(queue), ingress.arn, work.arn);
  });
  return allow("Look", ["sqs:GetQueueAttributes"], arns);
}

/** Whether the ledger can be written and read, by an item of the region's own. */
function probeLedger(configuration: Configuration, region: string): readonly Statement[] {
  const { ledgerArn } = groupTopologyOf(configuration, region);
  if (ledgerArn === undefined) return [];
  return given(
    isSet(configuration.ledger),
    allow("ProbeLedger", ["dynamodb:GetItem", "dynamodb:PutItem"], ledgerArn, itemsOf(`probe#${region}`)),
    ...ledgerKeyStatements(configuration, [region]),
  );
}
