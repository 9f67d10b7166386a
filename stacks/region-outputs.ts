import type { Construct } from "constructs";
import { consumerPolicy, operatorPolicy, producerPolicy } from "../config/access/client-policies";
import { keyPolicyStatements } from "../config/access/key-policies";
import type { GroupSettings } from "../config/configuration";
import { type FunctionReference, topologyOf } from "../config/topology";
import { json, not } from "../core/expression";
import { logicalId, type QueueFunctionWord, type QueueWord } from "../core/names";
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

/**
 * Outputs of a region: where the queues of a logical queue are, and what its users' roles and keys need. The canary has none: nobody but the
 * controllers uses it. What is static is known before anything is made, so that what depends on it makes no cycle.
 */
export function addQueueOutputs(
  scope: Construct,
  configuration: GroupSettings,
  { topology, queues }: LogicalQueue,
): void {
  const { queue: name, region } = topology;
  const place = under(scope, not(configuration.queues[name]!.canary));
  if (place === undefined) return;
  const queueOutputs = (where: Construct, word: QueueWord, queue: Queue, other?: string) => {
    const id = logicalId(name, word, other);
    const what = `${QUEUES[word]} of ${name}${other === undefined ? "" : `, ${word === "outbox" ? "to" : "from"} ${other}`}`;
    output(where, `${id}_queue_url`, queue.resource.url, `URL of the ${what}`);
    output(where, `${id}_queue_arn`, queue.resource.arn, `ARN of the ${what}`);
    output(where, `${id}_queue_name`, queue.resource.name, `Name of the ${what}`);
  };
  queueOutputs(place, "ingress", queues.ingress);
  queueOutputs(place, "work", queues.work);
  queueOutputs(place, "dlq", queues.dlq);
  queueOutputs(place, "ingressDlq", queues.ingressDlq);
  const outboxes = under(place, topology.hasOutboxes) ?? place;
  for (const [peer, queue] of Object.entries(queues.outboxes)) queueOutputs(outboxes, "outbox", queue, peer);
  for (const [home, queue] of Object.entries(queues.standbys)) queueOutputs(place, "standby", queue, home);
  for (const word of ["ingress", "work"] as const) {
    const id = `${logicalId(name, word)}_queue_static_arn`;
    output(place, id, topology[word].arn, `Static ARN of the ${QUEUES[word]} of ${name}`);
  }

  const urls = Object.keys(configuration.regions).map(
    (other) => [other, topologyOf(configuration, name, other).ingress.url] as const,
  );
  output(
    place,
    `${name}_producer_urls`,
    Object.fromEntries(urls),
    `By region, URL of the ingress queue where producers of ${name} send`,
  );
  const roleOutput = (
    where: Construct,
    { roleArn }: FunctionReference,
    word: QueueFunctionWord,
    other?: string,
  ) =>
    output(
      where,
      `${logicalId(name, word, other)}_role_arn`,
      roleArn,
      `Static ARN of the role of the ${word} of ${name}${other === undefined ? "" : `, for ${other}`}`,
    );
  roleOutput(place, topology.replicator, "replicator");
  for (const [peer, forwarder] of Object.entries(topology.forwarders))
    roleOutput(outboxes, forwarder, "forwarder", peer);
  const drainers = under(place, topology.hasDrainers) ?? place;
  for (const [home, drainer] of Object.entries(topology.drainers))
    roleOutput(drainers, drainer, "drainer", home);

  const policies = [
    ["producer_policy", producerPolicy(configuration, name), "Policy for roles that send to"],
    ["consumer_policy", consumerPolicy(configuration, name), "Policy for roles that receive from"],
  ] as const;
  for (const [id, policy, what] of policies)
    output(place, `${name}_${id}`, json(policy), `${what} ${name}, in every region`);
  output(
    place,
    `${name}_key_policy_statements`,
    json(keyPolicyStatements(configuration, name, region)),
    `Statements for the policy of a key of yours in ${region}, for the functions of ${name}; none without one`,
  );
}

/** Output of a region with recovery. */
export function addOperatorOutput(scope: Construct, configuration: GroupSettings): void {
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
