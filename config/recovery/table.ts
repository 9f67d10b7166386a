import {
  allOf,
  anyOf,
  call,
  decided,
  distinct,
  each,
  equal,
  expression,
  fieldOf,
  first,
  isAtLeast,
  isAtMost,
  isOneOf,
  isSet,
  joinedLists,
  keysIn,
  known,
  not,
  objectOf,
  shown,
  size,
  text,
  wasGiven,
  when,
} from "../../core/expression";
import {
  accountInArn,
  canaryQueue,
  MODULE_QUEUE_SETTINGS,
  MODULE_REGION_SETTINGS,
  ownershipTableName,
  partitionNamed,
} from "../../core/names";
import { isKnown, type Operand, type Value } from "../../core/value";
import type { Configuration, GroupSettings } from "../configuration";
import {
  entriesOf,
  isMember,
  keysOfRegions,
  namesOfMembers,
  ofMembers,
  ofRegion,
  otherMembers,
} from "../entry-rules";
import { type GroupTableRule, ofEach } from "../rule";
import { hasMembers, mayTakeOver, membersOf } from "./majority";

/** Rules of the recovery of a group and of its ledger. A configuration and a module are held against the same tables. */

/** Accounts of the regions of a group, in their order. */
export function accountsOf({ regions }: Pick<GroupSettings, "regions">): Value<readonly string[]> {
  const names = Object.keys(regions);
  if (isKnown(names)) return joinedLists(names.map((name) => regions[name]!.account));
  return each(membersOf({ regions }), (region) => expression`${MODULE_REGION_SETTINGS}[${region}].account`);
}

export function isOneAccount(group: Pick<GroupSettings, "regions">) {
  return equal(size(distinct(accountsOf(group))), 1);
}

const handBackTimeout: GroupTableRule = {
  path: "recovery.hand_back_timeout_seconds",
  find: ({ recovery }) => ({
    value: recovery?.handBackTimeoutSeconds,
    holds:
      recovery === undefined ||
      anyOf(not(isSet(recovery)), isAtLeast(recovery.handBackTimeoutSeconds, recovery.inFlightSeconds)),
    allowed: `at least in_flight_seconds, ${recovery?.inFlightSeconds}`,
  }),
  fix: ({ recovery }) =>
    `raise it to ${recovery!.inFlightSeconds}: the home would begin while the last owner's consumers still work`,
};

/** An even number of regions needs one vote more before peers may take over by themselves. */
const takeoverByMajority: GroupTableRule = {
  path: "recovery.takeover",
  find: (group) => {
    const { recovery, dns } = group;
    const isChosen = recovery?.takeoverIsChosen ?? known(false);
    return {
      value: when(isChosen, recovery?.takeover, null),
      holds: anyOf(
        not(isSet(recovery)),
        mayTakeOver(group),
        when(isChosen, equal(recovery?.takeover, "manual"), not(isSet(dns))),
      ),
      allowed: "manual in a group of two or four regions without a witness, which with dns has to say so",
    };
  },
  fix: () =>
    'add a witness, a region that holds nothing but a table ("witness": { "region": … }), or a third region (to four: a fifth), and peers take over by themselves; or say "takeover": "manual", and they do by order only',
};

/** A rule about the witness, where there is one. */
const ofWitness = (
  path: string,
  find: (
    witness: Witness,
    group: GroupSettings,
  ) => { readonly holds: Operand<boolean>; readonly allowed: string },
  fix: string,
  value: (witness: Witness) => unknown = ({ region }) => region,
): GroupTableRule => ({
  path,
  find: (group) => {
    const witness = group.recovery?.witness;
    if (witness === undefined) return [];
    const { holds, allowed } = find(witness, group);
    return { value: value(witness), holds: when(isSet(witness), holds, true), allowed };
  },
  fix: () => fix,
});
type Witness = NonNullable<NonNullable<GroupSettings["recovery"]>["witness"]>;

const ownershipKeys: GroupTableRule = {
  path: "recovery.ownership_kms_key_arns",
  find: (group) => {
    const witness = group.recovery?.witness;
    const regions = joinedLists(
      membersOf(group),
      witness === undefined ? known([]) : when(isSet(witness), known([text(witness.region)]), known([])),
    );
    return keysOfRegions(group.recovery?.ownershipKmsKeyArns, regions, "of the group and its witness");
  },
  fix: () => "name a key of each region, or take ownership_kms_key_arns out and let DynamoDB use its own",
};

const takeoverOrder: GroupTableRule = {
  path: "recovery.takeover_order",
  find: (group) => otherMembers(group, group.recovery?.chosenTakeoverOrder),
  fix: () => "name other regions of the group, each once",
};

const canaryName: GroupTableRule = {
  path: "queues",
  find: ({ recovery, failoverGroup, queues }) => {
    const canary = canaryQueue(failoverGroup);
    const names = Object.keys(queues);
    const authors = isKnown(names)
      ? known(names.filter((name) => decided(queues[name]!.canary) === false))
      : keysIn(MODULE_QUEUE_SETTINGS);
    return {
      at: `.${canary}`,
      value: canary,
      holds: anyOf(not(isSet(recovery)), not(isOneOf(canary, authors))),
      allowed: "any name but that of the group's canary",
    };
  },
  fix: () => "rename the logical queue, or the failover group",
};

const alarmTopics: GroupTableRule = {
  path: "recovery.alarm_action_arns",
  find: (group) => {
    const topics = group.recovery?.alarmActionArns;
    return [
      ofMembers(group, topics),
      ofEach(entriesOf(topics), { key: "region", value: "arns" }, (region, arns) =>
        ofEach(arns, { key: "index", value: "arn" }, (_, arn) => {
          const finding = ofRegion(region, arn, "topic");
          return { ...finding, holds: anyOf(not(isMember(group, region)), finding.holds) };
        }),
      ),
    ];
  },
  fix: () => "name regions of the group, and topics of that region; CloudWatch tells no other",
};

export const WITNESS_TABLE: readonly GroupTableRule[] = [
  ownershipKeys,
  ofWitness(
    "recovery.witness.region",
    ({ region }, group) => {
      const member = first(membersOf(group));
      return {
        holds: equal(partitionNamed(region), partitionNamed(member)),
        allowed: `a region of the partition ${partitionNamed(member)}, that of ${member}`,
      };
    },
    "name a region of that partition: roles do not reach across partitions",
  ),
  ofWitness(
    "recovery.witness.region",
    ({ region }, group) => ({
      holds: not(isOneOf(region, membersOf(group))),
      allowed: `a region other than ${namesOfMembers(group)}`,
    }),
    "name another region: this one votes already, and would be lost together with its second vote",
  ),
  ofWitness(
    "recovery.witness",
    (_, group) => ({
      holds: anyOf(hasMembers(group, 2), hasMembers(group, 4)),
      allowed: `nothing with ${size(membersOf(group))} regions, whose own tables are an odd number`,
    }),
    "take it out: a majority of the regions' own tables decides",
  ),
  ofWitness(
    "recovery.witness.assume_role_arn",
    ({ account, assumeRoleArn: role }) => ({
      holds: role === undefined || when(isSet(role), equal(accountInArn(role), account), true),
      allowed: `a role of the witness's account ${shown(account)}`,
    }),
    "name a role of that account, or name the role's in recovery.witness.account",
    ({ assumeRoleArn }) => assumeRoleArn,
  ),
];

/** The order in which peers take over, which records heed as well. */
export const TAKEOVER_TABLE: readonly GroupTableRule[] = [takeoverOrder];

export const RECOVERY_TABLE: readonly GroupTableRule[] = [
  ...TAKEOVER_TABLE,
  canaryName,
  alarmTopics,
  handBackTimeout,
  takeoverByMajority,
  ...WITNESS_TABLE,
];

const oneAccount: GroupTableRule = {
  path: "ledger",
  find: (group) => ({
    value: accountsOf(group),
    holds: anyOf(not(isSet(group.ledger)), not(isSet(group.ledger?.managed)), isOneAccount(group)),
    allowed: "a managed ledger in one account, that of all regions",
  }),
  fix: () => "use one account, or bring a table that is there in every region (ledger.table_name)",
};

const needsRecovery: GroupTableRule = {
  path: "ledger",
  find: ({ ledger, recovery }) => ({
    value: when(isSet(ledger?.managed), "a managed ledger", ledger?.tableName ?? null),
    holds: anyOf(not(isSet(ledger)), isSet(recovery)),
    allowed: "nothing without recovery",
  }),
  fix: () => 'add "recovery": {}, or take the ledger out: nothing would read it',
};

type Ledger = NonNullable<GroupSettings["ledger"]>;

/** Settings of a table that the project makes are none of one that is brought. */
const ofManaged = (
  setting: string,
  of: (ledger: Ledger) => unknown,
  told: (ledger: Ledger) => unknown = of,
): GroupTableRule => ({
  path: `ledger.${setting}`,
  find: ({ ledger }) => ({
    value: ledger && told(ledger),
    holds:
      ledger === undefined || anyOf(not(isSet(ledger)), isSet(ledger.managed), not(wasGiven(of(ledger)))),
    allowed: "nothing together with ledger.table_name",
  }),
  fix: () => "take it out and set it where the table is made, or take table_name out for a managed ledger",
});

const ownershipIsNoLedger: GroupTableRule = {
  path: "ledger.table_name",
  find: ({ recovery, ledger, naming, failoverGroup }) => ({
    value: ledger?.tableName,
    holds: not(
      allOf(
        isSet(recovery),
        isSet(ledger),
        equal(ledger?.tableName, ownershipTableName(naming.prefix, failoverGroup)),
      ),
    ),
    allowed: "any name but that of the group's table of ownership",
  }),
  fix: () => "rename the table, or the failover group",
};

type Billing = NonNullable<NonNullable<Configuration["ledger"]>["billing"]>;
type Provisioned = Extract<Billing, { readonly readCapacityUnits: unknown }>;

const capacity = (what: "Read" | "Write"): GroupTableRule => {
  const word = what.toLowerCase() as Lowercase<typeof what>;
  const least = `${word}CapacityUnits` as const;
  const most = `maximum${what}CapacityUnits` as const;
  return {
    path: `ledger.billing.${word}_capacity_units`,
    find: ({ ledger }) => {
      const value = billed(ledger, least);
      const limit = billed(ledger, most);
      return {
        value,
        holds: value === undefined || limit === undefined || when(isSet(value), isAtMost(value, limit), true),
        allowed: `at most maximum_${word}_capacity_units, ${shown(limit)}`,
      };
    },
    fix: ({ ledger }) => `lower it to ${(ledger!.billing as Provisioned)[most]}, or raise the maximum`,
  };
};

/** What a table's billing has in a field, if it has one. */
function billed<K extends keyof Provisioned>(ledger: Ledger | undefined, field: K) {
  const billing = ledger?.billing as Value<Provisioned> | undefined;
  if (billing === undefined) return undefined;
  const value = fieldOf(billing, field);
  return objectOf(billing) === undefined ? call<Provisioned[K]>("try", value, null) : value;
}

const ledgerKeys: GroupTableRule = {
  path: "ledger.kms_key_arns",
  find: (group) => keysOfRegions(group.ledger?.kmsKeyArns, membersOf(group)),
  fix: () => "name a key of each region, or take kms_key_arns out and let DynamoDB use its own",
};

export const LEDGER_TABLE: readonly GroupTableRule[] = [
  ledgerKeys,
  oneAccount,
  needsRecovery,
  ownershipIsNoLedger,
  ofManaged(
    "billing",
    ({ billing }) => billing,
    (ledger) => ({ type: billed(ledger, "type") }),
  ),
  ofManaged("kms_key_arns", ({ kmsKeyArns }) => kmsKeyArns),
  ofManaged("point_in_time_recovery", ({ pointInTimeRecovery }) => pointInTimeRecovery),
  ofManaged("deletion_protection", ({ deletionProtection }) => deletionProtection),
  capacity("Read"),
  capacity("Write"),
];
