import { type Condition, given } from "../../core/expression";
import type { Configuration } from "../configuration";
import { groupTopologyOf } from "../group-topology";
import { topologyOf } from "../topology";
import { allow, type Statement } from "./document";

/** The list of logical queues; the path, and the path with a slash at its end. */
export function readQueueList(configuration: Configuration, region: string): Statement {
  const { queuesPathArn } = groupTopologyOf(configuration, region);
  return allow("Queues", ["ssm:GetParametersByPath"], [queuesPathArn, `${queuesPathArn}/*`]);
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
