import { entryOf, given, isSet } from "../../core/expression";
import { KINDS } from "../../ownership/lease/table";
import type { GroupSettings } from "../configuration";
import { groupTopologyOf } from "../group-topology";
import { allow, type Statement } from "./document";
import { itemsOfKinds } from "./voter-policies";

/** What a health function may do: get passes from the table of its own region, and nothing else. */
export function healthStatements(configuration: GroupSettings, region: string): readonly Statement[] {
  const { ownershipTableArn } = groupTopologyOf(configuration, region);
  const key = entryOf(configuration.recovery?.ownershipKmsKeyArns, region);
  return [
    allow("Pass", ["dynamodb:GetItem"], ownershipTableArn, itemsOfKinds(KINDS.pass)),
    ...given(isSet(key), allow("OwnershipKey", ["kms:Decrypt"], key!)),
  ];
}
