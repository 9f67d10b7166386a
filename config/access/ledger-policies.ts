import { entryOf, given, isEmpty, not, present } from "../../core/expression";
import type { GroupSettings } from "../configuration";
import { allow, type Statement } from "./document";

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
  { ledger }: GroupSettings,
  regions: readonly string[],
): readonly Statement[] {
  const keys = present(regions.flatMap((region) => entryOf(ledger?.managed?.kmsKeyArns, region) ?? []));
  return given(not(isEmpty(keys)), allow("LedgerKey", ["kms:Decrypt"], keys));
}
