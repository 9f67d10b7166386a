import type { Order } from "../ownership/lease/items";
import { hasMajorities } from "../ownership/lease/lists";
import { JUDGE_MS, LEASE_MS } from "../ownership/lease/times";
import type { GroupView } from "./group-view";

/** An order as whoever gave it knows it. */
export type Ordered = Omit<Order, "id">;

/** How far an order about a home is. */
export type OrderProgress =
  /** The destination's pass for the home is open. */
  | { readonly kind: "done" }
  /** `until`: what has to happen, as the rest of a sentence. */
  | { readonly kind: "waits"; readonly until: string }
  /** The order will not be carried out any more. */
  | { readonly kind: "over"; readonly why: string };

export function progressOf(sight: GroupView, home: string, order: Ordered): OrderProgress {
  const { to, number } = order;
  const { orders, claims } = sight.view(home);
  const ownership = sight.ownership(home);
  const { highest } = orders;
  // Of two with one number, either may be the higher.
  if (highest !== undefined && (highest.number > number || (highest.number === number && highest.to !== to)))
    return { kind: "over", why: `a later order has ${home} owned by ${highest.to}` };
  if (ownership.kind === "unknown" && order.lost === undefined) return waits(majorityOf(sight, home));
  const isCarriedOut = claims.some((claim) => claim.order >= number);
  const owner = ownership.kind === "owned" ? ownership.claim.epoch.region : undefined;
  if (isCarriedOut && owner === to) {
    return sight.pass(to, home) ? { kind: "done" } : waits(`${to} opens what it has taken`);
  }
  if (isCarriedOut && owner !== undefined)
    return { kind: "over", why: `${to} did not take ${home} in time, and ${owner} has` };
  return waits(hindranceIn(sight, home, order) ?? nextStep(sight, home, order));
}

/** What a home waits for that no order is about. Undefined: nothing. */
export function handOverOf(sight: GroupView, home: string): string | undefined {
  const ownership = sight.ownership(home);
  if (ownership.kind !== "handed-over") return undefined;
  const { epoch, next } = ownership.claim;
  return `the claim of ${epoch.region} has lapsed and ${next ?? "a region"} takes the home`;
}

/** What keeps the destination from taking the home at all. */
function hindranceIn(sight: GroupView, home: string, { to }: Ordered): string | undefined {
  if (!sight.isRunning(to)) return `the controller of ${to} runs`;
  const { fit, ownsItself, reaches } = sight.said(to)!.status;
  if (!fit) return `${to} is fit`;
  const { lists } = sight.view(home);
  if (lists.length > 0 && !hasMajorities(new Set(reaches), lists))
    return `${to} reaches a majority of ${sight.votersOf(home).join(", ")}`;
  return ownsItself || to === home ? undefined : `${to} owns and processes its own home`;
}

function nextStep(sight: GroupView, home: string, { to, lost, force }: Ordered): string {
  const ownership = sight.ownership(home);
  if (lost !== undefined) return `${lost} has been silent for ${JUDGE_MS / 1_000} s and ${to} takes the home`;
  const owner = ownership.kind === "owned" ? ownership.claim.epoch.region : undefined;
  if (owner === to) return `${to} carries the order out`;
  if (owner === undefined) return handOverOf(sight, home) ?? `${to} takes the home`;
  if (force) return `${to} replaces the claims of ${owner}`;
  const said = sight.said(owner);
  return said !== undefined && said.agoMs <= LEASE_MS
    ? `${owner} gives the home up`
    : `the claim of ${owner} has lapsed and ${to} takes the home`;
}

function majorityOf(sight: GroupView, home: string): string {
  const voters = sight.votersOf(home);
  return voters.length === 0
    ? "the tables of the group can be read"
    : `a majority of ${voters.join(", ")} can be read`;
}

function waits(until: string): OrderProgress {
  return { kind: "waits", until };
}
