import { VISIBILITY_PER_FUNCTION_TIMEOUT } from "../core/limits";
import { canaryQueue, DEFAULT_NAME_TEMPLATES, type NameTemplates } from "../core/names";
import { type CamelCased, camelCased } from "./camel-case";
import { resolveDns } from "./dns/dns";
import {
  canaryFunctions,
  canaryInput,
  resolveLedger,
  resolveRecovery,
  resolveRescue,
} from "./recovery/recovery";
import { type ConfigurationFile, configurationSchema, logicalQueue } from "./schema";

/** The validated configuration as constructs use it: all defaults in place, keys in camel case. */
export type Configuration = ReturnType<typeof resolve>;
export type RegionSettings = Configuration["regions"][string];
export type LogicalQueueSettings = Configuration["queues"][string];
export type FunctionSettings = LogicalQueueSettings["functions"];
export type Encryption = LogicalQueueSettings["encryption"];
export type FifoSettings = Exclude<LogicalQueueSettings["fifo"], false>;
export type Principal = LogicalQueueSettings["producers"][number];
export type StateBackend = Configuration["stateBackend"];
export type Dns = NonNullable<Configuration["dns"]>;
export type ManagedLedger = NonNullable<NonNullable<Configuration["ledger"]>["managed"]>;

/** The file with defaults, keys in camel case, before anything is taken from elsewhere. */
export type Group = CamelCased<ConfigurationFile>;

/**
 * Gives each logical queue what it takes from its group: function settings, name templates, tags. With recovery, the group has one
 * logical queue more, its canary.
 */
export function resolve(file: ConfigurationFile) {
  const group: Group = camelCased(configurationSchema, file);
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

function resolveCanary(group: Group) {
  const queue = camelCased(logicalQueue, logicalQueue.parse(canaryInput(group)));
  return resolveQueue({ ...group, functions: canaryFunctions(group.functions) }, queue, true);
}

function resolveQueue(group: Group, queue: Group["queues"][string], canary = false) {
  const settings = { ...group.functions, ...defined(queue.functions) };
  const functions = { ...BATCHING[queue.fifo ? "latency" : settings.profile], ...defined(settings) };
  const names: NameTemplates = {
    ...DEFAULT_NAME_TEMPLATES,
    ...defined(group.naming.templates),
    ...defined(queue.names),
  };
  return {
    ...queue,
    functions,
    names,
    fifo: queue.fifo && {
      contentBasedDeduplication: queue.contentBasedDeduplication ?? false,
      deduplicationScope: queue.deduplicationScope ?? "messageGroup",
      throughputLimit: queue.fifoThroughputLimit ?? "perMessageGroupId",
    },
    transitVisibilityTimeoutSeconds:
      queue.transitVisibilityTimeoutSeconds ?? functions.timeoutSeconds * VISIBILITY_PER_FUNCTION_TIMEOUT,
    tags: { ...group.tags, ...queue.tags },
    /** How a peer rescues it. Undefined when none does: no recovery, mode none, or the canary. */
    recovery: resolveRescue(group, queue, canary),
    /** Whether it is the group's own queue, on which no user's message travels. */
    canary,
  };
}

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
type Defined<T> = Omit<T, OptionalKeys<T>> & { [K in OptionalKeys<T>]?: Exclude<T[K], undefined> };

/** The settings that were made; those that were not do not hide a default. */
function defined<T extends object>(settings: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}

function mapValues<V, R>(
  map: Readonly<Record<string, V>>,
  change: (value: V) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
