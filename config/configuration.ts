import {
  anyOf,
  decided,
  equal,
  fallback,
  joinedMaps,
  known,
  overlaid,
  presentIf,
  product,
  valuesOf,
  when,
} from "../core/expression";
import { VISIBILITY_PER_FUNCTION_TIMEOUT } from "../core/limits";
import { canaryQueue, DEFAULT_NAME_TEMPLATES } from "../core/names";
import type { Condition, Plain, Value } from "../core/value";
import { camelCased } from "./camel-case";
import { resolveDns } from "./dns/dns";
import type { Group, GroupQueue } from "./group";
import { resolvePolicies } from "./policies/policies";
import { CANARY, canaryFunctions, resolveLedger, resolveRecovery, resolveRescue } from "./recovery/recovery";
import type { RegionOrder, RegionSets } from "./region-sets";
import { type ConfigurationFile, configurationSchema, logicalQueue } from "./schema";

/** The validated configuration: all defaults in place, keys in camel case. */
export type Configuration = Plain<ReturnType<typeof resolveGroup>>;

export type QueueConfiguration = Configuration["queues"][string];
export type DnsConfiguration = NonNullable<Configuration["dns"]>;

/** The same as constructs take it, for a stack or a module. {@link settingsOf} makes them of a configuration. */
export type GroupSettings = ReturnType<typeof resolveGroup> & {
  /** @default computed from regions and queues */
  readonly regionSets?: RegionSets;
  /** @default computed from regions and recovery */
  readonly regionOrder?: RegionOrder;
  /** Tags that a module's provider gives to every resource. @default none */
  readonly defaultTags?: Value<Readonly<Record<string, string>>>;
};

/** What a configuration says, as constructs take it. */
export function settingsOf(configuration: Configuration): GroupSettings {
  return valuesOf(configuration) as unknown as GroupSettings;
}

export type RegionSettings = GroupSettings["regions"][string];
export type LogicalQueueSettings = GroupSettings["queues"][string];
export type FunctionSettings = LogicalQueueSettings["functions"];
/** How a ledger is paid for that the project makes. */
export type LedgerBilling = Plain<ManagedLedger["billing"]>;
export type Encryption = LogicalQueueSettings["encryption"];
export type FifoSettings = Exclude<LogicalQueueSettings["fifo"], false>;
export type Principal = QueueConfiguration["producers"][number];
export type StateBackend = Configuration["stateBackend"];
export type DnsSettings = NonNullable<GroupSettings["dns"]>;
export type ManagedLedger = NonNullable<NonNullable<GroupSettings["ledger"]>["managed"]>;

/**
 * Gives each logical queue what it takes from its group: function settings, name templates, tags. With recovery, the group has one
 * logical queue more, its canary.
 */
export function resolve(file: ConfigurationFile): Configuration {
  return resolveGroup(valuesOf(camelCased(configurationSchema, file))) as unknown as Configuration;
}

function resolveGroup(group: Group) {
  const queues = mapValues(group.queues, (queue) => resolveQueue(group, queue));
  const canary = canaryQueue(group.failoverGroup);
  return {
    ...group,
    // A queue that the author gave the canary's name stays, for the rules to find.
    queues: { ...queues, ...(group.recovery && !(canary in queues) && { [canary]: resolveCanary(group) }) },
    recovery: resolveRecovery(group, queues),
    ledger: resolveLedger(group),
    dns: resolveDns(group),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html; a FIFO mapping has no window and at most 10. */
const BATCHING = {
  latency: { batchSize: 10, batchingWindowSeconds: 0 },
  throughput: { batchSize: 100, batchingWindowSeconds: 1 },
} as const;

function batchingOf(fifo: Condition, profile: Value<keyof typeof BATCHING>) {
  const { latency, throughput } = BATCHING;
  const isQuick = anyOf(fifo, equal(profile, "latency"));
  return {
    batchSize: when<number>(isQuick, latency.batchSize, throughput.batchSize),
    batchingWindowSeconds: when<number>(
      isQuick,
      latency.batchingWindowSeconds,
      throughput.batchingWindowSeconds,
    ),
  };
}

export function resolveCanary(group: Group) {
  const queue = valuesOf(camelCased(logicalQueue, logicalQueue.parse(CANARY)));
  return resolveQueue({ ...group, functions: canaryFunctions(group.functions) }, queue, true);
}

export function resolveQueue(group: Group, queue: GroupQueue, canary = false) {
  const settings = overlaid(group.functions, queue.functions);
  const functions = overlaid(batchingOf(queue.fifo, settings.profile), settings);
  const templates = overlaid(valuesOf(DEFAULT_NAME_TEMPLATES), group.naming.templates);
  return {
    ...queue,
    functions,
    names: overlaid(templates, queue.names),
    fifo:
      decided(queue.fifo) === false
        ? (false as const)
        : presentIf(queue.fifo, {
            contentBasedDeduplication: fallback(queue.contentBasedDeduplication, false),
            workContentBasedDeduplication: fallback(queue.workContentBasedDeduplication, false),
            deduplicationScope: fallback(queue.deduplicationScope, "messageGroup" as const),
            throughputLimit: fallback(queue.fifoThroughputLimit, "perMessageGroupId" as const),
          }),
    transitVisibilityTimeoutSeconds: fallback(
      queue.transitVisibilityTimeoutSeconds,
      product(functions.timeoutSeconds, VISIBILITY_PER_FUNCTION_TIMEOUT),
    ),
    policies: resolvePolicies(queue.policies),
    tags: joinedMaps(group.tags, queue.tags),
    /** How a peer rescues it. Undefined when none does: no recovery, mode none, or the canary. */
    recovery: resolveRescue(group, queue, canary),
    /** Whether it is the group's own queue, on which no user's message travels. */
    canary: known(canary),
  };
}

function mapValues<V, R>(
  map: Readonly<Record<string, V>>,
  change: (value: V) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
