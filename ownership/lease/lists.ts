import { type Claim, compareNumbers, type VoterList } from "./items";

/** Whether `tables` are more than half of the voters of every list; false without a list. */
export function hasMajorities(tables: ReadonlySet<string>, lists: readonly VoterList[]): boolean {
  return (
    lists.length > 0 &&
    lists.every(({ voters }) => voters.filter((voter) => tables.has(voter)).length * 2 > voters.length)
  );
}

/**
 * The lists that bind whoever has seen these claims: all that stand in one, and all that bound before. A list is dropped only when a higher
 * one stands alone in a claim: whoever wrote that had majorities of both.
 */
export function bindingLists(
  claims: readonly Pick<Claim, "lists">[],
  held: readonly VoterList[] = [],
): readonly VoterList[] {
  const seen = [...claims.map(({ lists }) => lists), held];
  const alone = seen.filter((lists) => lists.length === 1).flat();
  const highestAlone = alone.reduce<VoterList | undefined>(higher, undefined);
  const all = new Map(seen.flat().map((list) => [`${list.number} ${list.id} ${list.voters.join()}`, list]));
  return [...all.values()]
    .filter((list) => highestAlone === undefined || compareNumbers(list, highestAlone) >= 0)
    .sort(compareNumbers);
}

/** The highest of some lists that bind together; undefined when two are the highest. */
export function highestOf(lists: readonly VoterList[]): VoterList | undefined {
  const highest = lists.reduce<VoterList | undefined>(higher, undefined);
  const same = lists.filter((list) => highest !== undefined && compareNumbers(list, highest) === 0);
  return same.length === 1 ? highest : undefined;
}

export function includesList(lists: readonly VoterList[], wanted: VoterList): boolean {
  return lists.some((list) => isSameList(list, wanted));
}

/** All voters of some lists. */
export function votersOf(lists: readonly VoterList[]): readonly string[] {
  return [...new Set(lists.flatMap(({ voters }) => voters))];
}

/** Whether each list names one table: nothing survives the loss of one of them, but an operator's word. */
export function areSole(lists: readonly VoterList[]): boolean {
  return lists.every(({ voters }) => voters.length === 1);
}

/** The table that decides alone, if all lists name one and the same. */
export function soleVoter(lists: readonly VoterList[]): string | undefined {
  const voters = votersOf(lists);
  return voters.length === 1 ? voters[0] : undefined;
}

function isSameList(one: VoterList, other: VoterList): boolean {
  return compareNumbers(one, other) === 0 && one.voters.join() === other.voters.join();
}

function higher(one: VoterList | undefined, other: VoterList): VoterList {
  return one === undefined || compareNumbers(other, one) > 0 ? other : one;
}
