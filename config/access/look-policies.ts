import { given } from "../../core/expression";
import type { Operand } from "../../core/value";
import type { GroupSettings } from "../configuration";
import { groupTopologyOf } from "../group-topology";
import { topologyOf } from "../topology";
import { allow, type Statement } from "./document";

/** The list of logical queues; the path, and the path with a slash at its end. */
export function readQueueList(configuration: GroupSettings, region: string): Statement {
  const { queuesPathArn } = groupTopologyOf(configuration, region);
  return allow("Queues", ["ssm:GetParametersByPath"], [queuesPathArn, `${queuesPathArn}/*`]);
}

/** Whether queues answer: ingress and work. */
export function lookAtQueues(
  configuration: GroupSettings,
  region: string,
  queues: readonly string[],
  isMeant: (queue: string) => Operand<boolean> = () => true,
): Statement {
  const arns = queues.flatMap((queue) => {
    const { ingress, work } = topologyOf(configuration, queue, region);
    return given(isMeant(queue), ingress.arn, work.arn);
  });
  return allow("Look", ["sqs:GetQueueAttributes"], arns);
}
