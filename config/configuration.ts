import { VISIBILITY_PER_FUNCTION_TIMEOUT } from "../core/limits";
import { DEFAULT_NAME_TEMPLATES, type NameTemplates } from "../core/names";
import { type CamelCased, camelCased } from "./camel-case";
import { type ConfigurationFile, configurationSchema } from "./schema";

/** The validated configuration as constructs use it: all defaults in place, keys in camel case. */
export type Configuration = ReturnType<typeof resolve>;
export type RegionSettings = Configuration["regions"][string];
export type LogicalQueueSettings = Configuration["queues"][string];
export type FunctionSettings = LogicalQueueSettings["functions"];
export type Encryption = LogicalQueueSettings["encryption"];
export type FifoSettings = Exclude<LogicalQueueSettings["fifo"], false>;
export type Principal = LogicalQueueSettings["producers"][number];
export type StateBackend = Configuration["stateBackend"];

type Group = CamelCased<ConfigurationFile>;

/** Gives each logical queue what it takes from its group: function settings, name templates, tags. */
export function resolve(file: ConfigurationFile) {
  const group: Group = camelCased(configurationSchema, file);
  return { ...group, queues: mapValues(group.queues, (queue) => resolveQueue(group, queue)) };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html; a FIFO mapping has no window and at most 10. */
const BATCHING = {
  latency: { batchSize: 10, batchingWindowSeconds: 0 },
  throughput: { batchSize: 100, batchingWindowSeconds: 1 },
} as const;

function resolveQueue(group: Group, queue: Group["queues"][string]) {
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
