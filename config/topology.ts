import {
  FIFO_SUFFIX,
  fillTemplate,
  type NameParts,
  queueArn,
  queueUrl,
  roleArn,
  shorten,
  type Word,
} from "../core/names";
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
  /** Regions that get copies of what this one takes in, in the order of the configuration. */
  readonly peers: readonly string[];
  readonly ingress: QueueReference;
  readonly work: QueueReference;
  readonly dlq: QueueReference;
  readonly ingressDlq: QueueReference;
  /** By peer: copies owed to it. Only in modes that have outboxes, `async` and `semi-sync`. */
  readonly outboxes: Readonly<Record<string, QueueReference>>;
  /** By home that copies to this region: copies of what it took in. */
  readonly standbys: Readonly<Record<string, QueueReference>>;
  readonly replicator: FunctionReference;
  /** By peer, one per outbox. */
  readonly forwarders: Readonly<Record<string, FunctionReference>>;
  /** By home, one per standby queue. Only with recovery, and not of the canary. */
  readonly drainers: Readonly<Record<string, FunctionReference>>;
}

/** Names, ARNs and URLs of a logical queue in a region; computed from the configuration alone. */
export function topologyOf(configuration: Configuration, queue: string, region: string): RegionalTopology {
  const { account } = configuration.regions[region]!;
  const { names: templates, mode, fifo, recovery } = configuration.queues[queue]!;
  const parts = { prefix: configuration.naming.prefix, queue, region };
  const peers = peersOf(configuration, queue, region);
  const homes = Object.keys(configuration.regions).filter((home) =>
    peersOf(configuration, queue, home).includes(region),
  );
  const outboxPeers = mode === "async" || mode === "semi-sync" ? peers : [];

  const name = (word: Word, more?: Partial<NameParts>) =>
    fillTemplate(templates[word], { ...parts, ...more });
  const queueOf = (word: Word, more?: Partial<NameParts>): QueueReference => {
    const queueName = name(word, more) + (fifo ? FIFO_SUFFIX : "");
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
  const per = <T>(regions: readonly string[], make: (region: string) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(regions.map((other) => [other, make(other)]));

  return {
    queue,
    region,
    account,
    peers,
    ingress: queueOf("ingress"),
    work: queueOf("work"),
    dlq: queueOf("dlq"),
    ingressDlq: queueOf("ingressDlq"),
    outboxes: per(outboxPeers, (peer) => queueOf("outbox", { peer })),
    standbys: per(homes, (home) => queueOf("standby", { home })),
    replicator: functionOf("replicator"),
    forwarders: per(outboxPeers, (peer) => functionOf("forwarder", { peer })),
    drainers: per(recovery ? homes : [], (home) => functionOf("drainer", { home })),
  };
}

/**
 * Drainers of a home's peers, which read its queues from afar when its pollers stand still.
 * @param of the peer whose drainer is meant; default: those of all peers
 */
export function remoteDrainersOf(
  configuration: Configuration,
  { queue, region, peers }: RegionalTopology,
  of?: string,
): readonly FunctionReference[] {
  return peers
    .filter((peer) => of === undefined || peer === of)
    .flatMap((peer) => topologyOf(configuration, queue, peer).drainers[region] ?? []);
}

/** Regions that get copies of what a home takes into a logical queue. */
function peersOf({ regions, queues }: Configuration, queue: string, home: string): readonly string[] {
  const { mode, peers } = queues[queue]!;
  if (mode === "none") return [];
  const chosen = peers?.[home];
  return Object.keys(regions).filter((region) => region !== home && (chosen?.includes(region) ?? true));
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
