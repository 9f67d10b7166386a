import { PutParameterCommand, type SSMClient } from "@aws-sdk/client-ssm";
import type { ParameterNames } from "../../ownership/parameters";
import { readParameters } from "../../ownership/read-parameters";
import { encodeRoles, initialRoles, mergeRoles, type Roles } from "../../ownership/roles";
import { encodeStates, initialStates, parseStates, type States } from "../../ownership/states";
import { fitting } from "./room";

export interface Own {
  /** Merged with everything that this worker ever knew. */
  readonly roles: Roles;
  readonly states: States;
}

/** Roles and states in this region. Everything here throws when the parameters cannot be read, understood or written. */
export class OwnParameters {
  private written: { readonly roles?: Roles; readonly states?: States } = {};
  private roles: Roles | undefined;
  private isRead = false;

  constructor(
    private readonly client: Pick<SSMClient, "send">,
    private readonly names: Pick<ParameterNames, "roles" | "states">,
    private readonly region: string,
    private readonly regions: readonly string[],
  ) {}

  /** @param known roles as others have them */
  async read(known: readonly Roles[]): Promise<Own> {
    this.isRead = false;
    this.written = await readParameters(this.client, this.names);
    const { roles: own = initialRoles([]) } = this.written;
    // The own ones first: what a later version has added to them is kept. Nothing goes back to an older order than was once seen.
    const remembered = this.roles === undefined ? [] : [this.roles];
    this.roles = mergeRoles(own, initialRoles(this.regions), ...remembered, ...known);
    this.isRead = true;
    return { roles: this.roles, states: this.states };
  }

  /** The states that hold: as they were read or written last. Undefined while they cannot be read. */
  get known(): States | undefined {
    return this.isRead ? this.states : undefined;
  }

  private get states(): States {
    return this.written.states ?? initialStates(this.region, this.regions);
  }

  /** Writes roles, unless they are those that were read. */
  async writeRoles(roles: Roles): Promise<void> {
    if (isSame(this.written.roles, roles)) return;
    await this.put(this.names.roles, encodeRoles(roles));
    this.written = { ...this.written, roles };
    this.roles = roles;
  }

  /**
   * Writes states, without what finds no room.
   * @returns what will be read: whoever goes by more than that would do other than the next worker
   */
  async writeStates(states: States): Promise<{ readonly states: States; readonly isComplete: boolean }> {
    const fitted = fitting(states);
    const json = encodeStates(fitted.states);
    await this.put(this.names.states, json);
    this.written = { ...this.written, states: parseStates(json) };
    return { states: this.states, isComplete: fitted.isComplete };
  }

  private async put(Name: string, Value: string): Promise<void> {
    await this.client.send(new PutParameterCommand({ Name, Value, Type: "String", Overwrite: true }));
  }
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
