import { given } from "../../core/expression";
import type { QueueWord } from "../../core/names";
import type { GroupSettings } from "../configuration";
import { groupTopologyOf } from "../group-topology";
import type { QueueReference, RegionalTopology } from "../topology";
import type { Statement } from "./document";

/** Who may put messages on a queue, and who may take them; of undefined, nothing is said here. */
interface Users {
  readonly senders?: readonly string[];
  readonly readers?: readonly string[];
}

/**
 * What takes messages off a queue, one or all. Nobody purges: heartbeats are gone after an hour, and a purge every minute would make
 * a region unfit.
 */
const TAKING_ACTIONS = [
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibility",
  "sqs:PurgeQueue",
] as const;

/**
 * Statements that close a queue of the canary to all but the functions that use it. Whoever forges a heartbeat, or takes one away, has a
 * say in whether a region is fit and in what counts as processed. What Terraform does with a queue stays open, and so does reading of
 * dead-letter queues, which people do.
 * @param other the peer or home that the queue is for
 */
export function canaryGuard(
  configuration: GroupSettings,
  topology: RegionalTopology,
  word: QueueWord,
  { arn }: QueueReference,
  other?: string,
): readonly Statement[] {
  const { canary } = configuration.queues[topology.queue]!;
  const { senders, readers } = usersOf(configuration, topology, other)[word];
  return given(
    canary,
    ...(senders ? [denied("CanarySenders", ["sqs:SendMessage"], arn, senders)] : []),
    ...(readers ? [denied("CanaryReaders", TAKING_ACTIONS, arn, readers)] : []),
  );
}

/** All of the queue's own region, as nobody reaches the canary's queues from afar but forwarders, whom standby queues admit already. */
function usersOf(
  configuration: GroupSettings,
  { region, replicator, forwarders, hasOutboxes }: RegionalTopology,
  other = "",
): Readonly<Record<QueueWord, Users>> {
  const { controller } = groupTopologyOf(configuration, region);
  const listeners = [controller.roleArn];
  const forwarder = forwarders[other];
  return {
    ingress: { senders: listeners, readers: [replicator.roleArn] },
    work: { senders: [replicator.roleArn], readers: listeners },
    outbox: { readers: forwarder ? [forwarder.roleArn] : [] },
    standby: { readers: listeners },
    // SQS itself moves messages there, for which it asks no policy.
    dlq: { senders: [] },
    ingressDlq: {
      senders: [
        replicator.roleArn,
        ...given(hasOutboxes, ...Object.values(forwarders).map(({ roleArn }) => roleArn)),
      ],
    },
  };
}

/**
 * A service acts without a principal ARN, which a negated operator matches, and no statement lets one in: that is no matter of this
 * one. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalisawsservice
 */
function denied(
  sid: string,
  actions: readonly string[],
  resource: string,
  others: readonly string[],
): Statement {
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: actions,
    Resource: resource,
    Condition: {
      ...(others.length > 0 && { ArnNotEquals: { "aws:PrincipalArn": others } }),
      BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
    },
  };
}
