import { LEASE } from "../lease-program";
import { PROFILES, profileOf } from "../profiles";
import { SCENARIOS } from "../scenarios";
import { simulate } from "../simulate";

/**
 * Looks for something that goes wrong, first in the scenarios, then in random runs, and prints the first thing found as JSON. Bundled with a
 * mutant in place of a rule.
 */
export interface Found {
  readonly by: string;
  readonly what: string;
}

/** @param seeds of each profile named, or of all in turn */
function hunt(seeds: number, profiles: readonly string[]): Found | undefined {
  for (const { name, play } of SCENARIOS) {
    const [what] = attempt(play);
    if (what !== undefined) return { by: `scenario: ${name}`, what };
  }
  for (let seed = 0; seed < seeds; seed += 1) {
    const named = PROFILES.filter(({ name }) => profiles.includes(name));
    for (const profile of named.length === 0 ? [profileOf(seed)] : named) {
      const [what] = attempt(() =>
        simulate(seed, profile, LEASE).violations.map(({ invariant, detail }) => `${invariant}: ${detail}`),
      );
      if (what !== undefined) return { by: `seed ${seed} of ${profile.name}`, what };
    }
  }
  return undefined;
}

function attempt(play: () => readonly string[]): readonly string[] {
  try {
    return play();
  } catch (error) {
    throw new Error("a mutant breaks a rule, not the code", { cause: error });
  }
}

const [seeds = "0", ...profiles] = process.argv.slice(2);
process.stdout.write(JSON.stringify(hunt(Number(seeds), profiles) ?? null));
