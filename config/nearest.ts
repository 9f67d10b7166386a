import { distance } from "fastest-levenshtein";

/** Part of a name's letters that may be wrong for it to be taken for another. */
const WRONG_PART = 0.34;
/** A beginning of fewer letters tells nothing. */
const SHORTEST_BEGINNING = 4;

/**
 * The name that was probably meant by one that is not known: the one with the fewest letters changed, or one of which the other is the
 * beginning.
 * @returns undefined when nothing is near
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const written = lettersOf(name);
  const candidates = known
    .map((candidate) => {
      const letters = lettersOf(candidate);
      const apart = distance(written, letters);
      return { candidate, changes: isBeginning(written, letters) ? 0 : apart, apart };
    })
    .filter(({ changes }) => changes <= Math.ceil(written.length * WRONG_PART))
    .sort((one, other) => one.changes - other.changes || one.apart - other.apart);
  return candidates[0]?.candidate;
}

/** Whether one is what the other begins with. */
function isBeginning(one: string, other: string): boolean {
  const isLong = Math.min(one.length, other.length) >= SHORTEST_BEGINNING;
  return isLong && (one.startsWith(other) || other.startsWith(one));
}

/** `visibilityTimeout` and `visibility-timeout` are `visibility_timeout`. */
function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
