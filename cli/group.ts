import { InvokeCommand } from "@aws-sdk/client-lambda";
import { PutParameterCommand } from "@aws-sdk/client-ssm";
import type { Configuration } from "../config/configuration";
import { type GroupTopology, groupTopologies } from "../config/group-topology";
import { LEASE_SECONDS } from "../core/limits";
import { encodeRoles, initialRoles, mergeRoles, type Roles } from "../ownership/roles";
import type { States } from "../ownership/states";
import type { Clients } from "./clients";
import { findParameters } from "./region-parameters";
import { accountIn, type Trouble, troubleOf } from "./trouble";

/** What a region says of ownership. */
export type RegionView = Answer | Silence;

export interface Answer {
  readonly region: string;
  readonly reached: true;
  /** Missing until the region's stack is applied. */
  readonly roles?: Roles;
  /** Missing until the region's controller has run. */
  readonly states?: States;
  /** Account of the caller, where the answer shows it. */
  readonly account?: string;
}

/** A region that could not be looked at. */
export interface Silence {
  readonly region: string;
  readonly reached: false;
  readonly trouble: Trouble;
  /** Account of the caller, where the answer shows it. */
  readonly account?: string;
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

  get name(): string {
    return this.configuration.failoverGroup;
  }

  /** The account that the configuration has for a region. */
  accountOf(region: string): string {
    return this.topology(region).account;
  }

  /** Name of the parameter that holds the orders, in every region. */
  parameterIn(region: string): string {
    return this.topology(region).parameters.roles;
  }

  /** What the regions say, in the order of the configuration. @param regions default: all */
  look(regions: readonly string[] = this.regions): Promise<readonly RegionView[]> {
    const asked = this.topologies.filter(({ region }) => regions.includes(region));
    return Promise.all(
      asked.map(async ({ region, parameters }): Promise<RegionView> => {
        try {
          return { region, reached: true, ...(await findParameters(this.clients.ssm(region), parameters)) };
        } catch (error) {
          const trouble = troubleOf(error);
          const account = accountIn(trouble);
          return { region, reached: false, trouble, ...(account !== undefined && { account }) };
        }
      }),
    );
  }

  /** What is ordered, as far as the regions that answered know. */
  rolesIn(views: readonly RegionView[]): Roles {
    return mergeRoles(
      initialRoles(this.regions),
      ...views.flatMap((view) => (view.reached ? (view.roles ?? []) : [])),
    );
  }

  /** Writes roles in a region. @returns what went wrong, if it failed */
  async write(region: string, roles: Roles): Promise<Trouble | undefined> {
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
      return troubleOf(error);
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
