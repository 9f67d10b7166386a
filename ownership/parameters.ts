import type { Operand } from "../core/value";

/** Names of the SSM parameters of a failover group: the same in every region. */
export interface ParameterNames {
  /** Path of the parameters that describe the logical queues to the controller, one each; Terraform writes them. */
  readonly queues: string;
}

export function parameterNames(failoverGroup: Operand<string>): ParameterNames {
  return { queues: `/sqs-multi-region/${failoverGroup}/queues` };
}
