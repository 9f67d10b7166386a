import { decided, equal, fallback, isSet, joinedLists, presentIf } from "../../core/expression";
import type { Value } from "../../core/value";
import type { Group } from "../group";
import { peersInOrder } from "../region-sets";

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
      decided(isEndpoint) === false
        ? undefined
        : presentIf(isEndpoint, {
            intervalSeconds: fallback(intervalSeconds, INTERVAL_SECONDS),
            failureThreshold: fallback(failureThreshold, FAILURE_THRESHOLD),
            reservedConcurrency: fallback(reservedConcurrency, RESERVED_CONCURRENCY),
            memoryMb: fallback(memoryMb, MEMORY_MB),
          }),
  });
}

function defaultOrder(group: Group): Value<readonly string[]> {
  const first = Object.keys(group.regions)[0]!;
  return joinedLists([first], peersInOrder(group, first));
}
