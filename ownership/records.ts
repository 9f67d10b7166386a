/** Records of a failover group in its hosted zone, all below the discovery record, all TXT: SQS clients need to know a region, not an address. */
export interface RecordNames {
  /** Answers the region that a producer sends to, by the discovery policy. */
  readonly discovery: string;
  /** Answers the region that producers of a home send to: the home, or a healthy peer. */
  readonly home: (home: string) => string;
  /** Answers {@link HEALTHY} or {@link UNHEALTHY}: what the home can do, whoever owns it. */
  readonly health: (home: string) => string;
  /** Answers the region that owns the home, as Route 53 knows it. */
  readonly owner: (home: string) => string;
}

export const HEALTHY = "healthy";
export const UNHEALTHY = "unhealthy";

/** @param record the discovery record, such as `orders.example.com` */
export function recordNames(record: string): RecordNames {
  return {
    discovery: record,
    home: (home) => `${home}.${record}`,
    health: (home) => `health.${home}.${record}`,
    owner: (home) => `owner.${home}.${record}`,
  };
}

/** How functions and clients look records up. */
export interface RecordSettings {
  /** The discovery record; the others are below it, see {@link recordNames}. */
  readonly record: string;
  /** Time to live of the records, in seconds. */
  readonly ttlSeconds: number;
  /** DNS servers, as `address` or `address:port`. @default those of the machine */
  readonly resolverAddresses?: readonly string[];
}

/** Looks up TXT records. */
export interface Resolver {
  /** The text of a record that has one. Throws when there is no answer, or no such record. */
  text(name: string): Promise<string>;
}
