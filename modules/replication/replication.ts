import type { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Construct } from "constructs";
import type { Configuration } from "../../config/configuration";
import {
  type FunctionReference,
  type QueueReference,
  type RegionalTopology,
  topologyOf,
} from "../../config/topology";
import { type FunctionWord, logicalId } from "../../core/names";
import { type ForwarderSettings, type ReplicatorSettings, toEnvironment } from "../../replicator/settings";
import { functionPolicy } from "../policy/identity-policies";
import { sendsStraight } from "../policy/queue-policies";
import type { Queue } from "../queue/queue";
import type { RegionalQueues } from "../queue/regional-queues";
import { tagsOf } from "../tags";
import { FunctionCode } from "./function-code";
import { QueueFunction } from "./queue-function";

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
    const region = configuration.regions[topology.region]!;
    const keys = settings.encryption.kmsKeyArns ?? {};

    const queueFunction = (fn: {
      word: FunctionWord;
      peer?: string;
      reference: FunctionReference;
      description: string;
      source: Queue;
      readsFrom: string;
      sendsTo: readonly string[];
      writesIn: readonly string[];
      environment: ReplicatorSettings | ForwarderSettings;
    }) => {
      const address = logicalId(topology.queue, fn.word, fn.peer);
      new QueueFunction(this, address, {
        provider,
        address,
        reference: fn.reference,
        description: fn.description,
        code: FunctionCode.of(this, fn.word),
        environment: toEnvironment(fn.environment),
        source: fn.source,
        policy: functionPolicy({
          functionName: fn.reference.name,
          region: topology.region,
          account: topology.account,
          readsFrom: fn.readsFrom,
          sendsTo: fn.sendsTo,
          kmsKeyArns: fn.writesIn.flatMap((name) => keys[name] ?? []),
          tracing: settings.functions.tracing === "active",
          vpc: region.vpc !== undefined,
        }),
        settings: settings.functions,
        fifo: settings.fifo !== false,
        vpc: region.vpc,
        rolePath: configuration.rolePath,
        permissionsBoundary: configuration.permissionsBoundary?.replace("{account}", topology.account),
        tags: tagsOf(configuration, topology.queue, fn.word),
      });
    };
    const common = {
      failoverGroup: configuration.failoverGroup,
      logicalQueue: topology.queue,
      homeRegion: topology.region,
      ingressDlqUrl: topology.ingressDlq.url,
      fifo: settings.fifo !== false,
    };

    const { mode } = settings;
    const outboxes = Object.values(topology.outboxes);
    const standbyIn = (peer: string) =>
      topologyOf(configuration, topology.queue, peer).standbys[topology.region]!;
    const straight = sendsStraight(mode) ? topology.peers : [];
    queueFunction({
      word: "replicator",
      reference: topology.replicator,
      description: `Replicates ${topology.queue} (${mode}) in ${topology.region}`,
      source: queues.ingress,
      readsFrom: topology.ingress.arn,
      sendsTo: [topology.work, ...outboxes, ...straight.map(standbyIn), topology.ingressDlq].map(
        ({ arn }) => arn,
      ),
      writesIn: [topology.region, ...straight],
      environment: {
        ...common,
        sourceQueueUrl: topology.ingress.url,
        mode,
        workQueueUrl: topology.work.url,
        outboxQueueUrls: urls(topology.outboxes),
        standbyQueueUrls: urls(Object.fromEntries(straight.map((peer) => [peer, standbyIn(peer)]))),
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
        readsFrom: outbox.arn,
        sendsTo: [standby.arn, topology.ingressDlq.arn],
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

function urls(queues: Readonly<Record<string, QueueReference>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(queues).map(([region, { url }]) => [region, url]));
}
