import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import { canaryGuard } from "../../config/access/canary-policies";
import { type PolicyDocument, policyDocument } from "../../config/access/document";
import {
  deadLetterPolicy,
  ingressDeadLetterPolicy,
  ingressPolicy,
  outboxPolicy,
  standbyPolicy,
  workPolicy,
} from "../../config/access/queue-policies";
import type { FifoSettings, GroupSettings } from "../../config/configuration";
import {
  type QueueReference,
  type RegionalTopology,
  remoteDrainerRoles,
  topologyOf,
} from "../../config/topology";
import { allOf, isOneOf, isSet, known, not, presentIf } from "../../core/expression";
import { INGRESS_MAX_RECEIVE_COUNT } from "../../core/limits";
import { NEVER_WAITING } from "../../core/modes";
import { logicalId, type QueueWord } from "../../core/names";
import { under } from "../address";
import { tagsOf } from "../tags";
import { Queue, type QueueFifo, type QueueProps } from "./queue";
import { RedrivePolicy } from "./redrive-policy";

export interface RegionalQueuesProps {
  readonly configuration: GroupSettings;
  readonly topology: RegionalTopology;
  readonly provider: AwsProvider;
}

/** All queues of one logical queue in one region, with their policies and redrive rules. */
export class RegionalQueues extends Construct {
  readonly ingress: Queue;
  readonly work: Queue;
  readonly dlq: Queue;
  readonly ingressDlq: Queue;
  /** By peer. */
  readonly outboxes: Readonly<Record<string, Queue>>;
  /** By home. */
  readonly standbys: Readonly<Record<string, Queue>>;

  constructor(scope: Construct, id: string, { configuration, topology, provider }: RegionalQueuesProps) {
    super(scope, id);
    const settings = configuration.queues[topology.queue]!;
    const queue = (
      word: QueueWord,
      reference: QueueReference,
      policy: PolicyDocument,
      props: Pick<QueueProps, "retentionSeconds"> & Partial<QueueProps>,
      other?: string,
      place: Construct = this,
    ) => {
      const address = logicalId(topology.queue, word, other);
      return new Queue(place, address, {
        provider,
        region: topology.region,
        address,
        reference,
        policy: policyDocument([
          ...policy.Statement,
          ...canaryGuard(configuration, topology, word, reference, other),
        ]),
        encryption: settings.encryption,
        fifo: settings.fifo && presentIf(isSet(settings.fifo), fifoOf(word, settings.fifo)),
        tags: tagsOf(configuration, topology.queue, word),
        ...props,
      });
    };
    const dead = (source: QueueReference) => ({
      retentionSeconds: settings.dlqRetentionSeconds,
      deadLettersOf: [source.arn],
    });
    const drainers = (of?: string) => remoteDrainerRoles(configuration, topology, of);
    // What is dead-lettered arrives without a send: past every policy, from any queue of the account.
    const alive = { noDeadLetters: settings.canary };
    const transit = {
      ...alive,
      retentionSeconds: settings.transitRetentionSeconds,
      visibilityTimeoutSeconds: settings.transitVisibilityTimeoutSeconds,
    };

    this.dlq = queue("dlq", topology.dlq, deadLetterPolicy(topology, settings), dead(topology.work));
    this.ingressDlq = queue(
      "ingressDlq",
      topology.ingressDlq,
      ingressDeadLetterPolicy(topology, settings),
      dead(topology.ingress),
    );
    this.work = queue("work", topology.work, workPolicy(topology, settings), {
      ...alive,
      retentionSeconds: settings.messageRetentionSeconds,
      visibilityTimeoutSeconds: settings.visibilityTimeoutSeconds,
      receiveWaitTimeSeconds: settings.receiveWaitTimeSeconds,
      redrive: { to: this.dlq, maxReceiveCount: settings.maxReceiveCount },
    });
    this.ingress = queue("ingress", topology.ingress, ingressPolicy(topology, settings, drainers()), {
      ...transit,
      delaySeconds: settings.delaySeconds,
      maxMessageSize: settings.maxMessageSize,
    });
    // Held up by a peer (sync) or by its group (FIFO), a message is received many times without any poison.
    const poisonous = under(this, allOf(not(isSet(settings.fifo)), isOneOf(settings.mode, NEVER_WAITING)));
    if (poisonous !== undefined) {
      new RedrivePolicy(poisonous, "ingress-redrive", {
        provider,
        address: logicalId(topology.queue, "ingress"),
        queue: this.ingress,
        to: this.ingressDlq,
        maxReceiveCount: INGRESS_MAX_RECEIVE_COUNT,
      });
    }
    // Outbox and standby have no redrive policy: a long outage raises receive counts.
    const outboxes = under(this, topology.hasOutboxes);
    this.outboxes = perRegion(topology.outboxes, (reference, peer) =>
      queue("outbox", reference, outboxPolicy(topology, peer, drainers(peer)), transit, peer, outboxes),
    );
    this.standbys = perRegion(topology.standbys, (reference, home) =>
      queue(
        "standby",
        reference,
        standbyPolicy(topology, topologyOf(configuration, topology.queue, home), settings.mode),
        transit,
        home,
      ),
    );
  }
}

/** Only producers may leave the deduplication id to SQS; functions always give one. */
function fifoOf(
  word: QueueWord,
  { contentBasedDeduplication, workContentBasedDeduplication, ...fifo }: FifoSettings,
): QueueFifo {
  const ofProducers = { ingress: contentBasedDeduplication, work: workContentBasedDeduplication };
  const given = word === "ingress" || word === "work" ? ofProducers[word] : known(false);
  return { ...fifo, contentBasedDeduplication: given };
}

function perRegion<T>(
  references: Readonly<Record<string, QueueReference>>,
  make: (reference: QueueReference, region: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(references).map(([region, ref]) => [region, make(ref, region)]));
}
