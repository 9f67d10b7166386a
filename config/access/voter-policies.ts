import { given, isEmpty, not, present } from "../../core/expression";
import { accountRootArn } from "../../core/names";
import { KINDS, type Kind, LEASE_KINDS } from "../../ownership/lease/table";
import type { GroupSettings } from "../configuration";
import { groupTopologies } from "../group-topology";
import { accountOf } from "../recovery/recovery";
import { ownershipKmsKeyArns, ownershipTableArns, voterTableArns, type WitnessTopology } from "../voters";
import { allow, type PolicyDocument, policyDocument, type Statement } from "./document";
import { rolesAdmitted } from "./principals";

const READ = ["dynamodb:Query"] as const;
const WRITE = ["dynamodb:PutItem", "dynamodb:UpdateItem"] as const;
const READ_ONE = ["dynamodb:GetItem"] as const;

/**
 * Items of some kinds, which are hash keys. A condition for all values also holds where there is no value. Every action that is allowed with
 * this condition names a key, so that there is a value, unless there is no table: nobody knows then which attribute is the key. DynamoDB
 * has to be able to say so, because a home is founded once every region has answered that it has no claim.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function itemsOfKinds(...kinds: readonly Kind[]) {
  return { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": kinds } };
}

/**
 * What a controller does with the tables of ownership: in every region, because a majority of them decides. Notes name logical queues, so
 * they stand in no witness.
 */
export function voteStatements(configuration: GroupSettings): readonly Statement[] {
  const members = groupTopologies(configuration).map(({ ownershipTableArn }) => ownershipTableArn);
  return [
    allow("Vote", [...READ, ...WRITE], voterTableArns(configuration), itemsOfKinds(...LEASE_KINDS)),
    allow("Note", [...READ, "dynamodb:PutItem"], members, itemsOfKinds(KINDS.notes)),
    ...ownershipKeyStatements(configuration),
  ];
}

/** What reads whether a region may process the messages of a home. Any table will do, so that each may be gone. */
export function readPassStatements(configuration: GroupSettings): readonly Statement[] {
  return [
    allow("Passes", READ_ONE, ownershipTableArns(configuration), itemsOfKinds(KINDS.pass)),
    ...ownershipKeyStatements(configuration),
  ];
}

/** What an operator does: looks, orders, and makes good for a table that was emptied, by its claims alone. */
export function operateVotersStatements(configuration: GroupSettings): readonly Statement[] {
  const tables = voterTableArns(configuration);
  return [
    allow("LookAtVoters", READ, tables, itemsOfKinds(...LEASE_KINDS)),
    allow("OrderAtVoters", WRITE, tables, itemsOfKinds(KINDS.order)),
    allow("RestoreVoters", ["dynamodb:PutItem"], tables, itemsOfKinds(KINDS.lease)),
    ...ownershipKeyStatements(configuration),
  ];
}

/** As with the ledger, DynamoDB decrypts as whoever calls. */
function ownershipKeyStatements(configuration: GroupSettings): readonly Statement[] {
  const keys = present(ownershipKmsKeyArns(configuration));
  return given(not(isEmpty(keys)), allow("OwnershipKey", ["kms:Decrypt"], keys));
}

/**
 * Policy of a witness's table in another account than the group's, from which nobody else is admitted. Controllers are named; readers and
 * operators are roles of the user's, so the account decides about them, as about the tables in it.
 */
export function witnessPolicy(
  configuration: GroupSettings,
  { region, ownershipTableArn: resource }: WitnessTopology,
): PolicyDocument {
  const roles = groupTopologies(configuration).map(({ controller }) => controller.roleArn);
  const { Condition: isController, ...controllers } = rolesAdmitted(roles, {
    sid: "Controllers",
    actions: [...READ, ...WRITE],
    resource,
    region,
  });
  const account = accountRootArn(region, accountOf(configuration));
  const ofAccount = (Sid: string, Action: readonly string[], ...kinds: readonly Kind[]): Statement => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS: account },
    Action,
    Resource: resource,
    Condition: itemsOfKinds(...kinds),
  });
  return policyDocument([
    { ...controllers, Condition: { ...isController, ...itemsOfKinds(...LEASE_KINDS) } },
    ofAccount("Readers", READ_ONE, KINDS.pass),
    ofAccount("Operators", READ, ...LEASE_KINDS),
    ofAccount("Orders", WRITE, KINDS.order),
    ofAccount("Restores", ["dynamodb:PutItem"], KINDS.lease),
  ]);
}
