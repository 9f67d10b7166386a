import { LEASE } from "./lease-program";
import { PROFILES, pairOf } from "./profiles";
import { report, simulate } from "./simulate";

/** Seeds of one profile; without a name, any two kinds of faults at once. */
export interface Batch {
  readonly profile?: string;
  readonly first: number;
  readonly count: number;
}

/** Runs batches of random seeds, given as JSON, and prints for each a line of JSON: what was found, for a person. */
function main([batches = "[]"]: readonly string[]): void {
  for (const batch of JSON.parse(batches) as Batch[])
    process.stdout.write(`${JSON.stringify(found(batch))}\n`);
}

function found({ profile: name, first, count }: Batch): readonly string[] {
  const named = PROFILES.find((profile) => profile.name === name);
  return Array.from({ length: count }, (_, index) => first + index)
    .map((seed) => simulate(seed, named ?? pairOf(seed), LEASE))
    .filter(({ violations }) => violations.length > 0)
    .map(report);
}

if (require.main === module) main(process.argv.slice(2));
