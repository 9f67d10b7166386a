import type { Configuration } from "../../config/configuration";
import type { GroupTopology } from "../../config/group-topology";
import { distinct, given, isEmpty, not, present } from "../../core/expression";
import { allow, type Statement } from "./document";

export const READ_PARAMETERS = ["ssm:GetParameter", "ssm:GetParameters"] as const;

/**
 * What asks who answers for a home: roles and states of the regions in which it runs, and the roles of those that it asks when its
 * own region may just have come back.
 */
export function readOwnership(
  own: readonly GroupTopology[],
  asked: readonly GroupTopology[],
): readonly Statement[] {
  const arns = [
    ...own.flatMap(({ parameterArns: { roles, states } }) => [roles, states]),
    ...asked.map(({ parameterArns }) => parameterArns.roles),
  ];
  return [allow("Ownership", READ_PARAMETERS, distinct(arns))];
}

/**
 * Items of the ledger by the beginnings of their ids. An action without a key would pass a condition for all values, so name only
 * actions that have one: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function itemsOf(...ids: readonly string[]): Statement["Condition"] {
  return { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ids } };
}

/**
 * DynamoDB decrypts the key of a table as whoever calls, if the table is encrypted by a customer's key:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
export function ledgerKeyStatements(
  { ledger }: Configuration,
  regions: readonly string[],
): readonly Statement[] {
  const keys = present(regions.flatMap((region) => ledger?.managed?.kmsKeyArns?.[region] ?? []));
  return given(not(isEmpty(keys)), allow("LedgerKey", ["kms:Decrypt"], keys));
}
