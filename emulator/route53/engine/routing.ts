import type { GeoLocation, ResourceRecordSet } from "@aws-sdk/client-route-53";

/** Where a query comes from. What is left out is not known. */
export interface Place {
  /** Such as `NA`. */
  readonly continent?: string;
  /** ISO 3166-1, such as `US`. */
  readonly country?: string;
  /** Of the country, such as `VA`. */
  readonly subdivision?: string;
}

/** Who asks. */
export interface Client {
  readonly location: Place;
  /** How far a region is, in milliseconds. */
  readonly latencyMs: (region: string) => number;
}

type Policy = "simple" | "failover" | "latency" | "geolocation";

const SIZES: readonly ((record: GeoLocation, client: Place) => boolean)[] = [
  (record, { country, subdivision }) =>
    record.SubdivisionCode !== undefined &&
    record.SubdivisionCode === subdivision &&
    record.CountryCode === country,
  (record, { country }) => record.SubdivisionCode === undefined && isSame(record.CountryCode, country),
  (record, { continent }) => isSame(record.ContinentCode, continent),
  (record) => record.CountryCode === "*",
];

/**
 * Records of one name and type in the order in which they are considered for a client: the first healthy one answers, and if none
 * is healthy the first one.
 *
 * - failover: the primary, then the secondary
 *   https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 * - latency: the nearest region first
 *   https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html
 * - geolocation: the smallest area that the client is in, then larger ones, the default last; none if the client is in none
 *   https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-geo.html#rrsets-values-geo-associate-with-health-check
 *   https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geo.html
 *
 * @throws Error when the records have different policies, or one that is not known here
 */
export function candidates(
  records: readonly ResourceRecordSet[],
  client: Client,
): readonly ResourceRecordSet[] {
  const policies = new Set(records.map(policyOf));
  if (policies.size > 1) {
    throw new Error(`records ${records[0]?.Name} have different policies: ${[...policies].join(", ")}`);
  }
  const order: Record<Policy, () => readonly ResourceRecordSet[]> = {
    simple: () => records,
    failover: () => records.toSorted((a, b) => (a.Failover ?? "").localeCompare(b.Failover ?? "")),
    latency: () =>
      records.toSorted(
        ({ Region: a = "" }, { Region: b = "" }) =>
          client.latencyMs(a) - client.latencyMs(b) || a.localeCompare(b),
      ),
    geolocation: () =>
      SIZES.flatMap((matches) =>
        records.filter(({ GeoLocation: location }) => location && matches(location, client.location)),
      ),
  };
  const [policy = "simple"] = policies;
  return order[policy]();
}

function policyOf(record: ResourceRecordSet): Policy {
  if (record.Weight !== undefined || record.MultiValueAnswer || record.CidrRoutingConfig) {
    throw new Error(`record ${record.Name}: only simple, failover, latency and geolocation are known here`);
  }
  if (record.Failover !== undefined) return "failover";
  if (record.Region !== undefined) return "latency";
  return record.GeoLocation === undefined ? "simple" : "geolocation";
}

function isSame(code: string | undefined, own: string | undefined): boolean {
  return code !== undefined && code === own;
}
