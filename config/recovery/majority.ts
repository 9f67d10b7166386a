import { anyOf, equal, isSet, known, not, size } from "../../core/expression";
import { MODULE_REGIONS } from "../../core/names";
import { type Condition, isKnown, type Value } from "../../core/value";
import type { Group } from "../group";

/**
 * Whether a majority decides who owns a home, and goes on to when any one of its regions is lost. It does in every group but that of two
 * regions without a witness, where each home is decided by one table alone.
 */
export function isDecidedByMajority({
  regions,
  recovery,
}: {
  readonly regions: Group["regions"];
  readonly recovery?: Pick<NonNullable<Group["recovery"]>, "witness"> | undefined;
}): Condition {
  return anyOf(not(hasMembers({ regions }, 2)), isSet(recovery?.witness));
}

/**
 * Whether peers may take over by themselves: every region has a vote, or a witness makes the number odd. In a group of four without a
 * witness three regions vote, and the fourth would take homes by the votes of others alone.
 */
export function mayTakeOver({ regions, recovery }: Parameters<typeof isDecidedByMajority>[0]): Condition {
  return anyOf(hasMembers({ regions }, 3), hasMembers({ regions }, 5), isSet(recovery?.witness));
}

/** The regions of a group. Those of a module are a symbol, so their list is asked for. */
export function membersOf({ regions }: { readonly regions: Group["regions"] }): Value<readonly string[]> {
  const names = Object.keys(regions);
  return isKnown(names) ? known(names) : MODULE_REGIONS;
}

/** Whether a group has this many regions. */
export function hasMembers(group: { readonly regions: Group["regions"] }, count: number): Condition {
  return equal(size(membersOf(group)), count);
}
