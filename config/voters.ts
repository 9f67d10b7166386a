import {
  allOf,
  byName,
  call,
  entryOf,
  equal,
  given,
  isSet,
  joinedLists,
  known,
  not,
  plain,
  sorted,
  text,
  when,
} from "../core/expression";
import { ownershipTableName, tableArn, tableArnAnywhere } from "../core/names";
import { type Condition, isKnown, type Value } from "../core/value";
import type { GroupSettings } from "./configuration";
import { groupTopologies } from "./group-topology";
import { hasMembers, isDecidedByMajority, membersOf } from "./recovery/majority";
import { accountOf } from "./recovery/recovery";

/**
 * Who votes about ownership. A *voter* is the table of ownership of one region, known by that region. The group's own regions are its
 * *members*. A *witness* is a region that is none of them, and holds nothing but its table.
 */

/** Members that vote in a group of four without a witness: the fourth would add a table to lose, and no majority. */
const VOTERS_OF_FOUR = 3;

/**
 * By home, the regions whose tables vote about it, sorted. Ownership is founded with this list; afterwards the list is changed by command,
 * not by an apply. Three or five members vote, and of four the first three. A witness joins all members of two or four. Two members without
 * a witness have no majority that survives a lost region: each home is decided by its own table alone, and moved by order.
 */
export function votersOf(configuration: GroupSettings): Readonly<Record<string, Value<readonly string[]>>> {
  const homes = Object.keys(configuration.regions);
  const members = membersOf(configuration);
  const { witness } = configuration.recovery!;
  return Object.fromEntries(
    homes.map((home) => {
      const some = when(
        hasMembers(configuration, VOTERS_OF_FOUR + 1),
        firstOf(members, VOTERS_OF_FOUR),
        members,
      );
      const all = witness && when(isSet(witness), joinedLists(members, [text(witness.region)]), some);
      return [home, sorted(when(isDecidedByMajority(configuration), all ?? some, known([home])))];
    }),
  );
}

function firstOf(list: Value<readonly string[]>, count: number): Value<readonly string[]> {
  return isKnown(list) ? known(plain(list, "list").slice(0, count)) : call("slice", list, 0, count);
}

/** Where the witness is. Undefined without one. */
export interface WitnessTopology {
  readonly region: string;
  readonly account: Value<string>;
  readonly ownershipTableArn: string;
}

export function witnessTopologyOf({
  recovery,
  naming,
  failoverGroup,
}: GroupSettings): WitnessTopology | undefined {
  const witness = recovery?.witness;
  if (witness === undefined) return undefined;
  const { account } = witness;
  const region = text(witness.region);
  const name = ownershipTableName(naming.prefix, failoverGroup);
  return { region, account, ownershipTableArn: tableArn(region, account, name) };
}

/** Whether a witness is in another account than the group's regions. */
export function isAbroad({ account }: WitnessTopology, configuration: GroupSettings): Condition {
  return not(equal(account, accountOf(configuration)));
}

/**
 * By region, of all members and of the witness, what the members call the region's table of ownership. DynamoDB looks a name up in the
 * account of the caller, so a table in another account is called by its ARN, which stands wherever a name may:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
 */
export function ownershipTablesOf(configuration: GroupSettings): Value<Readonly<Record<string, string>>> {
  const { naming, failoverGroup, recovery } = configuration;
  const members = membersOf(configuration);
  const name = ownershipTableName(naming.prefix, failoverGroup);
  const witness = witnessTopologyOf(configuration);
  if (witness === undefined) return byName(members, () => name);
  const abroad = isAbroad(witness, configuration);
  return byName(joinedLists(members, given(isSet(recovery?.witness), witness.region)), (region) =>
    when(allOf(equal(region, witness.region), abroad), witness.ownershipTableArn, name),
  );
}

/** ARNs of the tables of ownership, of all members and of the witness, whether they vote or not. */
export function ownershipTableArns(configuration: GroupSettings): readonly string[] {
  const witness = witnessTopologyOf(configuration);
  return [
    ...groupTopologies(configuration).map(({ ownershipTableArn }) => ownershipTableArn),
    ...(witness ? given(isSet(configuration.recovery?.witness), witness.ownershipTableArn) : []),
  ];
}

/**
 * ARNs of all tables that may vote: those of the group's account in whichever region, and that of a witness abroad. While membership changes,
 * the list of voters names a region that the configuration has no longer, and a change of the list needs every table, old and new.
 */
export function voterTableArns(configuration: GroupSettings): readonly string[] {
  const { naming, failoverGroup, recovery, regions } = configuration;
  const [first] = Object.keys(regions);
  const witness = witnessTopologyOf(configuration);
  const name = ownershipTableName(naming.prefix, failoverGroup);
  return [
    tableArnAnywhere(first!, accountOf(configuration), name),
    ...(witness
      ? given(allOf(isSet(recovery?.witness), isAbroad(witness, configuration)), witness.ownershipTableArn)
      : []),
  ];
}

/** Keys of KMS by which those tables are encrypted. None: by keys of DynamoDB. */
export function ownershipKmsKeyArns({ regions, recovery }: GroupSettings): readonly Value<string>[] {
  const keys = recovery?.ownershipKmsKeyArns;
  const witness = recovery?.witness;
  return [...Object.keys(regions), ...(witness ? [witness.region] : [])].flatMap(
    (region) => entryOf(keys, region) ?? [],
  );
}
