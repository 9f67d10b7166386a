import type { LogicalQueueSettings } from "../../config/configuration";
import type { QueueReference, RegionalTopology } from "../../config/topology";
import { type PolicyDocument, policyDocument, type Statement } from "./document";
import { exclusiveAccess } from "./principals";

/** What a producer does with an ingress queue. */
export const PRODUCER_ACTIONS = ["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"] as const;

/** What a consumer does with a work queue. */
export const CONSUMER_ACTIONS = [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibility",
  "sqs:GetQueueAttributes",
  "sqs:GetQueueUrl",
] as const;

/** Policy of an ingress queue: only producers send. */
export function ingressPolicy(topology: RegionalTopology, settings: LogicalQueueSettings): PolicyDocument {
  return queuePolicy(
    topology.ingress,
    exclusiveAccess(settings.producers, {
      sid: "Producers",
      actions: PRODUCER_ACTIONS,
      guarded: "sqs:SendMessage",
      resource: topology.ingress.arn,
      region: topology.region,
    }),
  );
}

/** Policy of a work queue: only consumers receive. */
export function workPolicy(topology: RegionalTopology, settings: LogicalQueueSettings): PolicyDocument {
  return queuePolicy(
    topology.work,
    exclusiveAccess(settings.consumers, {
      sid: "Consumers",
      actions: CONSUMER_ACTIONS,
      guarded: "sqs:ReceiveMessage",
      resource: topology.work.arn,
      region: topology.region,
    }),
  );
}

/** Policy of an outbox queue: only this region's replicator sends, so it holds copies and nothing else. */
export function outboxPolicy(topology: RegionalTopology, peer: string): PolicyDocument {
  return sentOnlyBy(topology, topology.outboxes[peer]!, [topology.replicator.roleArn]);
}

/** Policy of a standby queue: only functions of the home send, which may be of another account. */
export function standbyPolicy(
  topology: RegionalTopology,
  home: RegionalTopology,
  mode: LogicalQueueSettings["mode"],
): PolicyDocument {
  const forwarder = home.forwarders[topology.region];
  return sentOnlyBy(topology, topology.standbys[home.region]!, [
    ...(forwarder ? [forwarder.roleArn] : []),
    ...(sendsStraight(mode) ? [home.replicator.roleArn] : []),
  ]);
}

/** Whether a mode's replicator sends to the peers' standby queues itself. */
export function sendsStraight(mode: LogicalQueueSettings["mode"]): boolean {
  return mode === "semi-sync" || mode === "sync";
}

/** Policy of a queue that nobody but its own account uses. */
export function privatePolicy(queue: QueueReference): PolicyDocument {
  return queuePolicy(queue, []);
}

function sentOnlyBy(
  topology: RegionalTopology,
  queue: QueueReference,
  roles: readonly string[],
): PolicyDocument {
  return queuePolicy(
    queue,
    exclusiveAccess(roles, {
      sid: "Copies",
      actions: ["sqs:SendMessage"],
      guarded: "sqs:SendMessage",
      resource: queue.arn,
      region: topology.region,
    }),
  );
}

/** Every queue refuses calls without TLS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html */
function queuePolicy(queue: QueueReference, statements: readonly Statement[]): PolicyDocument {
  return policyDocument([
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: ["sqs:*"],
      Resource: queue.arn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    ...statements,
  ]);
}
