import { GetParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { ParameterNames } from "./parameters";
import { parseRoles, type Roles } from "./roles";
import { parseStates, type States } from "./states";

/** Roles and states as one region has them; what does not exist there is missing. */
export interface RegionParameters {
  readonly roles?: Roles;
  readonly states?: States;
}

/**
 * Reads both parameters of a region in one call. Throws when the call fails, or when a parameter cannot be understood.
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
 */
export async function readParameters(
  client: Pick<SSMClient, "send">,
  names: Pick<ParameterNames, "roles" | "states">,
): Promise<RegionParameters> {
  const values = await valuesOf(client, [names.roles, names.states]);
  const [roles, states] = [values.get(names.roles), values.get(names.states)];
  return {
    ...(roles === undefined ? {} : { roles: parseRoles(roles) }),
    ...(states === undefined ? {} : { states: parseStates(states) }),
  };
}

/** The roles of a region; undefined when it has none. Throws as {@link readParameters}. */
export async function readRoles(
  client: Pick<SSMClient, "send">,
  names: Pick<ParameterNames, "roles">,
): Promise<Roles | undefined> {
  const roles = (await valuesOf(client, [names.roles])).get(names.roles);
  return roles === undefined ? undefined : parseRoles(roles);
}

async function valuesOf(
  client: Pick<SSMClient, "send">,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { Parameters = [] } = await client.send(new GetParametersCommand({ Names: [...names] }));
  return new Map(
    Parameters.flatMap(({ Name, Value }) =>
      Name === undefined || Value === undefined ? [] : [[Name, Value]],
    ),
  );
}
