import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import { recordSettings } from "../../config/dns/record-settings";
import { groupTopologies, groupTopologyOf } from "../../config/group-topology";
import {
  type FunctionReference,
  type QueueReference,
  type RegionalTopology,
  topologyOf,
} from "../../config/topology";
import { logicalId, type QueueFunctionWord } from "../../core/names";
import type { FunctionEnvironment, OwnershipSettings } from "../../replicator/settings";
import { RegionFunction } from "../function/region-function";
import type { Statement } from "../policy/document";
import { readOwnership } from "../policy/ownership-policies";
import { sendsStraight } from "../policy/queue-policies";
import { replicationStatements } from "../policy/replication-policies";
import type { Queue } from "../queue/queue";
import type { RegionalQueues } from "../queue/regional-queues";
import { tagsOf } from "../tags";

export interface ReplicationProps {
  readonly configuration: Configuration;
  readonly topology: RegionalTopology;
  readonly provider: AwsProvider;
  readonly queues: RegionalQueues;
}

/** The functions of one logical queue in one region: the replicator, and a forwarder per peer. */
export class Replication extends Construct {
  constructor(scope: Construct, id: string, { configuration, topology, provider, queues }: ReplicationProps) {
    super(scope, id);
    const settings = configuration.queues[topology.queue]!;
    const keys = settings.encryption.kmsKeyArns ?? {};
    const fifo = settings.fifo !== false;

    const queueFunction = (fn: {
      word: QueueFunctionWord;
      peer?: string;
      reference: FunctionReference;
      description: string;
      source: Queue;
      statements: readonly Statement[];
      writesIn: readonly string[];
      environment: FunctionEnvironment;
    }) => {
      const address = logicalId(topology.queue, fn.word, fn.peer);
      new RegionFunction(this, address, {
        configuration,
        region: topology.region,
        provider,
        address,
        reference: fn.reference,
        word: fn.word,
        description: fn.description,
        environment: fn.environment,
        statements: fn.statements,
        kmsKeyArns: fn.writesIn.flatMap((name) => keys[name] ?? []),
        settings: settings.functions,
        tags: tagsOf(configuration, topology.queue, fn.word),
        source: { queue: fn.source, fifo, batching: settings.functions },
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
    const straight = sendsStraight(mode) ? topology.peers : [];
    const fence = settings.recovery && fenceOf(configuration, topology.region);
    queueFunction({
      word: "replicator",
      reference: topology.replicator,
      description: `Replicates ${topology.queue} (${mode}) in ${topology.region}`,
      source: queues.ingress,
      statements: [
        ...replicationStatements(topology.ingress, [
          topology.work,
          ...outboxes,
          ...straight.map(standbyIn),
          topology.ingressDlq,
        ]),
        ...(fence?.statements ?? []),
      ],
      writesIn: [topology.region, ...straight],
      environment: {
        ...common,
        sourceQueueUrl: topology.ingress.url,
        mode,
        workQueueUrl: topology.work.url,
        outboxQueueUrls: urls(topology.outboxes),
        standbyQueueUrls: urls(Object.fromEntries(straight.map((peer) => [peer, standbyIn(peer)]))),
        ...(fence && { ownership: fence.ownership }),
      },
    });
    for (const [peer, outbox] of Object.entries(topology.outboxes)) {
      const standby = standbyIn(peer);
      queueFunction({
        word: "forwarder",
        peer,
        reference: topology.forwarders[peer]!,
        description: `Forwards ${topology.queue}: outbox to standby, from ${topology.region} to ${peer}`,
        source: queues.outboxes[peer]!,
        statements: replicationStatements(outbox, [standby, topology.ingressDlq]),
        writesIn: [topology.region, peer],
        environment: {
          ...common,
          sourceQueueUrl: outbox.url,
          peerRegion: peer,
          standbyQueueUrl: standby.url,
        },
      });
    }
  }
}

/** What a replicator is told and may ask, so that it knows when its home is fenced. */
function fenceOf(
  configuration: Configuration,
  region: string,
): { ownership: OwnershipSettings; statements: readonly Statement[] } {
  const own = groupTopologyOf(configuration, region);
  const peers = groupTopologies(configuration).filter((group) => group.region !== region);
  const { roles, states } = own.parameters;
  return {
    ownership: {
      peers: peers.map((group) => group.region),
      parameters: { roles, states },
      ...recordSettings(configuration, region),
    },
    statements: readOwnership([own], peers),
  };
}

function urls(queues: Readonly<Record<string, QueueReference>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(queues).map(([region, { url }]) => [region, url]));
}
