import { anyOf, equal, fieldOf, first, isSet, not, wasGiven, when } from "../core/expression";
import { accountInArn, MODULE_REGION_SETTINGS, partitionNamed, regionInArn } from "../core/names";
import { isKnown, type Plain, type Value } from "../core/value";
import type { GroupSettings, RegionSettings } from "./configuration";
import { membersOf } from "./recovery/majority";
import { accountOf } from "./recovery/recovery";
import { type Findings, type GroupTableRule, ofEach } from "./rule";

/** Rules of each region of a group. A configuration and a module are held against the same table. */

type Region = Value<Plain<RegionSettings>>;

function ofRegions({ regions }: GroupSettings, find: (name: string, region: Region) => Findings): Findings {
  const all: unknown = isKnown(Object.keys(regions)) ? regions : MODULE_REGION_SETTINGS;
  return ofEach(
    all as Value<Readonly<Record<string, Plain<RegionSettings>>>>,
    { key: "name", value: "region" },
    find,
  );
}

/** Roles and queue policies do not reach across partitions. */
const onePartition: GroupTableRule = {
  path: "regions",
  find: (group) => {
    const member = first(membersOf(group));
    const partition = partitionNamed(member);
    return ofRegions(group, (name) => ({
      at: `.${name}`,
      value: name,
      holds: equal(partitionNamed(name), partition),
      allowed: `regions of the partition ${partition}, that of ${member}`,
    }));
  },
  fix: () => "use regions of one partition: roles and queue policies do not reach across partitions",
};

const ownAccountRole: GroupTableRule = {
  path: "regions",
  find: (group) =>
    ofRegions(group, (name, region) => {
      const role = fieldOf(region, "assumeRoleArn") as Value<string>;
      const account = fieldOf(region, "account");
      return {
        at: `.${name}.assume_role_arn`,
        value: role,
        holds: when(wasGiven(role), equal(accountInArn(role), account), true),
        allowed: `a role of the region's account ${account}`,
      };
    }),
  fix: () => "name a role of that account, or correct the account",
};

const ownCodeSigning: GroupTableRule = {
  path: "regions",
  find: (group) =>
    ofRegions(group, (name, region) => {
      const arn = fieldOf(region, "codeSigningConfigArn") as Value<string>;
      return {
        at: `.${name}.code_signing_config_arn`,
        value: arn,
        holds: when(wasGiven(arn), equal(regionInArn(arn), name), true),
        allowed: `a code signing configuration of ${name}`,
      };
    }),
  fix: () => "name one of that region: Lambda takes no other",
};

/** Regions call each other's tables of ownership by name, which DynamoDB looks up in the account of the caller. */
const oneAccountForOwnership: GroupTableRule = {
  path: "regions",
  find: (group) =>
    ofRegions(group, (name, region) => {
      const account = fieldOf(region, "account");
      const first = accountOf(group);
      return {
        at: `.${name}.account`,
        value: account,
        holds: anyOf(not(isSet(group.recovery)), equal(account, first)),
        allowed: `one account in all regions, ${first}, with recovery`,
      };
    }),
  fix: () => "use one account: regions look for each other's tables of ownership in their own",
};

export const REGION_TABLE: readonly GroupTableRule[] = [
  onePartition,
  ownAccountRole,
  ownCodeSigning,
  oneAccountForOwnership,
];
