/** Names of the SSM parameters of a failover group: the same in every region. */
export interface ParameterNames {
  /** {@link Roles} as this region knows them. Operators and the controller write it. */
  readonly roles: string;
  /** {@link States} of this region. The controller writes it. */
  readonly states: string;
  /** Path of the parameters that describe the logical queues to the controller, one each; Terraform writes them. */
  readonly queues: string;
}

export function parameterNames(failoverGroup: string): ParameterNames {
  const prefix = `/sqs-multi-region/${failoverGroup}`;
  return { roles: `${prefix}/roles`, states: `${prefix}/states`, queues: `${prefix}/queues` };
}
