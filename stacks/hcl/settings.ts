import { principalsOf } from "../../config/access/principals";
import {
  type GroupSettings,
  type LogicalQueueSettings,
  resolveCanary,
  resolveQueue,
} from "../../config/configuration";
import { resolveDns } from "../../config/dns/dns";
import type { Group } from "../../config/group";
import { resolveLedger, resolveRecovery } from "../../config/recovery/recovery";
import { copies, type RegionSets, type SomeRegions } from "../../config/region-sets";
import { configurationSchema, logicalQueue } from "../../config/schema";
import {
  decided,
  each,
  expression,
  isEmpty,
  isSet,
  known,
  not,
  presentIf,
  reference,
  replaced,
  text,
  when,
} from "../../core/expression";
import { canaryQueue, FIFO_SUFFIX, QUEUE_WORDS } from "../../core/names";
import { toCamel, toSnake } from "../../core/spelling";
import { type Condition, Formula, isKnown, type Value } from "../../core/value";
import { recordOf, referencesTo } from "./references";
import { SETTINGS, SETTINGS_MODULE } from "./settings-module";
import { ANY_HOME, ANY_OTHER, ANY_PEER, ANY_QUEUE, ANY_REGION, ANY_USERS_QUEUE } from "./symbols";
import { isObjectVariable, variablesOf } from "./variables";

/** The settings of a module: what its variables say, what its locals make of that, and a configuration that reads those. */
export interface ModuleSettings {
  /** As constructs take it. */
  readonly configuration: GroupSettings;
  /** A logical queue with what it takes from its group. @param path of what a local has of it */
  readonly queueAt: (path: string) => LogicalQueueSettings;
  /** By name, what a local stands for. */
  readonly locals: Readonly<Record<"queue" | "canary" | "recovery" | "ledger" | "dns", unknown>>;
}

/** Variable of the comprehension by which a module goes through its logical queues. */
const QUEUE_VARIABLE = "queue";
const OWN_REGION = "${var.region}";
const OTHER_REGIONS = reference<readonly string[]>("local.other_regions");

export function regionModuleSettings(): ModuleSettings {
  const group = groupOfVariables();
  const queue = queueOfVariables();
  const resolved = resolveQueue(group, queue);
  const settings = { ...resolved, names: namesIn(group, "${name}", resolved) };
  const { producers, consumers, ...canaryRest } = resolveCanary(group);
  const canary = { ...canaryRest, producers: principalsOf(producers), consumers: principalsOf(consumers) };
  const canaryName = canaryQueue(group.failoverGroup);
  const queues = recordOf([ANY_QUEUE], [canaryName], (name) =>
    referencesIn(settings, name === canaryName ? "local.canary_queue" : `local.queues[${inner(name)}]`),
  ) as GroupSettings["queues"];
  const queueAt = (path: string) => referencesIn(settings, path) as LogicalQueueSettings;
  const recovery = resolveRecovery(group, {
    [ANY_USERS_QUEUE]: queueAt(`local.users_queues[${inner(ANY_USERS_QUEUE)}]`),
  });
  const ledger = resolveLedger(group);
  const dns = resolveDns({ ...group, recovery: undefined } as Group);
  return {
    configuration: {
      ...group,
      queues,
      recovery: referencesIn(recovery, "local.recovery") as GroupSettings["recovery"],
      ledger: referencesIn(ledger, "local.ledger") as GroupSettings["ledger"],
      dns: referencesIn(dns, "local.dns") as GroupSettings["dns"],
      regionSets: REGION_SETS,
    } as GroupSettings,
    queueAt,
    locals: {
      queue: { ...(lifted(settings) as object), ...regionsOfQueue(queue) },
      canary: {
        ...(aligned(
          lifted(settings),
          lifted({ ...canary, names: namesIn(group, canaryName, canary) }),
        ) as object),
        peers: OTHER_REGIONS,
        homes: OTHER_REGIONS,
      },
      recovery: lifted(recovery),
      ledger: lifted(ledger),
      dns: lifted(dns),
    },
  };
}

const REGION_SETS: RegionSets = {
  others: (region) => [region === OWN_REGION ? ANY_OTHER : OWN_REGION],
  peers: (queue, home) => {
    if (home !== OWN_REGION) return some([OWN_REGION], known([OWN_REGION]), known(true));
    if (queue !== ANY_QUEUE) return some([ANY_OTHER], OTHER_REGIONS, known(true));
    const list = expression<readonly string[]>`local.queues[${queue}].peers`;
    return some([ANY_PEER], list, not(isEmpty(list)));
  },
  homes: (queue, region) => {
    if (region !== OWN_REGION) return some([OWN_REGION], known([OWN_REGION]), known(true));
    if (queue !== ANY_QUEUE) return some([ANY_OTHER], OTHER_REGIONS, known(true));
    const list = expression<readonly string[]>`local.queues[${queue}].homes`;
    return some([ANY_HOME], list, not(isEmpty(list)));
  },
};

function some(regions: readonly string[], list: Value<readonly string[]>, exist: Condition): SomeRegions {
  return { regions, list, exist };
}

export function groupOfVariables(): Group & Pick<GroupSettings, "defaultTags"> {
  const { regions, ...others } = configurationSchema.shape;
  const checked = variablesOf(configurationSchema, SETTINGS).filter(isObjectVariable);
  const isChecked = (key: string) => checked.some(({ name }) => name === key);
  const references = Object.entries(others).map(([key, field]) => [
    toCamel(key),
    referencesTo(field, isChecked(key) ? `module.${SETTINGS_MODULE}.${key}` : `var.${key}`),
  ]);
  return {
    ...Object.fromEntries(references),
    regions: recordOf([ANY_REGION], [OWN_REGION, ANY_OTHER, ANY_PEER, ANY_HOME], (region) =>
      referencesTo(
        regions.def.valueType,
        region === OWN_REGION ? "local.region" : `module.settings.regions[${inner(region)}]`,
      ),
    ),
    queues: {},
    defaultTags: reference("data.aws_default_tags.provider.tags"),
  } as unknown as ReturnType<typeof groupOfVariables>;
}

function queueOfVariables(): Group["queues"][string] {
  return referencesTo(logicalQueue, QUEUE_VARIABLE) as Group["queues"][string];
}

/** Names of a logical queue with what does not depend on regions filled in. */
function namesIn(
  { naming }: Group,
  queue: string,
  { names, fifo }: Pick<GroupSettings["queues"][string], "names" | "fifo">,
): GroupSettings["queues"][string]["names"] {
  const filled = Object.entries(names).map(([word, template]) => {
    const name = replaced(replaced(String(template), "{prefix}", naming.prefix), "{queue}", queue);
    const isQueue = (QUEUE_WORDS as readonly string[]).includes(word);
    return [word, isQueue ? `${name}${when(isSet(fifo), FIFO_SUFFIX, "")}` : name];
  });
  return Object.fromEntries(filled);
}

const IS_SET = "is_set";

/** Settings as a value of Terraform's: keys in snake case, and of what is optional whether it is there. */
export function lifted(settings: unknown): unknown {
  if (!isObject(settings)) return settings;
  const presence = isSet(settings);
  return {
    ...(decided(presence) !== true && { [IS_SET]: presence }),
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [toSnake(key), lifted(value)])),
  };
}

/** A lifted value with all the keys that another has. */
function aligned(model: unknown, value: unknown): unknown {
  if (!isObject(model)) return value ?? null;
  const given = isObject(value) ? value : {};
  return Object.fromEntries(
    Object.entries(model).map(([key, part]) => [
      key,
      key === IS_SET ? (given[key] ?? isObject(value)) : aligned(part, given[key]),
    ]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Formula);
}

/** References to settings that were {@link lifted} to a local. */
export function referencesIn(settings: unknown, path: string): unknown {
  if (!isObject(settings) || !isKnown(Object.keys(settings))) return reference(path);
  const tree = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, referencesIn(value, `${path}.${toSnake(key)}`)]),
  );
  return decided(isSet(settings)) === true ? tree : presentIf(reference<boolean>(`${path}.${IS_SET}`), tree);
}

/** Peers and homes of a logical queue as seen from the module's region. */
function regionsOfQueue(queue: Group["queues"][string]) {
  const itself = (region: Value<string>) => region;
  return {
    peers: each(OTHER_REGIONS, itself, (peer) => copies(queue, OWN_REGION, text(peer))),
    homes: each(OTHER_REGIONS, itself, (home) => copies(queue, text(home), OWN_REGION)),
  };
}

/** What is in a reference. */
function inner(reference: string): string {
  return reference.replace(/^\$\{(.*)\}$/, "$1");
}
