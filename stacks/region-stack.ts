import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Configuration } from "../config/configuration";
import { logicalId, type QueueWord } from "../core/names";
import { addressed } from "../modules/address";
import { LogicalQueue } from "../modules/logical-queue";
import { consumerPolicy, operatorPolicy, producerPolicy } from "../modules/policy/client-policies";
import type { Queue } from "../modules/queue/queue";
import { Recovery } from "../modules/recovery/recovery";
import { ExplicitProvider } from "../modules/validation/explicit-provider";
import { providerOf, REQUIRED_TERRAFORM } from "./provider";
import { setStateBackend } from "./state-backend";

/**
 * One region of a failover group, called `<failover group>-<region>`. It plans and applies without another region's state or
 * API: whatever it says of another region is computed from the configuration.
 */
export class RegionStack extends TerraformStack {
  constructor(scope: Construct, configuration: Configuration, region: string) {
    super(scope, `${configuration.failoverGroup}-${region}`);
    setStateBackend(this, configuration.stateBackend, {
      group: configuration.failoverGroup,
      name: region,
      region,
    });
    this.addOverride("terraform.required_version", REQUIRED_TERRAFORM);

    const provider = providerOf(this, configuration, region);
    for (const queue of Object.keys(configuration.queues)) {
      this.addOutputs(
        configuration,
        new LogicalQueue(this, queue, { configuration, queue, region, provider }),
      );
    }
    if (configuration.recovery) {
      // Logical queues are children of the stack under their own names, in which there is no @.
      new Recovery(this, "@recovery", { configuration, region, provider });
      this.output(
        "operator_policy",
        JSON.stringify(operatorPolicy(configuration)),
        `Policy for roles that order takeovers and hand-backs of ${configuration.failoverGroup}, in every region`,
      );
    }
    this.node.addValidation(new ExplicitProvider(this));
  }

  private output(id: string, value: string, description: string): void {
    addressed(new TerraformOutput(this, id, { value, description }), id);
  }

  private addOutputs(configuration: Configuration, { topology, queues }: LogicalQueue): void {
    const queueOutputs = (word: QueueWord, queue: Queue, other?: string) => {
      const id = logicalId(topology.queue, word, other);
      this.output(`${id}_queue_url`, queue.resource.url, `URL of ${queue.resource.nameInput}`);
      this.output(`${id}_queue_arn`, queue.resource.arn, `ARN of ${queue.resource.nameInput}`);
    };
    queueOutputs("ingress", queues.ingress);
    queueOutputs("work", queues.work);
    queueOutputs("dlq", queues.dlq);
    queueOutputs("ingressDlq", queues.ingressDlq);
    for (const [peer, queue] of Object.entries(queues.outboxes)) queueOutputs("outbox", queue, peer);
    for (const [home, queue] of Object.entries(queues.standbys)) queueOutputs("standby", queue, home);
    // Nobody but the controllers uses the canary.
    if (configuration.queues[topology.queue]!.canary) return;
    this.output(
      `${topology.queue}_producer_policy`,
      JSON.stringify(producerPolicy(configuration, topology.queue)),
      `Policy for roles that send to ${topology.queue}, in every region`,
    );
    this.output(
      `${topology.queue}_consumer_policy`,
      JSON.stringify(consumerPolicy(configuration, topology.queue)),
      `Policy for roles that receive from ${topology.queue}, in every region`,
    );
  }
}
