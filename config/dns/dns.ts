import { equal, fallback, isSet, presentIf } from "../../core/expression";
import type { Group } from "../configuration";

const INTERVAL_SECONDS = 10;
const FAILURE_THRESHOLD = 3;
const RESERVED_CONCURRENCY = 5;
const MEMORY_MB = 512;

/** Settings of health checks and records with the defaults that follow from the rest of the group. Undefined: no records. */
export function resolveDns(group: Group) {
  const { dns } = group;
  if (dns === undefined) return undefined;
  const { type, intervalSeconds, failureThreshold, reservedConcurrency, memoryMb } = dns.health;
  const isEndpoint = equal(type, "endpoint");
  return presentIf(isSet(dns), {
    ...dns,
    /** Regions in the order in which the discovery record answers them by policy failover. */
    order: dns.discovery.order ?? defaultOrder(group),
    /** Undefined with health by metric, where nothing is public. */
    healthEndpoint:
      isEndpoint === false
        ? undefined
        : presentIf(isEndpoint, {
            intervalSeconds: fallback(intervalSeconds, INTERVAL_SECONDS),
            failureThreshold: fallback(failureThreshold, FAILURE_THRESHOLD),
            reservedConcurrency: fallback(reservedConcurrency, RESERVED_CONCURRENCY),
            memoryMb: fallback(memoryMb, MEMORY_MB),
          }),
  });
}

function defaultOrder(group: Group): readonly string[] {
  const first = Object.keys(group.regions)[0]!;
  return [first, ...peersInOrder(group, first)];
}

/**
 * Peers of a home in the order in which records name them: those that take it over by themselves, then the others, which an order may
 * tell to.
 */
export function peersInOrder({ regions, recovery }: Ordered, home: string): readonly string[] {
  const chosen = recovery?.takeoverOrder?.[home] ?? [];
  return [
    ...new Set([...chosen, ...Object.keys(regions)].filter((peer) => peer !== home && peer in regions)),
  ];
}

interface Ordered {
  readonly regions: Readonly<Record<string, unknown>>;
  readonly recovery?:
    | { readonly takeoverOrder?: Readonly<Record<string, readonly string[]>> | undefined }
    | undefined;
}
