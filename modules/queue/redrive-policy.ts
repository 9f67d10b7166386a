import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SqsQueueRedrivePolicy } from "@cdktf/provider-aws/lib/sqs-queue-redrive-policy";
import { Construct } from "constructs";
import { addressed } from "../address";
import { type Queue, type Redrive, redrivePolicyOf } from "./queue";

export interface RedrivePolicyProps extends Redrive {
  readonly provider: AwsProvider;
  readonly address: string;
  readonly queue: Queue;
}

/**
 * The redrive policy of a queue that does not always have one. It is a resource of its own, so that SQS is told when it ends:
 * the provider leaves a policy in place that a queue no longer names
 * (https://github.com/hashicorp/terraform-provider-aws/issues/23178).
 */
export class RedrivePolicy extends Construct {
  constructor(scope: Construct, id: string, { provider, address, queue, ...redrive }: RedrivePolicyProps) {
    super(scope, id);
    addressed(
      new SqsQueueRedrivePolicy(this, "redrive-policy", {
        provider,
        queueUrl: queue.resource.url,
        redrivePolicy: redrivePolicyOf(redrive),
      }),
      address,
    );
  }
}
