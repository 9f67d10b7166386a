/** The middle of some values, or the mean of the two in the middle. @throws Error when there are none */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("no values to take a median of");
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The order in which things are measured in a round: every other round runs backwards, so that a machine that slows down or speeds
 * up favours nobody.
 */
export function interleaved<T>(items: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? items : [...items].reverse();
}

/** Rounds to so many significant digits, for people and for JSON. */
export function significant(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
