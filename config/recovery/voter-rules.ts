import { partitionOf } from "../../core/names";
import { inOwnRegion, type Rule } from "../rule";

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

const ownershipKeys: Rule = ({ recovery, regions }) => {
  const keys = recovery?.ownershipKmsKeyArns;
  if (keys === undefined) return [];
  const path = "recovery.ownership_kms_key_arns";
  const witness = recovery?.witness?.region;
  const missing = [...Object.keys(regions), ...(witness === undefined ? [] : [witness])]
    .filter((region) => keys[region] === undefined)
    .map((region) => ({
      path: `${path}.${region}`,
      value: undefined,
      allowed: `a key of ${region}, for every region of the group and its witness`,
      fix: "add the key, or take ownership_kms_key_arns out and let DynamoDB use its own",
    }));
  return [...missing, ...inOwnRegion(Object.entries(keys), path, "key")];
};

export const VOTER_RULES: readonly Rule[] = [witnessInPartition, ownershipKeys];
