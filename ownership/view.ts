import type { Roles } from "./roles";
import type { Phase, States } from "./states";

/** What a region knows about ownership. */
export interface OwnershipView {
  readonly roles: Roles;
  readonly states: States;
  /** The region that the owner record of the reader's home names. @default no record, or none that has answered */
  readonly record?: string;
}

/** Where replicators, gates and drainers learn about ownership. */
export interface OwnershipSource {
  /** Throws when nothing is known: no answer, and none that was given before. */
  read(): Promise<OwnershipView>;
}

/**
 * The region that answers for the home `region` in its place, by the roles or by the record: `region` is fenced. Undefined when it owns
 * itself by both. Where they differ, the roles name the owner, because they tell of an order.
 */
export function fencedBy(view: OwnershipView, region: string): string | undefined {
  const owner = view.roles.homes[region]?.owner ?? region;
  const named = owner === region ? recordedOwner(view, region) : owner;
  return named === region ? undefined : named;
}

/**
 * Whether consumers in `region` may work: the region owns itself, by its roles and by the record, and whoever owned it before has released
 * it.
 */
export function gateIsOpen(view: OwnershipView, region: string): boolean {
  return isBack(view, region, ["owner"]) && fencedBy(view, region) === undefined;
}

/** Whether the gate, which is closed, opens soon: the region owns itself again, and waits for others and for the record. */
export function gateIsOpening(view: OwnershipView, region: string): boolean {
  return isBack(view, region, ["taking-over", "owner"]) && !gateIsOpen(view, region);
}

function isBack({ roles, states }: OwnershipView, region: string, phases: readonly Phase[]): boolean {
  const role = roles.homes[region];
  const state = states.homes[region];
  return (
    role?.owner === region &&
    state !== undefined &&
    phases.includes(state.phase) &&
    state.epoch === role.epoch
  );
}

/** What the record says: to the reader, or, as long as it has not heard it, to the controller. A forced order is for when it does not follow. */
function recordedOwner({ roles, states, record }: OwnershipView, region: string): string {
  const recorded = states.recorded?.[region];
  const named = record ?? recorded?.owner ?? region;
  const role = roles.homes[region];
  const isOverruled = role?.force && recorded?.owner === named && role.at >= recorded.since;
  return isOverruled ? region : named;
}
