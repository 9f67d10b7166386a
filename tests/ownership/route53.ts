import { HEALTHY, recordNames, UNHEALTHY } from "../../ownership/records";

/** The discovery record of the model. */
export const RECORD = "orders.example.com";
export const TTL_SECONDS = 10;

const MINUTE_MS = 60_000;
/** A metric without data for so long is insufficient. */
const INSUFFICIENT_MS = 3 * MINUTE_MS;
/** Failed checks until an endpoint is unhealthy, and good ones until it is healthy again: three, ten seconds apart. */
const CHECKS_MS = 30_000;

export interface Route53Options {
  readonly regions: readonly string[];
  /** Per home, the peers in the order in which they take it over. @default the other regions as they come */
  readonly takeoverOrder?: Readonly<Record<string, readonly string[]>>;
  /** Seconds by which what a metric said in a minute is seen after that minute. @default 60 */
  readonly metricLagSeconds?: number;
  /** Seconds by which each region's DNS servers are behind. @default 0 */
  readonly spreadSeconds?: readonly number[];
}

/** By metric and region, its highest value by minute. */
type Series = Map<number, number>;

/**
 * Health checks and records of a failover group, as Route 53 evaluates them: endpoints by consecutive checks, `Owned` and `Claim` by the
 * minutes of their metrics, children, chains, and caches of the regions' DNS servers.
 */
export class Route53 {
  /** Regions whose endpoint does not answer though its home can do its work. */
  readonly flooded = new Set<string>();
  /** Regions that get no answer from DNS. */
  readonly unresolving = new Set<string>();
  /** Regions in which CloudWatch takes no metrics. */
  readonly unmeasured = new Set<string>();
  private readonly names = recordNames(RECORD);
  private readonly series = new Map<string, Series>();
  /** What `LastKnownStatus` goes by. */
  private readonly known = new Map<string, boolean>();
  private readonly healthy = new Map<string, { is: boolean; otherwiseSince: number | undefined }>();
  private readonly answers = new Map<string, { readonly text: string; readonly from: number }[]>();
  private readonly caches = new Map<string, { readonly text: string; readonly until: number }>();

  constructor(private readonly options: Route53Options) {}

  /** A region gives its metrics. Throws when CloudWatch does not take them. */
  put(region: string, owned: Readonly<Record<string, boolean>>, claim: boolean, now: number): void {
    if (this.unmeasured.has(region)) throw Object.assign(new Error("no"), { name: "ServiceUnavailable" });
    for (const [home, is] of Object.entries(owned)) this.note(`owned ${home} ${region}`, is, now);
    this.note(`claim ${region}`, claim, now);
  }

  /** @param isUp whether the endpoint of a region could be reached and would say that it is healthy */
  tick(now: number, isUp: (region: string) => boolean): void {
    const { regions } = this.options;
    for (const region of regions) {
      const is = isUp(region) && !this.flooded.has(region);
      const state = this.healthy.get(region) ?? { is: true, otherwiseSince: undefined };
      const otherwiseSince = is === state.is ? undefined : (state.otherwiseSince ?? now);
      const isOver = otherwiseSince !== undefined && now - otherwiseSince >= CHECKS_MS;
      this.healthy.set(region, isOver ? { is, otherwiseSince: undefined } : { is: state.is, otherwiseSince });
    }
    for (const home of regions) {
      this.say(this.names.health(home), this.isHealthy(home) ? HEALTHY : UNHEALTHY, now);
      this.say(this.names.owner(home), this.owner(home, now), now);
    }
  }

  /** What a region's DNS server answers. Throws when there is no answer. */
  text(region: string, name: string, now: number): string {
    if (this.unresolving.has(region)) throw Object.assign(new Error("no"), { code: "ETIMEOUT" });
    const key = `${region} ${name}`;
    const cached = this.caches.get(key);
    if (cached !== undefined && now < cached.until) return cached.text;
    const spread = this.options.spreadSeconds?.[this.options.regions.indexOf(region)] ?? 0;
    const answer = (this.answers.get(name) ?? []).findLast(({ from }) => from + spread * 1_000 <= now);
    if (answer === undefined) throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
    this.caches.set(key, { text: answer.text, until: now + TTL_SECONDS * 1_000 });
    return answer.text;
  }

  /** What the owner record of a home says at its source. */
  named(home: string): string {
    return this.answers.get(this.names.owner(home))?.at(-1)?.text ?? home;
  }

  isHealthy(region: string): boolean {
    return this.healthy.get(region)?.is ?? true;
  }

  private owner(home: string, now: number): string {
    const { regions, takeoverOrder } = this.options;
    const peers = takeoverOrder?.[home] ?? regions.filter((region) => region !== home);
    const owned = peers.filter((peer) => this.lastKnown(`owned ${home} ${peer}`, now));
    if (owned.length === 0 || this.isClaimed(home, now)) return home;
    return peers.slice(0, -1).find((peer) => owned.includes(peer) && this.isHealthy(peer)) ?? peers.at(-1)!;
  }

  /** Insufficient data: the last status, and not owned without history. */
  private lastKnown(metric: string, now: number): boolean {
    const value = this.value(metric, now);
    if (value !== undefined) this.known.set(metric, value);
    return this.known.get(metric) ?? false;
  }

  /** Insufficient data: no claim. */
  private isClaimed(home: string, now: number): boolean {
    return this.value(`claim ${home}`, now) ?? false;
  }

  private value(metric: string, now: number): boolean | undefined {
    const series = this.series.get(metric);
    const lag = (this.options.metricLagSeconds ?? 60) * 1_000;
    const last = Math.floor((now - lag) / MINUTE_MS) * MINUTE_MS - MINUTE_MS;
    for (let minute = last; minute > last - INSUFFICIENT_MS; minute -= MINUTE_MS) {
      const value = series?.get(minute);
      if (value !== undefined) return value === 1;
    }
    return undefined;
  }

  private note(metric: string, is: boolean, now: number): void {
    const series = this.series.get(metric) ?? new Map<number, number>();
    this.series.set(metric, series);
    const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    series.set(minute, Math.max(series.get(minute) ?? 0, is ? 1 : 0));
    series.delete(minute - 20 * MINUTE_MS);
  }

  private say(name: string, text: string, now: number): void {
    const said = this.answers.get(name) ?? [];
    this.answers.set(name, said);
    if (said.at(-1)?.text !== text) said.push({ text, from: now });
  }
}
