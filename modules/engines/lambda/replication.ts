import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Statement } from "../../../config/access/document";
import { sendsStraight } from "../../../config/access/queue-policies";
import { replicationStatements } from "../../../config/access/replication-policies";
import { readPassStatements } from "../../../config/access/voter-policies";
import type { GroupSettings } from "../../../config/configuration";
import {
  type FunctionReference,
  type QueueReference,
  type RegionalTopology,
  topologyOf,
} from "../../../config/topology";
import { ownershipTablesOf } from "../../../config/voters";
import { decided, entryOf, fields, given, isSet } from "../../../core/expression";
import { logicalId, type QueueFunctionWord } from "../../../core/names";
import type { Condition, Operand, Written } from "../../../core/value";
import type { FunctionEnvironment } from "../../../replicator/settings";
import { under } from "../../address";
import { RegionFunction } from "../../function/region-function";
import type { Queue } from "../../queue/queue";
import type { RegionalQueues } from "../../queue/regional-queues";
import { tagsOf } from "../../tags";

export interface ReplicationProps {
  readonly configuration: GroupSettings;
  readonly topology: RegionalTopology;
  readonly provider: AwsProvider;
  readonly queues: RegionalQueues;
}

/** The functions of one logical queue in one region: the replicator, and a forwarder per peer. */
export class Replication extends Construct {
  constructor(scope: Construct, id: string, { configuration, topology, provider, queues }: ReplicationProps) {
    super(scope, id);
    const settings = configuration.queues[topology.queue]!;
    const keys = settings.encryption.kmsKeyArns;
    const fifo = isSet(settings.fifo);

    const queueFunction = (fn: {
      word: QueueFunctionWord;
      peer?: string;
      reference: FunctionReference;
      description: string;
      source: Queue;
      enabled: Operand<boolean>;
      statements: readonly Statement[];
      /** Keys of the queues that it reads or writes. */
      writesIn: readonly Operand<string>[];
      environment: Written<FunctionEnvironment>;
      place?: Construct | undefined;
    }) => {
      const address = logicalId(topology.queue, fn.word, fn.peer);
      new RegionFunction(fn.place ?? this, address, {
        configuration,
        region: topology.region,
        provider,
        address,
        reference: fn.reference,
        word: fn.word,
        description: fn.description,
        environment: fn.environment,
        statements: fn.statements,
        kmsKeyArns: fn.writesIn,
        settings: settings.functions,
        tags: tagsOf(configuration, topology.queue, fn.word),
        source: {
          queue: fn.source,
          fifo,
          batching: settings.functions,
          enabled: fn.enabled,
        },
      });
    };
    const common = {
      failoverGroup: configuration.failoverGroup,
      logicalQueue: topology.queue,
      homeRegion: topology.region,
      ingressDlqUrl: topology.ingressDlq.url,
      fifo,
    };

    const { mode } = settings;
    const outboxes = Object.values(topology.outboxes);
    const standbyIn = (peer: string) =>
      topologyOf(configuration, topology.queue, peer).standbys[topology.region]!;
    const isStraight = sendsStraight(mode);
    const straight = decided(isStraight) === false ? [] : topology.peers;
    const isFenced = isSet(settings.recovery);
    const tables = settings.recovery && ownershipTablesOf(configuration);
    const passes = given(isFenced, ...(settings.recovery ? readPassStatements(configuration) : []));
    const keysIn = (...regions: readonly string[]) =>
      regions.flatMap((region) => entryOf(keys, region) ?? []);
    queueFunction({
      word: "replicator",
      reference: topology.replicator,
      description: `Replicates ${topology.queue} (${mode}) in ${topology.region}`,
      source: queues.ingress,
      enabled: settings.replicatorEnabled,
      statements: [
        ...replicationStatements(topology.ingress, [
          topology.work.arn,
          ...given(topology.hasOutboxes, ...outboxes.map(({ arn }) => arn)),
          ...given(isStraight, ...straight.map((peer) => standbyIn(peer).arn)),
          topology.ingressDlq.arn,
        ]),
        ...passes,
      ],
      writesIn: [...keysIn(topology.region), ...given(isStraight, ...keysIn(...straight))],
      environment: {
        ...common,
        sourceQueueUrl: topology.ingress.url,
        mode,
        workQueueUrl: topology.work.url,
        outboxQueueUrls: urls(topology.hasOutboxes, topology.outboxes),
        standbyQueueUrls: urls(
          isStraight,
          Object.fromEntries(straight.map((peer) => [peer, standbyIn(peer)])),
        ),
        ...(tables &&
          fields(isFenced, { ownership: { regions: Object.keys(configuration.regions), tables } })),
      },
    });
    const forwarders = under(this, topology.hasOutboxes);
    for (const [peer, outbox] of Object.entries(topology.outboxes)) {
      const standby = standbyIn(peer);
      queueFunction({
        word: "forwarder",
        peer,
        reference: topology.forwarders[peer]!,
        description: `Forwards ${topology.queue}: outbox to standby, from ${topology.region} to ${peer}`,
        source: queues.outboxes[peer]!,
        enabled: settings.forwardersEnabled,
        statements: [
          ...replicationStatements(outbox, [
            standby.arn,
            topology.ingressDlq.arn,
            ...given(isFenced, topology.work.arn),
          ]),
          ...passes,
        ],
        writesIn: keysIn(topology.region, peer),
        place: forwarders,
        environment: {
          ...common,
          sourceQueueUrl: outbox.url,
          peerRegion: peer,
          standbyQueueUrl: standby.url,
          workQueueUrl: topology.work.url,
          ...(tables && fields(isFenced, { ownership: { tables } })),
        },
      });
    }
  }
}

function urls(
  condition: Condition,
  queues: Readonly<Record<string, QueueReference>>,
): Readonly<Record<string, string>> {
  const all = Object.fromEntries(Object.entries(queues).map(([region, { url }]) => [region, url]));
  return fields(condition, all) as Readonly<Record<string, string>>;
}
