import { LEASE } from "./lease-program";
import { PROFILES, type Profile, pairOf, profileOf, tripleOf } from "./profiles";
import { type Outcome, report, simulate } from "./simulate";

/**
 * What a range of seeds finds, by profile: `npx tsx tests/ownership/lease/seeds.ts FIRST COUNT [PROFILE]`. `pairs` and
 * `triples` have two and three kinds of faults at once, by seed. `SHOW=3` prints the first three runs with violations.
 */
function main([first = "0", count = "100", only]: readonly string[]): void {
  const byProfile = new Map<string, Outcome[]>();
  const began = performance.now();
  let left = Number(process.env.SHOW ?? 0);
  for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
    const outcome = simulate(seed, chosen(seed, only), LEASE);
    const name = PROFILES.some((profile) => profile.name === outcome.profile)
      ? outcome.profile
      : only === "triples"
        ? only
        : "pairs";
    byProfile.set(name, [...(byProfile.get(name) ?? []), outcome]);
    if (outcome.violations.length > 0 && left-- > 0) console.log(`${report(outcome)}\n`);
  }
  for (const [name, outcomes] of byProfile) console.log(lineOf(name, outcomes));
  console.log(`${((performance.now() - began) / 1000).toFixed(1)} s`);
}

function chosen(seed: number, only: string | undefined): Profile {
  if (only === undefined) return profileOf(seed);
  if (only === "pairs") return pairOf(seed);
  if (only === "triples") return tripleOf(seed);
  const profile = PROFILES.find(({ name }) => name === only) ?? pairNamed(only);
  if (profile === undefined)
    throw new Error(`profiles: pairs, triples, ${PROFILES.map(({ name }) => name).join(", ")}`);
  return profile;
}

function pairNamed(name: string): Profile | undefined {
  const kinds = name
    .split(" and ")
    .map((kind) => PROFILES.find((profile) => profile.name === kind)?.faults[0]);
  const faults = kinds.flatMap((kind) => kind ?? []);
  return faults.length > 1 && faults.length === kinds.length ? { name, faults } : undefined;
}

function lineOf(name: string, outcomes: readonly Outcome[]): string {
  const bad = outcomes.filter(({ violations }) => violations.length > 0);
  const sum = (of: (outcome: Outcome) => number) => outcomes.map(of).reduce((one, other) => one + other, 0);
  const most = (of: (outcome: Outcome) => number) => Math.max(...outcomes.map(of));
  const kinds = new Map<string, number>();
  for (const { violations } of bad)
    for (const kind of new Set(violations.map(({ invariant }) => invariant)))
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const figures = [
    `seeds ${outcomes.length}`,
    `bad ${bad.length}`,
    ...[...kinds].map(([kind, times]) => `${kind}×${times}`),
    ...(bad[0] ? [`first ${bad[0].seed}`] : []),
    `takes ${sum(({ statistics }) => statistics.takes)}`,
    `hand-overs ${sum(({ statistics }) => statistics.handOvers)}`,
    `lists ${sum(({ statistics }) => statistics.listChanges)}`,
    `forces ${sum(({ statistics }) => statistics.forces)}`,
    `gap ${most(gapOf) / 1000} (seed ${outcomes.find((one) => gapOf(one) === most(gapOf))?.seed})`,
    `work ${most(({ statistics }) => statistics.longestWorkGapMs) / 1000}`,
    `own gate ${most(({ statistics }) => statistics.longestOwnGapMs) / 1000}`,
    `events ${Math.round(sum(({ statistics }) => statistics.events) / outcomes.length)}`,
  ];
  return `${name.padEnd(18)} ${figures.join("  ")}`;
}

function gapOf({ statistics }: Outcome): number {
  return statistics.longestGapMs;
}

main(process.argv.slice(2));
