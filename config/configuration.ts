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
export type Principal = LogicalQueueSettings["producers"][number];
export type StateBackend = Configuration["stateBackend"];

type Group = CamelCased<ConfigurationFile>;

/** Gives each logical queue what it takes from its group: function settings, name templates, tags. */
export function resolve(file: ConfigurationFile) {
  const group: Group = camelCased(configurationSchema, file);
  return { ...group, queues: mapValues(group.queues, (queue) => resolveQueue(group, queue)) };
}

function resolveQueue(group: Group, queue: Group["queues"][string]) {
  const functions = { ...group.functions, ...defined(queue.functions) };
  const names: NameTemplates = {
    ...DEFAULT_NAME_TEMPLATES,
    ...defined(group.naming.templates),
    ...defined(queue.names),
  };
  return {
    ...queue,
    functions,
    names,
    transitVisibilityTimeoutSeconds:
      queue.transitVisibilityTimeoutSeconds ?? functions.timeoutSeconds * VISIBILITY_PER_FUNCTION_TIMEOUT,
    tags: { ...group.tags, ...queue.tags },
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

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
