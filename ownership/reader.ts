import type { SSMClient } from "@aws-sdk/client-ssm";
import { Kept } from "../core/kept";
import { LEASE_SECONDS, ROLE_CACHE_SECONDS } from "../core/limits";
import { ssmClient } from "./client";
import type { ParameterNames } from "./parameters";
import { readParameters, readRoles } from "./read-parameters";
import { type RecordSettings, type Resolver, recordNames } from "./records";
import { recordResolver } from "./resolver";
import { initialRoles, mergeRoles, type Roles } from "./roles";
import { recordCacheSeconds } from "./times";
import type { OwnershipSource, OwnershipView } from "./view";

export interface RoleReaderOptions {
  /** Region in which this code runs. */
  readonly region: string;
  /** The other regions of the failover group. */
  readonly peers: readonly string[];
  readonly names: Pick<ParameterNames, "roles" | "states">;
  readonly client: (region: string) => Pick<SSMClient, "send">;
  /** Records that say who owns the home, and who looks them up. @default none, only the parameters do */
  readonly records?: Pick<RecordSettings, "record" | "ttlSeconds"> & { readonly resolver: Resolver };
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
 *
 * With records, the one of the own home is looked up beside that, whoever answers: it knows of orders that have not arrived here. When
 * it gives no answer, what it said last holds on.
 */
export class RoleReader implements OwnershipSource {
  private readonly now: () => number;
  private readonly clients = new Map<string, Pick<SSMClient, "send">>();
  private readonly parameters: Kept<OwnershipView>;
  private readonly record: Kept<string | undefined> | undefined;

  constructor(private readonly options: RoleReaderOptions) {
    const { now = Date.now, records } = options;
    this.now = now;
    this.parameters = new Kept((last) => this.lastingView(last), ROLE_CACHE_SECONDS * 1_000, now);
    this.record =
      records &&
      new Kept((last) => this.lookUp(records, last), recordCacheSeconds(records.ttlSeconds) * 1_000, now);
  }

  async read(): Promise<OwnershipView> {
    const [view, record] = await Promise.all([this.parameters.read(), this.record?.read()]);
    return record === undefined ? view : { ...view, record };
  }

  private async lastingView(last: OwnershipView | undefined): Promise<OwnershipView> {
    try {
      return await this.fetch(last);
    } catch (error) {
      if (last === undefined) throw error;
      return last;
    }
  }

  private async fetch(last: OwnershipView | undefined): Promise<OwnershipView> {
    const { region, peers, names } = this.options;
    const { roles, states } = await readParameters(this.client(region), names);
    if (roles === undefined || states === undefined) throw new ParametersMissing(names);
    const regions = [region, ...peers];
    const known = [roles, ...(last === undefined ? [] : [last.roles])];
    const asked = this.now() - states.checkedAt > LEASE_SECONDS * 1_000 ? await this.askPeers() : [];
    return { roles: mergeRoles(initialRoles(regions), ...known, ...asked), states };
  }

  private async lookUp(
    { record, resolver }: NonNullable<RoleReaderOptions["records"]>,
    last: string | undefined,
  ): Promise<string | undefined> {
    const { region, peers } = this.options;
    try {
      const owner = await resolver.text(recordNames(record).owner(region));
      // Anything else is no answer.
      return owner === region || peers.includes(owner) ? owner : last;
    } catch {
      return last;
    }
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
export function roleReader({
  records,
  ...options
}: Omit<RoleReaderOptions, "client" | "now" | "records"> & {
  /** @default looked up at the DNS servers of the settings */
  readonly records?: RecordSettings & { readonly resolver?: Resolver };
}): RoleReader {
  return new RoleReader({
    ...options,
    client: (region) => ssmClient(region, options.region),
    ...(records && { records: { ...records, resolver: records.resolver ?? recordResolver(records) } }),
  });
}
