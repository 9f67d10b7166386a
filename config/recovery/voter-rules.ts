import { partitionOf } from "../../core/names";
import type { Rule } from "../rule";

/** Of the witness and of the tables of ownership. */

const witnessInPartition: Rule = ({ recovery, regions }) => {
  const [first] = Object.keys(regions);
  const region = recovery?.witness?.region;
  if (region === undefined || first === undefined || partitionOf(region) === partitionOf(first)) return [];
  return [
    {
      path: "recovery.witness.region",
      value: region,
      allowed: `a region of the partition ${partitionOf(first)}, that of ${first}`,
      fix: "name a region of that partition: roles do not reach across partitions",
    },
  ];
};

export const VOTER_RULES: readonly Rule[] = [witnessInPartition];
