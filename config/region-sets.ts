import {
  allOf,
  decided,
  distinct,
  each,
  entryOf,
  equal,
  fallback,
  isOneOf,
  isSet,
  joinedLists,
  known,
  not,
  plain,
  when,
} from "../core/expression";
import { COPYING } from "../core/modes";
import { MODULE_REGIONS } from "../core/names";
import { type Condition, isKnown, type Value } from "../core/value";
import type { Group, GroupQueue } from "./group";

/** Which regions have to do with which. In a module these are symbols: any of the regions that its variables name. */
export interface RegionSets {
  /** Regions of the group but for one. */
  others(region: string): readonly string[];
  /** Regions that get copies of what a home takes into a logical queue. */
  peers(queue: string, home: string): SomeRegions;
  /** Homes whose copies of a logical queue come to a region. */
  homes(queue: string, region: string): SomeRegions;
}

export interface SomeRegions {
  readonly regions: readonly string[];
  /** The same, where regions are a symbol: the list that it is one of. */
  readonly list: Value<readonly string[]>;
  /** Whether there is one. */
  readonly exist: Condition;
}

/** In the order of the configuration, unless it brings its own. */
export function regionSets({ regions, queues, regionSets: symbols }: Copies): RegionSets {
  if (symbols !== undefined) return symbols;
  const names = Object.keys(regions);
  const peersOf = (queue: string, home: string) =>
    names.filter((region) => region !== home && decided(copies(queues[queue]!, home, region)));
  return {
    others: (region) => names.filter((other) => other !== region),
    peers: (queue, home) => some(peersOf(queue, home)),
    homes: (queue, region) => some(names.filter((home) => peersOf(queue, home).includes(region))),
  };
}

/** What tells where the copies of a group's logical queues go. */
interface Copies {
  readonly regions: Readonly<Record<string, unknown>>;
  readonly queues: Readonly<Record<string, Copying>>;
  readonly regionSets?: RegionSets;
}

type Copying = Pick<GroupQueue, "mode" | "peers">;

/** Whether copies of what a home takes into a logical queue go to another region. */
export function copies({ mode, peers }: Copying, home: string, region: string): Condition {
  const chosen = entryOf(peers, home);
  // Terraform looks at both sides of an "or", and at one side of a choice.
  const isChosen = chosen === undefined || when(isSet(chosen), isOneOf(region, chosen), true);
  return allOf(isOneOf(mode, COPYING), isChosen);
}

function some(regions: readonly string[]): SomeRegions {
  return { regions, list: known(regions), exist: known(regions.length > 0) };
}

/** The order of regions in records. In a module these are symbols. */
export interface RegionOrder {
  /** The region that the group's own things are made in. */
  readonly first: string;
  readonly others: readonly string[];
  /** Peers of a home in the order in which records name them. */
  peers(home: string): readonly string[];
}

/** In the order of the configuration, unless it brings its own. */
export function regionOrder({
  regionOrder: symbols,
  ...group
}: Ordered & { readonly regionOrder?: RegionOrder }): RegionOrder {
  if (symbols !== undefined) return symbols;
  const [first, ...others] = Object.keys(group.regions) as [string, ...string[]];
  return { first, others, peers: (home) => plain(peersInOrder(group, home), "peers") };
}

/**
 * Peers of a home in the order in which records name them: those that take it over by themselves, then the others, which an order may
 * tell to.
 */
export function peersInOrder({ regions, recovery }: Ordered, home: string): Value<readonly string[]> {
  const names = Object.keys(regions);
  const all = isKnown(names) ? known(names) : MODULE_REGIONS;
  const chosen = fallback(entryOf(recovery?.takeoverOrder, home), [] as readonly string[]);
  return distinct(
    each(
      joinedLists(chosen, all),
      (peer) => peer,
      (peer) => allOf(not(equal(peer, home)), isOneOf(peer, all)),
    ),
  );
}

interface Ordered {
  readonly regions: Readonly<Record<string, unknown>>;
  readonly recovery?: Pick<NonNullable<Group["recovery"]>, "takeoverOrder"> | undefined;
}
