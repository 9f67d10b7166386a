import type { SSMClient } from "@aws-sdk/client-ssm";
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
  private last: OwnershipView | undefined;
  private validUntil = Number.NEGATIVE_INFINITY;
  private reading: Promise<OwnershipView> | undefined;
  private record: string | undefined;
  private recordValidUntil = Number.NEGATIVE_INFINITY;

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
    const [view] = await Promise.allSettled([this.fetch(), this.lookUp(begun)]);
    const known = view.status === "fulfilled" ? view.value : this.last;
    if (known === undefined) throw (view as PromiseRejectedResult).reason;
    this.last = this.record === undefined ? known : { ...known, record: this.record };
    // Counted from the beginning: what is written while a call is under way may be missing from its answer.
    const rolesUntil = begun + ROLE_CACHE_SECONDS * 1_000;
    this.validUntil =
      this.options.records === undefined ? rolesUntil : Math.min(rolesUntil, this.recordValidUntil);
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

  private async lookUp(now: number): Promise<void> {
    const { region, peers, records } = this.options;
    if (records === undefined || now < this.recordValidUntil) return;
    this.recordValidUntil = now + recordCacheSeconds(records.ttlSeconds) * 1_000;
    const owner = await records.resolver.text(recordNames(records.record).owner(region));
    // Anything else is no answer.
    if (owner === region || peers.includes(owner)) this.record = owner;
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
