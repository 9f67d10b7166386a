import type { Construct } from "constructs";
import { consumerPolicy, operatorPolicy, producerPolicy } from "../config/access/client-policies";
import type { Configuration } from "../config/configuration";
import { json, not } from "../core/expression";
import { logicalId, type QueueWord } from "../core/names";
import { under } from "../modules/address";
import type { LogicalQueue } from "../modules/logical-queue";
import type { Queue } from "../modules/queue/queue";
import { output } from "./output";

const QUEUES: Readonly<Record<QueueWord, string>> = {
  ingress: "ingress queue, where producers send,",
  work: "work queue, where consumers receive,",
  outbox: "outbox queue",
  standby: "standby queue",
  dlq: "dead-letter queue of the work queue",
  ingressDlq: "dead-letter queue of the ingress queue",
};

/** Outputs of a region: where the queues of a logical queue are, and what its users' roles need. */
export function addQueueOutputs(
  scope: Construct,
  configuration: Configuration,
  { topology, queues }: LogicalQueue,
): void {
  const queueOutputs = (place: Construct, word: QueueWord, queue: Queue, other?: string) => {
    const id = logicalId(topology.queue, word, other);
    const what = `${QUEUES[word]} of ${topology.queue}${other === undefined ? "" : `, ${word === "outbox" ? "to" : "from"} ${other}`}`;
    output(place, `${id}_queue_url`, queue.resource.url, `URL of the ${what}`);
    output(place, `${id}_queue_arn`, queue.resource.arn, `ARN of the ${what}`);
  };
  queueOutputs(scope, "ingress", queues.ingress);
  queueOutputs(scope, "work", queues.work);
  queueOutputs(scope, "dlq", queues.dlq);
  queueOutputs(scope, "ingressDlq", queues.ingressDlq);
  const outboxes = under(scope, topology.hasOutboxes) ?? scope;
  for (const [peer, queue] of Object.entries(queues.outboxes)) queueOutputs(outboxes, "outbox", queue, peer);
  for (const [home, queue] of Object.entries(queues.standbys)) queueOutputs(scope, "standby", queue, home);
  // Nobody but the controllers uses the canary.
  const clients = under(scope, not(configuration.queues[topology.queue]!.canary));
  if (clients === undefined) return;
  output(
    clients,
    `${topology.queue}_producer_policy`,
    json(producerPolicy(configuration, topology.queue)),
    `Policy for roles that send to ${topology.queue}, in every region`,
  );
  output(
    clients,
    `${topology.queue}_consumer_policy`,
    json(consumerPolicy(configuration, topology.queue)),
    `Policy for roles that receive from ${topology.queue}, in every region`,
  );
}

/** Output of a region with recovery. */
export function addOperatorOutput(scope: Construct, configuration: Configuration): void {
  output(
    scope,
    "operator_policy",
    json(operatorPolicy(configuration)),
    `Policy for roles that order takeovers and hand-backs of ${configuration.failoverGroup}, in every region`,
  );
}

/** Output of a module with a health endpoint. */
export function addHealthHostOutput(scope: Construct, host: string): void {
  output(
    scope,
    "health_host",
    host,
    "Host of the public health endpoint, for health_hosts of the module global",
  );
}
