import { decided } from "../../core/expression";
import { ownershipTableName, partitionOf } from "../../core/names";
import { settingsOf } from "../configuration";
import { inOwnRegion, type Rule } from "../rule";
import { mayTakeOver } from "./majority";

/** Of the witness and of the tables of ownership. */

/** An even number of regions needs one vote more before peers may take over by themselves. */
const takeoverByMajority: Rule = (configuration) => {
  const { recovery, dns } = configuration;
  if (recovery === undefined || decided(mayTakeOver(settingsOf(configuration)))) return [];
  const { takeover, takeoverIsChosen } = recovery;
  if (takeoverIsChosen ? takeover === "manual" : dns === undefined) return [];
  return [
    {
      path: "recovery.takeover",
      value: takeoverIsChosen ? takeover : undefined,
      allowed: "manual in a group of two or four regions without a witness, which with dns has to say so",
      fix: 'add a witness, a region that holds nothing but a table ("witness": { "region": … }), or a third region (to four: a fifth), and peers take over by themselves; or say "takeover": "manual", and they do by order only',
    },
  ];
};

const witnessIsNoMember: Rule = ({ recovery, regions }) => {
  const names = Object.keys(regions);
  const region = recovery?.witness?.region;
  if (region === undefined || !names.includes(region)) return [];
  return [
    {
      path: "recovery.witness.region",
      value: region,
      allowed: `a region other than ${names.join(", ")}`,
      fix: "name another region: this one votes already, and would be lost together with its second vote",
    },
  ];
};

const witnessHasAVote: Rule = ({ recovery, regions }) => {
  const count = Object.keys(regions).length;
  const region = recovery?.witness?.region;
  if (region === undefined || count % 2 === 0) return [];
  return [
    {
      path: "recovery.witness",
      value: region,
      allowed: `nothing with ${count} regions, whose own tables are an odd number`,
      fix: "take it out: a majority of the regions' own tables decides",
    },
  ];
};

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

const witnessRole: Rule = ({ recovery }) => {
  const { account, assumeRoleArn } = recovery?.witness ?? {};
  if (assumeRoleArn === undefined || assumeRoleArn.split(":")[4] === account) return [];
  return [
    {
      path: "recovery.witness.assume_role_arn",
      value: assumeRoleArn,
      allowed: `a role of the witness's account ${account}`,
      fix: "name a role of that account, or name the role's in recovery.witness.account",
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

const ownershipTableIsNoLedger: Rule = ({ recovery, ledger, naming, failoverGroup }) =>
  recovery && ledger?.tableName === ownershipTableName(naming.prefix, failoverGroup)
    ? [
        {
          path: "ledger.table_name",
          value: ledger.tableName,
          allowed: "any name but that of the group's table of ownership",
          fix: "rename the table, or the failover group",
        },
      ]
    : [];

export const VOTER_RULES: readonly Rule[] = [
  takeoverByMajority,
  witnessIsNoMember,
  witnessHasAVote,
  witnessInPartition,
  witnessRole,
  ownershipKeys,
  ownershipTableIsNoLedger,
];
