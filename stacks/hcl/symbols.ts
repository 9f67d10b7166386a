/** What a symbol such as `@peer` stands for. */
export interface SymbolDefinition {
  /** The list that it is one of, which may mention other symbols. */
  readonly over: unknown;
}

/** By symbol, with its @. */
export type SymbolTable = Readonly<Record<string, SymbolDefinition>>;

/** What stands for a symbol in a place: `each.key`, a variable of a comprehension. */
export type Bindings = Readonly<Record<string, string>>;

/** What is described once in a module, and made for each. */
export const ANY_REGION = "${@region}";
/** A region but the module's own. */
export const ANY_OTHER = "${@other}";
export const ANY_QUEUE = "${@queue}";
/** A logical queue but the canary. */
export const ANY_USERS_QUEUE = "${@users_queue}";
/** A region that gets copies of what this one takes into the logical queue. */
export const ANY_PEER = "${@peer}";
/** A region whose copies of the logical queue come here. */
export const ANY_HOME = "${@home}";

/** A peer of the region at hand, in the order of records. */
export const ANY_NEXT = "${@next}";
/** Names that answer the first choice that is healthy. */
export const ANY_CHAIN = "${@chain}";
/** A choice of such names, but the last. */
export const ANY_STEP = "${@step}";
/** A way by which the discovery record leads to a region. */
export const ANY_ROUTE = "${@route}";
/** The same of an application endpoint. */
export const ANY_TARGET = "${@target}";

export const SYMBOLS: SymbolTable = {
  "@region": { over: "${local.regions}" },
  "@other": { over: "${local.other_regions}" },
  "@queue": { over: "${keys(local.queues)}" },
  "@users_queue": { over: "${keys(local.users_queues)}" },
  "@peer": { over: "${local.queues[@queue].peers}" },
  "@home": { over: "${local.queues[@queue].homes}" },
  "@next": { over: "${local.peers[@region]}" },
  "@chain": { over: "${keys(local.chains)}" },
  "@step": { over: "${keys(local.steps)}" },
  "@route": { over: "${keys(local.routes)}" },
  "@target": { over: "${keys(local.targets)}" },
};

/** A map for which resources are made, or locals noted. */
export interface Collection {
  readonly over: string;
  /** By symbol, the field of a value of the map; the key itself where there is one symbol. */
  readonly fields: Readonly<Record<string, string>>;
}

/** By symbols, what goes through all of them together. */
const COLLECTIONS: Readonly<Record<string, Collection>> = {
  "@queue": { over: "local.queues", fields: { "@queue": "" } },
  "@other": { over: "local.other_regions", fields: { "@other": "" } },
  "@region": { over: "local.regions", fields: { "@region": "" } },
  "@queue @peer": { over: "local.outgoing", fields: { "@queue": "queue", "@peer": "peer" } },
  "@queue @home": { over: "local.incoming", fields: { "@queue": "queue", "@home": "home" } },
  "@chain": { over: "local.chains", fields: { "@chain": "" } },
  "@step": { over: "local.steps", fields: { "@step": "" } },
  "@route": { over: "local.routes", fields: { "@route": "" } },
  "@target": { over: "local.targets", fields: { "@target": "" } },
  "@queue @region": { over: "local.everywhere", fields: { "@queue": "queue", "@region": "region" } },
};

/** Collections that are lists, and no maps. */
export const LISTS: ReadonlySet<string> = new Set(["local.other_regions", "local.regions"]);

/** The collection of some symbols, in whatever order. */
export function collectionOf(symbols: readonly string[]): Collection | undefined {
  return Object.values(COLLECTIONS).find(({ fields }) => {
    const names = Object.keys(fields);
    return names.length === symbols.length && names.every((name) => symbols.includes(name));
  });
}

/** What stands for symbols where something is made for each of a collection. @param each the object that has key and value there */
export function boundIn({ fields }: Collection, each: "each" | "it"): Readonly<Record<string, string>> {
  const places = { each: ["each.key", "each.value."], it: ["key", "it."] } as const;
  const [key, value] = places[each];
  return Object.fromEntries(
    Object.entries(fields).map(([symbol, field]) => [symbol, field === "" ? key : `${value}${field}`]),
  );
}

/** The beginning of a comprehension over a collection. */
export function goingThrough({ over }: Collection): string {
  return LISTS.has(over) ? `for key in ${over}` : `for key, it in ${over}`;
}
