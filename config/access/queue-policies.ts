import { allOf, equal, given, isOneOf, isSet, joinedLists, named, not } from "../../core/expression";
import { CALLING_PEERS } from "../../core/modes";
import { accountRootArn } from "../../core/names";
import type { Condition } from "../../core/value";
import type { LogicalQueueSettings } from "../configuration";
import type { QueueReference, RegionalTopology } from "../topology";
import { type PolicyDocument, policyDocument, type Statement } from "./document";
import { givenStatements, type QueuePolicySettings } from "./given-statements";
import { areNamed, exclusiveAccess, principalsOf, rolesAdmitted } from "./principals";

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

/** What a function does with a queue that it reads. */
export const READER_ACTIONS = [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibility",
  "sqs:GetQueueAttributes",
] as const;

/**
 * Policy of an ingress queue: only producers send.
 * @param drainers roles of the peers' drainers, which read it from afar when this home's pollers stand still
 */
export function ingressPolicy(
  topology: RegionalTopology,
  settings: LogicalQueueSettings,
  drainers: readonly string[],
): PolicyDocument {
  const statements = [
    ...exclusiveAccess(principalsOf(settings.producers), {
      sid: "Producers",
      actions: PRODUCER_ACTIONS,
      guarded: "sqs:SendMessage",
      resource: topology.ingress.arn,
      region: topology.region,
    }),
    ...readFromAfar(topology, topology.ingress, drainers),
  ];
  return usersPolicy(topology, topology.ingress, statements, settings.policies.ingress);
}

/** Policy of a work queue: only consumers receive, and drainers that take back what the last owner has rescued. */
export function workPolicy(topology: RegionalTopology, settings: LogicalQueueSettings): PolicyDocument {
  const consumers = principalsOf(settings.consumers);
  const drainers = given(
    allOf(areNamed(consumers), takesBack(settings)),
    ...Object.values(topology.drainers).map(({ roleArn }) => roleArn),
  );
  const statements = exclusiveAccess(
    { ...consumers, arns: named("receivers", joinedLists(consumers.arns, drainers)) },
    {
      sid: "Consumers",
      actions: CONSUMER_ACTIONS,
      guarded: "sqs:ReceiveMessage",
      resource: topology.work.arn,
      region: topology.region,
    },
  );
  return usersPolicy(topology, topology.work, statements, settings.policies.work);
}

/** Whether drainers delete from their own work queue what another region has rescued; with a ledger, consumers know it. */
export function takesBack({ recovery }: LogicalQueueSettings): Condition {
  return allOf(isSet(recovery), equal(recovery?.rescue, "watermark"));
}

/**
 * Policy of an outbox queue: only this region's replicator sends, so it holds copies and nothing else.
 * @param drainers roles of that peer's drainers, which read it from afar when this home's pollers stand still
 */
export function outboxPolicy(
  topology: RegionalTopology,
  peer: string,
  drainers: readonly string[],
): PolicyDocument {
  const outbox = topology.outboxes[peer]!;
  return sentOnlyBy(
    topology,
    outbox,
    [topology.replicator.roleArn],
    readFromAfar(topology, outbox, drainers),
  );
}

/** Policy of a standby queue: only functions of the home send, which may be of another account. */
export function standbyPolicy(
  topology: RegionalTopology,
  home: RegionalTopology,
  mode: LogicalQueueSettings["mode"],
): PolicyDocument {
  const forwarder = home.forwarders[topology.region];
  return sentOnlyBy(topology, topology.standbys[home.region]!, [
    ...(forwarder ? given(home.hasOutboxes, forwarder.roleArn) : []),
    ...given(sendsStraight(mode), home.replicator.roleArn),
  ]);
}

/** Whether a mode's replicator sends to the peers' standby queues itself. */
export function sendsStraight(mode: LogicalQueueSettings["mode"]): Condition {
  return isOneOf(mode, CALLING_PEERS);
}

/** Policy of the dead-letter queue of a work queue: nobody but its own account uses it, unless its author says so. */
export function deadLetterPolicy(
  topology: RegionalTopology,
  { policies }: LogicalQueueSettings,
): PolicyDocument {
  return usersPolicy(topology, topology.dlq, [], policies.dlq);
}

/** Policy of the dead-letter queue of an ingress queue; see {@link deadLetterPolicy}. */
export function ingressDeadLetterPolicy(
  topology: RegionalTopology,
  { policies }: LogicalQueueSettings,
): PolicyDocument {
  return usersPolicy(topology, topology.ingressDlq, [], policies.ingressDlq);
}

function sentOnlyBy(
  topology: RegionalTopology,
  queue: QueueReference,
  roles: readonly string[],
  more: readonly Statement[] = [],
): PolicyDocument {
  return policyDocument([
    tlsOnly(queue),
    ...exclusiveAccess(
      { arns: roles, accounts: [], services: [] },
      {
        sid: "Copies",
        actions: ["sqs:SendMessage"],
        guarded: "sqs:SendMessage",
        resource: queue.arn,
        region: topology.region,
      },
    ),
    ...more,
  ]);
}

function readFromAfar(
  { region, isDrained }: RegionalTopology,
  { arn }: QueueReference,
  roles: readonly string[],
): readonly Statement[] {
  const access = { sid: "Drainers", actions: READER_ACTIONS, resource: arn, region };
  return given(allOf(isDrained, roles.length > 0), rolesAdmitted(roles, access));
}

/** Policy of a queue of which its author may say more. */
function usersPolicy(
  { region, account }: RegionalTopology,
  queue: QueueReference,
  statements: readonly Statement[],
  settings: QueuePolicySettings,
): PolicyDocument {
  return policyDocument([
    ...given(settings.tlsOnly, tlsOnly(queue)),
    ...given(not(settings.tlsOnly), owner(queue, accountRootArn(region, account))),
    ...statements,
    ...givenStatements(settings, queue.arn),
  ]);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html */
function tlsOnly(queue: QueueReference): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: ["sqs:*"],
    Resource: queue.arn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** A policy has a statement. This one changes nothing: the account decides by its IAM policies, as it does without a policy. */
function owner(queue: QueueReference, root: string): Statement {
  return { Sid: "Owner", Effect: "Allow", Principal: { AWS: root }, Action: ["sqs:*"], Resource: queue.arn };
}
