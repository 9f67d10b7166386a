import { type Script, type ScriptOptions, script } from "../script";

/** A story at exact times, which random seeds hardly ever hit. */
export interface Scenario {
  readonly name: string;
  /** @returns what went wrong, in words; nothing: all is well */
  readonly play: () => readonly string[];
}

export type Expect = (holds: boolean, otherwise: string) => void;

/**
 * A scenario in a world of its own: what the judge finds is wrong, and what the story says.
 * @param options with `worlds`: so many, which differ in ids, in clocks, and in what a thawed machine does first. @default 1
 */
export function scenario(
  name: string,
  { worlds = 1, ...options }: ScriptOptions & { readonly worlds?: number },
  story: (s: Script, expect: Expect) => void,
): Scenario {
  return {
    name,
    play: () =>
      Array.from({ length: worlds }, (_, index) => {
        const s = script({ seed: index + 1, ...options });
        const wrong: string[] = [];
        story(s, (holds, otherwise) => {
          if (!holds) wrong.push(`at ${s.now.toFixed(1)} s: ${otherwise}`);
        });
        return [...s.faults, ...wrong];
      }).flat(),
  };
}

/** Lets time go on until a region owns a home. */
export function expectOwner(s: Script, expect: Expect, home: string, owner: string, by: number): void {
  s.until(() => s.owner(home) === owner, by);
  expect(
    s.owner(home) === owner,
    `${home} should be of ${owner} by ${by} s, and is of ${s.owner(home) ?? "nobody"}`,
  );
}

/** Lets time go on until the gate of a home is open in a region. */
export function expectOpen(s: Script, expect: Expect, home: string, region: string, by: number): void {
  s.until(() => s.open(home).includes(region), by);
  const open = s.open(home).join("") || "nowhere";
  expect(
    s.open(home).includes(region),
    `${home} should be open in ${region} by ${by} s, and is open ${open}`,
  );
}
