import { type Range, REGIONS_PER_GROUP } from "../core/limits";

/** How many entries the file's maps have, which the schema cannot say. */
export const SIZES: Readonly<Record<string, Range>> = {
  regions: REGIONS_PER_GROUP,
  queues: { min: 1, max: Number.POSITIVE_INFINITY },
};

export function allowedSize(map: string): string {
  const { min, max } = SIZES[map]!;
  return max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max} ${map}`;
}
