import { listOf, mapOf, optional, parsed, record, text, versioned, wholeNumber, yes } from "./checks";
import { encodeParameter } from "./encode";

/**
 * Who answers for the messages of each home. The operator's command writes it in every region that it can reach, as an SSM
 * parameter per region; whoever reads several copies merges them with {@link mergeRoles}: per home, the highest epoch wins.
 */
export interface Roles {
  readonly v: typeof ROLES_VERSION;
  readonly homes: Readonly<Record<string, Role>>;
}

export const ROLES_VERSION = 1;

/** The last order about one home. */
export interface Role {
  /** Region that answers for the messages of the home now. */
  readonly owner: string;
  /** Grows by one with every order; 0: nothing was ever ordered, and the home owns itself. */
  readonly epoch: number;
  /** When it was ordered, in epoch milliseconds. */
  readonly at: number;
  /** Regions that may process messages of the home at the time of the order: each has to release it before the owner begins. */
  readonly from: readonly string[];
  /** Those of them that the operator says are lost: nobody waits for them. @default none */
  readonly lost?: readonly string[];
  /** The owner waits for nobody and for nothing: messages may be processed twice. @default false */
  readonly force?: true;
  /**
   * What the home took in before, in epoch milliseconds, counts as processed: for queues with `rescue: manual`, and in place of the
   * watermark. @default nothing is known (`manual`: nothing is rescued), or the home's watermark
   */
  readonly since?: number;
}

/** Roles of regions about which nothing was ever ordered: every home owns itself. */
export function initialRoles(regions: readonly string[]): Roles {
  return {
    v: ROLES_VERSION,
    homes: Object.fromEntries(regions.map((home) => [home, initialRole(home)])),
  };
}

/** The last order about a home, or what holds before there is one. */
export function roleOf({ homes }: Roles, home: string): Role {
  return homes[home] ?? initialRole(home);
}

/** Reads what {@link encodeRoles} wrote, here or in a later version. Throws an error that names the field which is missing or wrong. */
export function parseRoles(json: string): Roles {
  return rolesIn(parsed(json, "roles"), "roles");
}

/** Roles within a larger document. @param name where they stand, for errors */
export function rolesIn(value: unknown, name: string): Roles {
  const fields = versioned(value, name);
  // What a later version has added is kept, because who merges roles writes them back.
  return { ...fields, v: ROLES_VERSION, homes: mapOf(fields.homes, `${name}.homes`, roleIn) };
}

export function encodeRoles(roles: Roles): string {
  return encodeParameter(roles, "roles");
}

/**
 * What is ordered when all of these are known: per home, the highest epoch wins. The result does not depend on their order.
 *
 * Two operators who do not see each other may give one epoch to two orders. Then the later one wins, and the owner by the other one
 * joins those who have to release the home, because it may have begun; so does the owner by the order just before, if the new one was
 * given by somebody who did not know of it.
 */
export function mergeRoles(first: Roles, ...others: readonly Roles[]): Roles {
  const all = [first, ...others];
  const homes = [...new Set(all.flatMap((roles) => Object.keys(roles.homes)))].sort();
  const merged = homes.map((home) => [
    home,
    latest(
      home,
      all.flatMap((roles) => roles.homes[home] ?? []),
    ),
  ]);
  return { ...first, homes: Object.fromEntries(merged) };
}

/** Whether two roles are the same order. */
export function isSameOrder(one: Role, other: Role): boolean {
  return one.epoch === other.epoch && one.owner === other.owner && one.at === other.at;
}

/** An order about one home. */
export interface Order {
  readonly home: string;
  readonly owner: string;
  /** Now, in epoch milliseconds. */
  readonly at: number;
  /** Regions for which nobody waits. @default none */
  readonly lost?: readonly string[];
  readonly force?: boolean;
  readonly since?: number;
  /**
   * Whether the owner so far is known to be in phase `owner` by the order so far: then all before it have released the home, and only
   * this one has to. @default false
   */
  readonly settled?: boolean;
  /** Other regions that may be processing messages of the home. @default none */
  readonly from?: readonly string[];
}

/** The roles once an order is given. */
export function ordered(
  roles: Roles,
  { home, owner, at, lost = [], force = false, since, settled = false, from = [] }: Order,
): Roles {
  const before = roleOf(roles, home);
  const processing = settled && !before.force ? [before.owner] : [...before.from, before.owner];
  const role: Role = {
    owner,
    epoch: before.epoch + 1,
    at,
    from: others([...processing, ...from], owner),
    ...(lost.length === 0 ? {} : { lost: others(lost, owner) }),
    ...(force ? { force } : {}),
    ...(since === undefined ? {} : { since }),
  };
  return { ...roles, homes: { ...roles.homes, [home]: role } };
}

function initialRole(home: string): Role {
  return { owner: home, epoch: 0, at: 0, from: [] };
}

function roleIn(value: unknown, name: string): Role {
  const fields = record(value, name);
  return {
    ...fields,
    owner: text(fields.owner, `${name}.owner`),
    epoch: wholeNumber(fields.epoch, `${name}.epoch`),
    at: wholeNumber(fields.at, `${name}.at`),
    from: textsIn(fields.from, `${name}.from`),
    ...optional(fields, "lost", name, textsIn),
    ...optional(fields, "force", name, yes),
    ...optional(fields, "since", name, wholeNumber),
  };
}

function latest(home: string, known: readonly Role[]): Role {
  const winner = known.reduce((one, other) => (wins(one, other) ? one : other));
  const unknown = known.flatMap((role) => {
    if (winner.epoch === role.epoch)
      return isSameOrder(winner, role) ? role.from : [...role.from, role.owner];
    // The home itself is always waited for.
    return winner.epoch === role.epoch + 1 && role.owner !== home ? [role.owner] : [];
  });
  return { ...winner, from: others([...winner.from, ...unknown], winner.owner) };
}

function wins(one: Role, other: Role): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  if (one.at !== other.at) return one.at > other.at;
  if (one.owner !== other.owner) return one.owner > other.owner;
  return JSON.stringify(one) >= JSON.stringify(other);
}

/** Each region once, in one order wherever it is written, without the owner itself. */
function others(regions: readonly string[], owner: string): readonly string[] {
  return [...new Set(regions)].filter((region) => region !== owner).sort();
}

function textsIn(value: unknown, name: string): readonly string[] {
  return listOf(value, name, text);
}
