import type { Configuration } from "../configuration";
import { type CheckReference, checksOf, type HealthCheck, healthOf, routingOf } from "./checks";
import { type DnsRecord, recordsOf } from "./records";

/** Everything that a failover group with records has in Route 53; computed from the configuration alone. */
export interface DnsTopology {
  readonly checks: readonly HealthCheck[];
  readonly records: readonly DnsRecord[];
  readonly homes: readonly HomeChecks[];
}

/** What the records of a home depend on. */
export interface HomeChecks {
  readonly home: string;
  readonly health: CheckReference;
  readonly routing: CheckReference;
}

export function dnsTopologyOf(configuration: Configuration): DnsTopology {
  return {
    checks: checksOf(configuration),
    records: recordsOf(configuration),
    homes: homesOf(configuration),
  };
}

export function homesOf(configuration: Configuration): readonly HomeChecks[] {
  return Object.keys(configuration.regions).map((home) => ({
    home,
    health: healthOf(configuration, home),
    routing: routingOf(configuration, home),
  }));
}
