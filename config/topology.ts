import { fillTemplate, type NameParts, queueArn, queueUrl, roleArn, shorten, type Word } from "../core/names";
import type { Configuration } from "./configuration";

/** A queue known by what it is called, before it exists: no region needs another region's state. */
export interface QueueReference {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
}

/** A function and its role, which share a name. */
export interface FunctionReference {
  readonly name: string;
  readonly roleArn: string;
}

/** Everything of one logical queue in one region. */
export interface RegionalTopology {
  readonly queue: string;
  readonly region: string;
  readonly account: string;
  /** The other regions of the group, in the order of the configuration. */
  readonly peers: readonly string[];
  readonly ingress: QueueReference;
  readonly work: QueueReference;
  readonly dlq: QueueReference;
  readonly ingressDlq: QueueReference;
  /** By peer: copies owed to it. */
  readonly outboxes: Readonly<Record<string, QueueReference>>;
  /** By home: copies of what it took in. */
  readonly standbys: Readonly<Record<string, QueueReference>>;
  readonly replicator: FunctionReference;
  /** By peer. */
  readonly forwarders: Readonly<Record<string, FunctionReference>>;
}

/** Names, ARNs and URLs of a logical queue in a region; computed from the configuration alone. */
export function topologyOf(configuration: Configuration, queue: string, region: string): RegionalTopology {
  const { account } = configuration.regions[region]!;
  const templates = configuration.queues[queue]!.names;
  const parts = { prefix: configuration.naming.prefix, queue, region };
  const peers = Object.keys(configuration.regions).filter((other) => other !== region);

  const name = (word: Word, more?: Partial<NameParts>) =>
    fillTemplate(templates[word], { ...parts, ...more });
  const queueOf = (word: Word, more?: Partial<NameParts>): QueueReference => {
    const queueName = name(word, more);
    return {
      name: queueName,
      arn: queueArn(region, account, queueName),
      url: queueUrl(region, account, queueName),
    };
  };
  const functionOf = (word: Word, more?: Partial<NameParts>): FunctionReference => {
    const functionName = shorten(name(word, more));
    return { name: functionName, roleArn: roleArn(region, account, configuration.rolePath, functionName) };
  };
  const perPeer = <T>(make: (peer: string) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(peers.map((peer) => [peer, make(peer)]));

  return {
    queue,
    region,
    account,
    peers,
    ingress: queueOf("ingress"),
    work: queueOf("work"),
    dlq: queueOf("dlq"),
    ingressDlq: queueOf("ingressDlq"),
    outboxes: perPeer((peer) => queueOf("outbox", { peer })),
    standbys: perPeer((home) => queueOf("standby", { home })),
    replicator: functionOf("replicator"),
    forwarders: perPeer((peer) => functionOf("forwarder", { peer })),
  };
}

/** All queues of a regional topology with the word that each stands for. */
export function queuesOf(topology: RegionalTopology): readonly (QueueReference & { readonly word: Word })[] {
  const named = (word: Word, queues: readonly QueueReference[]) =>
    queues.map((queue) => ({ ...queue, word }));
  return [
    ...named("ingress", [topology.ingress]),
    ...named("work", [topology.work]),
    ...named("outbox", Object.values(topology.outboxes)),
    ...named("standby", Object.values(topology.standbys)),
    ...named("dlq", [topology.dlq]),
    ...named("ingressDlq", [topology.ingressDlq]),
  ];
}
