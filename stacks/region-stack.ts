import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Configuration } from "../config/configuration";
import { logicalId, type QueueWord } from "../core/names";
import { addressed } from "../modules/address";
import { LogicalQueue } from "../modules/logical-queue";
import { consumerPolicy, producerPolicy } from "../modules/policy/identity-policies";
import type { Queue } from "../modules/queue/queue";
import { ExplicitProvider } from "../modules/validation/explicit-provider";
import { setStateBackend } from "./state-backend";

/** Terraform that reads the stacks: the first with the language features that the provider's documentation uses. */
const REQUIRED_TERRAFORM = ">= 1.5.0";

/**
 * One region of a failover group, called `<failover group>-<region>`. It plans and applies without another region's state or
 * API: whatever it says of another region is computed from the configuration.
 */
export class RegionStack extends TerraformStack {
  constructor(scope: Construct, configuration: Configuration, region: string) {
    super(scope, `${configuration.failoverGroup}-${region}`);
    const { account, assumeRoleArn } = configuration.regions[region]!;
    setStateBackend(this, configuration.stateBackend, configuration.failoverGroup, region);
    this.addOverride("terraform.required_version", REQUIRED_TERRAFORM);

    const provider = new AwsProvider(this, "aws", {
      region,
      // Terraform refuses credentials of any other account.
      allowedAccountIds: [account],
      ...(assumeRoleArn && { assumeRole: [{ roleArn: assumeRoleArn }] }),
    });
    for (const queue of Object.keys(configuration.queues)) {
      this.addOutputs(
        configuration,
        new LogicalQueue(this, queue, { configuration, queue, region, provider }),
      );
    }
    this.node.addValidation(new ExplicitProvider(this));
  }

  private addOutputs(configuration: Configuration, { topology, queues }: LogicalQueue): void {
    const output = (id: string, value: string, description: string) =>
      addressed(new TerraformOutput(this, id, { value, description }), id);
    const queueOutputs = (word: QueueWord, queue: Queue, other?: string) => {
      const id = logicalId(topology.queue, word, other);
      output(`${id}_queue_url`, queue.resource.url, `URL of ${queue.resource.nameInput}`);
      output(`${id}_queue_arn`, queue.resource.arn, `ARN of ${queue.resource.nameInput}`);
    };
    queueOutputs("ingress", queues.ingress);
    queueOutputs("work", queues.work);
    queueOutputs("dlq", queues.dlq);
    queueOutputs("ingressDlq", queues.ingressDlq);
    for (const [peer, queue] of Object.entries(queues.outboxes)) queueOutputs("outbox", queue, peer);
    for (const [home, queue] of Object.entries(queues.standbys)) queueOutputs("standby", queue, home);
    output(
      `${topology.queue}_producer_policy`,
      JSON.stringify(producerPolicy(configuration, topology.queue)),
      `Policy for roles that send to ${topology.queue}, in every region`,
    );
    output(
      `${topology.queue}_consumer_policy`,
      JSON.stringify(consumerPolicy(configuration, topology.queue)),
      `Policy for roles that receive from ${topology.queue}, in every region`,
    );
  }
}
