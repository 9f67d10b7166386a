import { ordered, type Role, type Roles, roleOf } from "../ownership/roles";
import type { Group, RegionView } from "./group";

/** What the operator wants. */
export interface Wish {
  readonly home: string;
  /** Region that is to answer for the home. */
  readonly owner: string;
  readonly lost: readonly string[];
  readonly force: boolean;
  /** Epoch milliseconds. */
  readonly since?: number;
}

/** An order that was given, in full or in part. */
export interface Given {
  readonly home: string;
  readonly role: Role;
  /** Regions that know of it. */
  readonly written: readonly string[];
  /** Regions that do not, with the name of the error. They ask their peers when they come back. */
  readonly unwritten: Readonly<Record<string, string>>;
}

/** The order cannot be given as it is; nothing was changed. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** The new owner does not know of the order: it will not act. */
export class HalfGiven extends Error {
  override readonly name = "HalfGiven";

  constructor(readonly given: Given) {
    super(
      `${given.role.owner} did not take the order (${given.unwritten[given.role.owner]}), but ${given.written.join(", ")} did: ` +
        `${given.home} is fenced and nobody processes its messages. Order it again, or order another region.`,
    );
  }
}

/**
 * Gives an order in every region that can be reached, and reads it back.
 * @throws Refusal when it makes no sense; nothing was changed then
 * @throws HalfGiven when some region took it, but not the new owner
 */
export async function giveOrder(group: Group, wish: Wish, now: () => number): Promise<Given> {
  const views = await group.look();
  const roles = group.rolesIn(views);
  check(group, wish, views, roles);
  const at = now();
  const order = {
    home: wish.home,
    owner: wish.owner,
    at,
    lost: wish.lost,
    force: wish.force,
    ...(wish.since === undefined ? {} : { since: wish.since }),
    settled: isSettled(views, roles, wish.home),
  };
  const next = ordered(roles, order);
  const role = roleOf(next, wish.home);
  const reached = views.filter((view) => view.reached).map(({ region }) => region);
  const errors = new Map(views.flatMap((view) => (view.reached ? [] : [[view.region, view.error]])));
  await Promise.all(
    reached.map(async (region) => {
      const error = await group.write(region, next);
      if (error !== undefined) errors.set(region, error);
    }),
  );
  for (const view of await group.look()) {
    if (!view.reached) errors.set(view.region, errors.get(view.region) ?? view.error);
    else if (roleOf(view.roles, wish.home).epoch >= role.epoch) errors.delete(view.region);
    else if (!errors.has(view.region)) errors.set(view.region, "Overwritten");
  }
  const written = group.regions.filter((region) => !errors.has(region));
  const given = { home: wish.home, role, written, unwritten: Object.fromEntries(errors) };
  if (written.includes(wish.owner)) {
    await Promise.all(written.map((region) => group.wake(region)));
    return given;
  }
  if (written.length > 0) throw new HalfGiven(given);
  throw new Refusal(
    `no region took the order (${[...new Set(errors.values())].join(", ")}); nothing was changed`,
  );
}

/** Whether the owner so far has begun: then nobody before it has to release the home any more. */
function isSettled(views: readonly RegionView[], roles: Roles, home: string): boolean {
  const { owner, epoch } = roleOf(roles, home);
  return views.some((view) => {
    const state = view.reached && view.region === owner ? view.states?.homes[home] : undefined;
    return state?.phase === "owner" && state.epoch === epoch;
  });
}

function check(group: Group, wish: Wish, views: readonly RegionView[], roles: Roles): void {
  const { home, owner, lost, force, since } = wish;
  const known = group.regions.join(", ");
  for (const region of [home, owner, ...lost]) {
    if (!group.regions.includes(region)) {
      throw new Refusal(`${region} is no region of this failover group: ${known}`);
    }
  }
  const view = views.find(({ region }) => region === owner)!;
  if (!view.reached) {
    throw new Refusal(
      `${owner} cannot be reached (${view.error}), so it cannot take ${home} over; nothing was changed`,
    );
  }
  if (lost.includes(owner)) throw new Refusal(`${owner} cannot own ${home} and be lost`);
  for (const region of lost) {
    if (!force && views.some((other) => other.region === region && other.reached)) {
      throw new Refusal(
        `${region} answers, so it is not lost, and can release ${home} itself: leave --lost out (or add --force)`,
      );
    }
  }
  const role = roleOf(roles, home);
  if (role.owner === owner && !force && lost.length === 0 && since === undefined) {
    throw new Refusal(
      owner === home
        ? `${home} owns itself already (epoch ${role.epoch})`
        : `${owner} owns ${home} already (epoch ${role.epoch}); order again with --lost or --force if it waits for a region that is lost`,
    );
  }
}
