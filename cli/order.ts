import { ordered, type Role, type Roles, roleOf } from "../ownership/roles";
import { type Group, isSilent, type RegionView } from "./group";

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

/** Whether the new owner took the order cannot be told. */
export class Unclear extends Error {
  override readonly name = "Unclear";
}

/**
 * Gives an order in every region that can be reached, and reads it back. The new owner is told first: without it nobody would process
 * what the others stop to process.
 * @throws Refusal when it makes no sense, or the new owner does not take it; nothing was changed then
 * @throws Unclear when the new owner no longer answers; no other region was told then
 */
export async function giveOrder(group: Group, wish: Wish, now: () => number): Promise<Given> {
  const views = await group.look();
  const roles = group.rolesIn(views);
  check(group, wish, views, roles, now());
  const next = ordered(roles, {
    home: wish.home,
    owner: wish.owner,
    at: now(),
    lost: wish.lost,
    force: wish.force,
    ...(wish.since === undefined ? {} : { since: wish.since }),
    settled: isSettled(views, roles, wish.home),
  });
  const role = roleOf(next, wish.home);
  const errors = new Map(views.flatMap((view) => (view.reached ? [] : [[view.region, view.error]])));
  const write = async (region: string) => {
    const error = await group.write(region, next);
    if (error !== undefined) errors.set(region, error);
  };
  await write(wish.owner);
  if (errors.has(wish.owner)) await confirm(group, wish, role, errors.get(wish.owner)!);
  await Promise.all(
    views
      .filter(({ region, reached }) => reached && region !== wish.owner)
      .map(({ region }) => write(region)),
  );
  for (const view of await group.look()) {
    if (!view.reached) errors.set(view.region, errors.get(view.region) ?? view.error);
    else if (roleOf(view.roles, wish.home).epoch >= role.epoch) errors.delete(view.region);
    else if (!errors.has(view.region)) errors.set(view.region, "Overwritten");
  }
  const written = group.regions.filter((region) => !errors.has(region));
  await Promise.all(written.map((region) => group.wake(region)));
  return { home: wish.home, role, written, unwritten: Object.fromEntries(errors) };
}

/** A call that failed may have been carried out. */
async function confirm(group: Group, { home, owner }: Wish, role: Role, error: string): Promise<void> {
  const view = (await group.look()).find(({ region }) => region === owner)!;
  if (!view.reached) {
    throw new Unclear(
      `${owner} no longer answers (${view.error}), so that it may or may not have taken the order; no other region was told. ` +
        `As soon as it answers, \`status\` shows it. To have ${home} processed elsewhere, order another region.`,
    );
  }
  if (roleOf(view.roles, home).epoch >= role.epoch) return;
  throw new Refusal(`${owner} did not take the order (${error}); nothing was changed`);
}

/** Whether the owner so far has begun: then nobody before it has to release the home any more. */
function isSettled(views: readonly RegionView[], roles: Roles, home: string): boolean {
  const { owner, epoch } = roleOf(roles, home);
  return views.some((view) => {
    const state = view.reached && view.region === owner ? view.states?.homes[home] : undefined;
    return state?.phase === "owner" && state.epoch === epoch;
  });
}

function check(group: Group, wish: Wish, views: readonly RegionView[], roles: Roles, now: number): void {
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
    const lostView = views.find((other) => other.region === region)!;
    if (!force && lostView.reached && !isSilent(lostView, now)) {
      throw new Refusal(
        `${region} answers and its controller runs, so it is not lost, and can release ${home} itself: leave --lost out (or add --force)`,
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
