/** The value of a name in a map that data has made. Every object has a `constructor`, and a queue may be called so. */
export function own<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
