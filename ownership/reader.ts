import type { SSMClient } from "@aws-sdk/client-ssm";
import { LEASE_SECONDS, ROLE_CACHE_SECONDS } from "../core/limits";
import { ssmClient } from "./client";
import type { ParameterNames } from "./parameters";
import { readParameters, readRoles } from "./read-parameters";
import { initialRoles, mergeRoles, type Roles } from "./roles";
import type { OwnershipSource, OwnershipView } from "./view";

export interface RoleReaderOptions {
  /** Region in which this code runs. */
  readonly region: string;
  /** The other regions of the failover group. */
  readonly peers: readonly string[];
  readonly names: Pick<ParameterNames, "roles" | "states">;
  readonly client: (region: string) => Pick<SSMClient, "send">;
  /** The clock, in epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

/** There is no such failover group in the region: its name is wrong, or its stack is not applied yet. */
export class ParametersMissing extends Error {
  override readonly name = "ParametersMissing";

  constructor({ roles, states }: Pick<ParameterNames, "roles" | "states">) {
    super(`the region has no parameters ${roles} and ${states}`);
  }
}

/**
 * What a region knows about ownership, from its parameters, read at most every `ROLE_CACHE_SECONDS`.
 *
 * When the region's controller has not compared the roles with the peers' for `LEASE_SECONDS`, the region may just have come back
 * with roles that no longer hold: the peers are asked, all at once, and those that do not answer are passed over. When the own
 * parameters cannot be read, what was read last holds on. No region is ever believed to have gone back to an older order.
 */
export class RoleReader implements OwnershipSource {
  private readonly now: () => number;
  private readonly clients = new Map<string, Pick<SSMClient, "send">>();
  private last: OwnershipView | undefined;
  private validUntil = Number.NEGATIVE_INFINITY;
  private reading: Promise<OwnershipView> | undefined;

  constructor(private readonly options: RoleReaderOptions) {
    this.now = options.now ?? Date.now;
  }

  async read(): Promise<OwnershipView> {
    if (this.last !== undefined && this.now() < this.validUntil) return this.last;
    // Whoever comes while the answer is under way waits for the same one.
    this.reading ??= this.refresh().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async refresh(): Promise<OwnershipView> {
    const begun = this.now();
    try {
      this.last = await this.fetch();
    } catch (error) {
      if (this.last === undefined) throw error;
    }
    // Counted from the beginning: what is written while a call is under way may be missing from its answer.
    this.validUntil = begun + ROLE_CACHE_SECONDS * 1_000;
    return this.last;
  }

  private async fetch(): Promise<OwnershipView> {
    const { region, peers, names } = this.options;
    const { roles, states } = await readParameters(this.client(region), names);
    if (roles === undefined || states === undefined) throw new ParametersMissing(names);
    const regions = [region, ...peers];
    const known = [roles, ...(this.last === undefined ? [] : [this.last.roles])];
    const asked = this.now() - states.checkedAt > LEASE_SECONDS * 1_000 ? await this.askPeers() : [];
    return { roles: mergeRoles(initialRoles(regions), ...known, ...asked), states };
  }

  private async askPeers(): Promise<readonly Roles[]> {
    const { peers, names } = this.options;
    const answers = await Promise.allSettled(peers.map((peer) => readRoles(this.client(peer), names)));
    return answers.flatMap((answer) => (answer.status === "fulfilled" ? (answer.value ?? []) : []));
  }

  private client(region: string): Pick<SSMClient, "send"> {
    const client = this.clients.get(region) ?? this.options.client(region);
    this.clients.set(region, client);
    return client;
  }
}

/** A reader with clients whose calls end soon. The peers' are made when they are needed, which is hardly ever. */
export function roleReader(options: Omit<RoleReaderOptions, "client" | "now">): RoleReader {
  return new RoleReader({ ...options, client: (region) => ssmClient(region, options.region) });
}
