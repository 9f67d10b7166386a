import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { Route53Client } from "@aws-sdk/client-route-53";
import { PutParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { Configuration } from "../config/configuration";
import { type GroupTopology, groupTopologies } from "../config/group-topology";
import { LEASE_SECONDS } from "../core/limits";
import { readParameters } from "../ownership/read-parameters";
import { encodeRoles, initialRoles, mergeRoles, type Roles } from "../ownership/roles";
import type { States } from "../ownership/states";

/** What a region says of ownership. */
export type RegionView = Answer | Silence;

export interface Answer {
  readonly region: string;
  readonly reached: true;
  readonly roles: Roles;
  /** Missing until the region's stack is applied. */
  readonly states?: States;
}

export interface Silence {
  readonly region: string;
  readonly reached: false;
  /** Name of the error. */
  readonly error: string;
}

export interface Clients {
  readonly ssm: (region: string) => Pick<SSMClient, "send">;
  readonly lambda: (region: string) => Pick<LambdaClient, "send">;
  /** @param region any of the group: Route 53 has one endpoint for a partition */
  readonly route53: (region: string) => Route53Client;
}

/** A failover group as an operator reaches it: by data planes, region by region, each of which may be gone. */
export class Group {
  readonly regions: readonly string[];
  private readonly topologies: readonly GroupTopology[];

  constructor(
    readonly configuration: Configuration,
    private readonly clients: Clients,
  ) {
    this.topologies = groupTopologies(configuration);
    this.regions = this.topologies.map(({ region }) => region);
  }

  /** What every region says, in the order of the configuration. */
  look(): Promise<readonly RegionView[]> {
    return Promise.all(
      this.topologies.map(async ({ region, parameters }): Promise<RegionView> => {
        try {
          const { roles = initialRoles(this.regions), states } = await readParameters(
            this.clients.ssm(region),
            parameters,
          );
          return { region, reached: true, roles, ...(states && { states }) };
        } catch (error) {
          return { region, reached: false, error: nameOf(error) };
        }
      }),
    );
  }

  /** What is ordered, as far as the regions that answered know. */
  rolesIn(views: readonly RegionView[]): Roles {
    return mergeRoles(
      initialRoles(this.regions),
      ...views.flatMap((view) => (view.reached ? [view.roles] : [])),
    );
  }

  /** Writes roles in a region. @returns the name of the error, if it failed */
  async write(region: string, roles: Roles): Promise<string | undefined> {
    const command = new PutParameterCommand({
      Name: this.topology(region).parameters.roles,
      Value: encodeRoles(roles),
      Type: "String",
      Overwrite: true,
    });
    try {
      await this.clients.ssm(region).send(command);
      return undefined;
    } catch (error) {
      return nameOf(error);
    }
  }

  /** Has a region's controller run now rather than within a minute; it makes no difference but of time when that fails. */
  async wake(region: string): Promise<void> {
    const { controller } = this.topology(region);
    const command = new InvokeCommand({ FunctionName: controller.name, InvocationType: "Event" });
    await this.clients
      .lambda(region)
      .send(command)
      .catch(() => undefined);
  }

  private topology(region: string): GroupTopology {
    return this.topologies.find((topology) => topology.region === region)!;
  }
}

/**
 * Whether a region answers while its controller has not run for longer than the lease of its roles: its functions and consumers no
 * longer believe what they know and ask other regions, and nobody there releases a home.
 * @param now epoch milliseconds
 */
export function isSilent(view: RegionView, now: number): boolean {
  return view.reached && view.states !== undefined && now - view.states.checkedAt > LEASE_SECONDS * 1_000;
}

/** Name of an error, or its code where the name tells nothing, as with errors of Node's. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, code } = error as { readonly name: string; readonly code?: unknown };
  return name === "Error" && typeof code === "string" ? code : name;
}
