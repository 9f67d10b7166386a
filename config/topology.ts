import { allOf, decided, isOneOf, isSet, named, when } from "../core/expression";
import { WITH_OUTBOXES } from "../core/modes";
import {
  FIFO_SUFFIX,
  fillTemplate,
  type NameParts,
  queueArn,
  queueUrl,
  roleArn,
  shorten,
  spelled,
  type Word,
} from "../core/names";
import { type Condition, isKnown, type Value } from "../core/value";
import type { GroupSettings } from "./configuration";
import { regionSets } from "./region-sets";

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
  readonly account: Value<string>;
  /** Regions that get copies of what this one takes in, in the order of the configuration. */
  readonly peers: readonly string[];
  /** Whether copies go through outboxes: in modes `async` and `semi-sync`. */
  readonly hasOutboxes: Condition;
  /** Whether copies of other homes are rescued here. */
  readonly hasDrainers: Condition;
  /** Whether what this region takes in is rescued by its peers. */
  readonly isDrained: Condition;
  readonly ingress: QueueReference;
  readonly work: QueueReference;
  readonly dlq: QueueReference;
  readonly ingressDlq: QueueReference;
  /** By peer: copies owed to it. Only with outboxes. */
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
export function topologyOf(configuration: GroupSettings, queue: string, region: string): RegionalTopology {
  const { account } = configuration.regions[region]!;
  const { names: templates, mode, fifo, recovery } = configuration.queues[queue]!;
  const parts = { prefix: configuration.naming.prefix, queue, region };
  const sets = regionSets(configuration);
  const peers = sets.peers(queue, region);
  const homes = sets.homes(queue, region);
  const hasOutboxes = allOf(isOneOf(mode, WITH_OUTBOXES), peers.exist);
  const hasDrainers = allOf(isSet(recovery), homes.exist);
  const outboxPeers = decided(hasOutboxes) === false ? [] : peers.regions;

  const name = (word: Word, more?: Partial<NameParts>) =>
    fillTemplate(templates[word], { ...parts, ...more });
  const queueOf = (word: Word, more?: Partial<NameParts>): QueueReference => {
    // A module notes the names of queues with their ending.
    const suffix = isKnown(templates[word]) ? when(isSet(fifo), FIFO_SUFFIX, "") : "";
    const queueName = named(`${spelled(word)}-names`, `${name(word, more)}${suffix}`);
    return {
      name: queueName,
      arn: queueArn(region, account, queueName),
      url: queueUrl(region, account, queueName),
    };
  };
  const functionOf = (word: Word, more?: Partial<NameParts>): FunctionReference => {
    const functionName = named(`${spelled(word)}-names`, shorten(name(word, more)));
    return { name: functionName, roleArn: roleArn(region, account, configuration.rolePath, functionName) };
  };
  const per = <T>(regions: readonly string[], make: (region: string) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(regions.map((other) => [other, make(other)]));

  return {
    queue,
    region,
    account,
    peers: peers.regions,
    hasOutboxes,
    hasDrainers,
    isDrained: allOf(isSet(recovery), peers.exist),
    ingress: queueOf("ingress"),
    work: queueOf("work"),
    dlq: queueOf("dlq"),
    ingressDlq: queueOf("ingressDlq"),
    outboxes: per(outboxPeers, (peer) => queueOf("outbox", { peer })),
    standbys: per(homes.regions, (home) => queueOf("standby", { home })),
    replicator: functionOf("replicator"),
    forwarders: per(outboxPeers, (peer) => functionOf("forwarder", { peer })),
    drainers: per(decided(hasDrainers) === false ? [] : homes.regions, (home) =>
      functionOf("drainer", { home }),
    ),
  };
}

/**
 * Roles of the drainers of a home's peers, which read its queues from afar when its pollers stand still.
 * @param of the peer whose drainer is meant; default: those of all peers
 */
export function remoteDrainerRoles(
  configuration: GroupSettings,
  { queue, region, peers }: RegionalTopology,
  of?: string,
): readonly string[] {
  return peers
    .filter((peer) => of === undefined || peer === of)
    .flatMap((peer) => topologyOf(configuration, queue, peer).drainers[region]?.roleArn ?? []);
}

type Queues = Pick<RegionalTopology, "ingress" | "work" | "outboxes" | "standbys" | "dlq" | "ingressDlq">;

/** All queues of a regional topology with the word that each stands for. */
export function queuesOf(topology: Queues): readonly (QueueReference & { readonly word: Word })[] {
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
