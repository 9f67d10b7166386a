import { ordered, type Role, type Roles, roleOf } from "../ownership/roles";
import { checkAccount, refuseUnknownAccount } from "./account";
import type { Clients } from "./clients";
import { withoutCredentials } from "./credentials";
import { type Answer, type Group, isSilent, type RegionView } from "./group";
import { type Mistake, Refusal, UsageError } from "./mistake";
import { adviceFor, describe, isOutOfReach, type Trouble } from "./trouble";

/** What the operator wants. */
export interface Wish {
  readonly home: string;
  /** Region that is to answer for the home. */
  readonly owner: string;
  readonly lost: readonly string[];
  readonly force: boolean;
  /** Epoch milliseconds. */
  readonly since?: number;
  /** Goes on when it cannot be told whose credentials these are. */
  readonly uncheckedAccount: boolean;
}

/** An order that was given, in full or in part. */
export interface Given {
  readonly home: string;
  readonly role: Role;
  /** Regions that know of it. */
  readonly written: readonly string[];
  /** Regions that do not, and why. They ask their peers when they come back. */
  readonly unwritten: Readonly<Record<string, Trouble>>;
  /** Why it was not told whose credentials these are. */
  readonly accountUnknown?: string;
}

/** Such a region is looked at, and gets no order: it would be written where nobody reads it. */
const NOT_DEPLOYED: Trouble = {
  kind: "not-deployed",
  name: "NotDeployed",
  message: "the group is not deployed there",
  answered: true,
};
const OVERWRITTEN: Trouble = {
  kind: "failed",
  name: "Overwritten",
  message: "somebody else has written there",
  answered: true,
};

/** Whether the new owner took the order cannot be told. */
export class Unclear extends Error {
  override readonly name = "Unclear";
}

/** @throws UsageError when the order makes no sense whatever the regions say */
export function checkWish({ regions, configuration }: Group, { home, owner, lost, since }: Wish): void {
  const mistake = (given: string, problem: string, allowed: string, fix: string): never => {
    throw new UsageError({ given, problem, allowed, fix });
  };
  const others = regions.filter((region) => region !== home).join(", ");
  const given = [`<home> ${home}`, `--to ${owner}`, ...lost.map((region) => `--lost ${region}`)];
  [home, owner, ...lost].forEach((region, index) => {
    if (regions.includes(region)) return;
    mistake(
      given[index]!,
      `${region} is no region of the failover group ${configuration.failoverGroup}`,
      regions.join(", "),
      "correct the name, or name the right configuration by --config",
    );
  });
  if (lost.includes(owner)) {
    mistake(
      `--lost ${owner}`,
      `${owner} cannot own ${home} and be lost`,
      regions.filter((region) => region !== owner).join(", "),
      owner === home
        ? `leave --lost ${owner} out`
        : `order another region by --to, or leave --lost ${owner} out`,
    );
  }
  const rescues = Object.values(configuration.queues).flatMap(({ recovery }) => recovery?.rescue ?? []);
  if (since !== undefined && rescues.length > 0 && rescues.every((rescue) => rescue === "ledger")) {
    mistake(
      `--since ${new Date(since).toISOString()}`,
      "every queue has a ledger, which knows what is processed: the time would change nothing",
      "a time for groups with a queue whose rescue is watermark or manual",
      `leave --since out; ${others} will ask the ledger`,
    );
  }
}

/**
 * Gives an order in every region that can be reached, and reads it back. The new owner is told first: without it nobody would process
 * what the others stop to process.
 * @throws UsageError and Refusal when it makes no sense, or the new owner does not take it; nothing was changed then
 * @throws Unclear when the new owner no longer answers; no other region was told then
 */
export async function giveOrder(
  group: Group,
  wish: Wish,
  clients: Pick<Clients, "sts">,
  now: () => number,
): Promise<Given> {
  checkWish(group, wish);
  const views = await group.look();
  const sentence = withoutCredentials(views);
  if (sentence !== undefined) throw new Error(`${sentence}; nothing was changed`);
  const accountUnknown = await checkAccount(group, views, clients);
  const roles = group.rolesIn(views);
  check(group, wish, views, roles, now());
  if (accountUnknown !== undefined && !wish.uncheckedAccount)
    throw refuseUnknownAccount(group, accountUnknown);
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
  const troubles = new Map(
    views.flatMap((view) => (isDeployed(view) ? [] : [[view.region, troubleIn(view)]])),
  );
  const write = async (region: string) => {
    const trouble = await group.write(region, next);
    if (trouble !== undefined) troubles.set(region, trouble);
  };
  await write(wish.owner);
  if (troubles.has(wish.owner)) await confirm(group, wish, role, troubles.get(wish.owner)!);
  const told = views.filter(isDeployed).map(({ region }) => region);
  await Promise.all(told.filter((region) => region !== wish.owner).map(write));
  for (const view of await group.look(told)) {
    const { region } = view;
    if (!isDeployed(view)) troubles.set(region, troubles.get(region) ?? troubleIn(view));
    else if (roleOf(view.roles, wish.home).epoch >= role.epoch) troubles.delete(region);
    else if (!troubles.has(region)) troubles.set(region, OVERWRITTEN);
  }
  const written = group.regions.filter((region) => !troubles.has(region));
  await Promise.all(written.map((region) => group.wake(region)));
  return {
    home: wish.home,
    role,
    written,
    unwritten: Object.fromEntries(troubles),
    ...(accountUnknown !== undefined && { accountUnknown }),
  };
}

/** A call that failed may have been carried out. */
async function confirm(group: Group, { home, owner }: Wish, role: Role, trouble: Trouble): Promise<void> {
  const view = (await group.look([owner]))[0]!;
  if (!view.reached) {
    throw new Unclear(
      `${owner} no longer answers (${describe(view.trouble)}), so that it may or may not have taken the order; no other region was told. ` +
        `As soon as it answers, \`status\` shows it. To have ${home} processed elsewhere, order another region.`,
    );
  }
  if (isDeployed(view) && roleOf(view.roles, home).epoch >= role.epoch) return;
  throw new Refusal({
    given: `order to ${owner}`,
    problem: `${owner} did not take the order: ${describe(trouble)}: ${trouble.message}`,
    allowed: "a region that takes the order",
    fix: fixOf(trouble, "order another region, or see why the region does not take it"),
  });
}

/** Whether a region holds orders: then it takes others. */
function isDeployed(view: RegionView): view is Answer & Required<Pick<Answer, "roles">> {
  return view.reached && view.roles !== undefined;
}

function troubleIn(view: RegionView): Trouble {
  return view.reached ? NOT_DEPLOYED : view.trouble;
}

function fixOf(trouble: Trouble, otherwise: string): string {
  return adviceFor([trouble])[0] ?? otherwise;
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
  const refuse = (mistake: Mistake): never => {
    throw new Refusal(mistake);
  };
  const viewOf = (region: string) => views.find((view) => view.region === region)!;
  const ordering = owner === home ? `failback ${home}` : `--to ${owner}`;
  const view = viewOf(owner);
  if (!view.reached) {
    refuse({
      given: ordering,
      problem: `${owner} cannot be looked at, so it cannot be told to own ${home}: ${describe(view.trouble)}: ${view.trouble.message}`,
      allowed: "a region that answers",
      fix: fixOf(view.trouble, "order another region, or see what the region says"),
    });
  }
  if (!isDeployed(view)) {
    refuse({
      given: ordering,
      problem: `the failover group ${group.name} is not deployed in ${owner}: there is no parameter ${group.parameterIn(owner)}`,
      allowed:
        views
          .filter(isDeployed)
          .map(({ region }) => region)
          .join(", ") || "none: the group is deployed nowhere",
      fix: "apply the region's stack, order another region, or name the right configuration by --config",
    });
  }
  for (const region of lost) if (!force) checkLost(viewOf(region), home, now);
  const role = roleOf(roles, home);
  if (role.owner === owner && !force && lost.length === 0 && since === undefined) {
    refuse({
      given: ordering,
      problem:
        owner === home
          ? `${home} owns itself already (epoch ${role.epoch})`
          : `${owner} owns ${home} already (epoch ${role.epoch})`,
      allowed:
        owner === home
          ? "a home that another region owns"
          : group.regions.filter((region) => region !== owner).join(", "),
      fix: "see `status`; order again with --lost or --force if the owner waits for a region that is lost",
    });
  }
}

/** Only a region of which nothing is heard can be lost, or one whose controller has demonstrably stopped. */
function checkLost(view: RegionView, home: string, now: number): void {
  const { region } = view;
  const refuse = (problem: string, fix: string): never => {
    throw new Refusal({
      given: `--lost ${region}`,
      problem,
      allowed: "a region that gives no answer at all, or whose controller does not run",
      fix: `${fix}, or add --force: that waits for nobody, and messages may be processed twice`,
    });
  };
  if (view.reached) {
    if (isSilent(view, now)) return;
    refuse(
      `${region} answers and its controller runs, so it is not lost`,
      `leave --lost out: ${region} can release ${home} itself`,
    );
  } else if (!isOutOfReach(view.trouble)) {
    const { trouble } = view;
    const said = `${describe(trouble)}: ${trouble.message}`;
    refuse(
      trouble.answered
        ? `${region} answers, so it is not lost: ${said}`
        : `nobody can tell whether ${region} is lost: ${said}`,
      `leave --lost out, so that ${region} is waited for; ${fixOf(trouble, `see what ${region} says`)}`,
    );
  }
}
