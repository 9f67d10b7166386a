/** Every choice of some of these, none and all included. */
export function subsetsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: 2 ** all.length }, (_, bits) =>
    all.filter((_each, index) => Math.floor(bits / 2 ** index) % 2 === 1),
  );
}
