import type { Roles } from "./roles";
import type { States } from "./states";

/** What a region knows about ownership. */
export interface OwnershipView {
  readonly roles: Roles;
  readonly states: States;
}

/** Where replicators, gates and drainers learn about ownership. */
export interface OwnershipSource {
  /** Throws when nothing is known: no answer, and none that was given before. */
  read(): Promise<OwnershipView>;
}

/** The region that answers for the home `region` in its place: `region` is fenced. Undefined when it owns itself. */
export function fencedBy({ roles }: OwnershipView, region: string): string | undefined {
  const owner = roles.homes[region]?.owner ?? region;
  return owner === region ? undefined : owner;
}

/** Whether consumers in `region` may work: the region owns itself, and whoever owned it before has released it. */
export function gateIsOpen({ roles, states }: OwnershipView, region: string): boolean {
  const role = roles.homes[region];
  const state = states.homes[region];
  return role?.owner === region && state?.phase === "owner" && state.epoch === role.epoch;
}
