/**
 * Numbers that look random and depend on nothing but a seed and positions. The same seed always decides the same, however much time passes
 * and whatever else is decided between two decisions.
 *
 * @returns a number from 0 to below 1
 */
export function seededFraction(seed: string, ...positions: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < seed.length; index += 1) hash = mixed(hash ^ seed.charCodeAt(index));
  for (const position of positions) hash = mixed(hash ^ Math.imul(position + 1, 0x9e3779b1));
  return mixed(hash) / 2 ** 32;
}

/** The last step of MurmurHash3: every bit of the result depends on every bit given. */
function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A row of such numbers, for plans that are drawn one after the other. */
export class Seeded {
  private position = 0;

  constructor(private readonly seed: string) {}

  /** A number from 0 to below 1. */
  fraction(): number {
    this.position += 1;
    return seededFraction(this.seed, this.position);
  }

  /** A number from `least` to below `most`. */
  between(least: number, most: number): number {
    return least + (most - least) * this.fraction();
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  /** One of `choices`. @throws Error when there is none */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.whole(0, choices.length - 1)];
    if (choice === undefined) throw new Error("nothing to pick from");
    return choice;
  }

  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): readonly T[] {
    const left = [...items];
    return items.map(() => left.splice(this.whole(0, left.length - 1), 1)[0]!);
  }
}
