import type { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { ParameterNames } from "../ownership/parameters";
import { type RegionParameters, readParameters } from "../ownership/read-parameters";

/** Roles and states of a region, and the account that they are in. */
export interface FoundParameters extends RegionParameters {
  /** Missing where the answer shows no ARN: nothing was found, say. */
  readonly account?: string;
}

/**
 * Reads what {@link readParameters} reads, and the account off the ARNs in the answer: a parameter that is read by its name is always in
 * the caller's account.
 */
export async function findParameters(
  client: Pick<SSMClient, "send">,
  names: Pick<ParameterNames, "roles" | "states">,
): Promise<FoundParameters> {
  const arns: string[] = [];
  const send = async (command: GetParametersCommand) => {
    const answer = await client.send(command);
    arns.push(...(answer.Parameters ?? []).flatMap(({ ARN }) => ARN ?? []));
    return answer;
  };
  const found = await readParameters({ send } as unknown as Pick<SSMClient, "send">, names);
  const account = arns.map((arn) => arn.split(":")[4]).find(Boolean);
  return { ...found, ...(account !== undefined && { account }) };
}
