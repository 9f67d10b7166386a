import { anyOf, equal, isSet, keyNames, not, shown, wasGiven } from "../../core/expression";
import type { Condition } from "../../core/value";
import type { GroupSettings } from "../configuration";
import { accountsOf, isOneAccount } from "../recovery/table";
import type { GroupTableRule } from "../rule";

/** Rules of health checks and records. A configuration and a module are held against the same table. */

type Dns = NonNullable<GroupSettings["dns"]>;
type Policy = "failover" | "latency" | "geolocation";

const needsRecovery: GroupTableRule = {
  path: "dns",
  find: ({ dns, recovery }) => ({
    value: dns?.record,
    holds: anyOf(not(isSet(dns)), isSet(recovery)),
    allowed: "nothing without recovery",
  }),
  fix: () => 'add "recovery": {}, or take dns out: nobody could take a home over',
};

/**
 * A health check names its alarm by region and name only, so it is one of the same account, and all regions have alarms:
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_AlarmIdentifier.html
 */
const oneAccount: GroupTableRule = {
  path: "dns",
  find: (group) => ({
    value: accountsOf(group),
    holds: anyOf(not(isSet(group.dns)), isOneAccount(group)),
    allowed: "health checks in one account, that of all regions",
  }),
  fix: () => "use one account: a health check sees no alarm of another one",
};

/** A rule of a group with records. */
const ofDns = (
  path: string,
  find: (dns: Dns) => { readonly value: unknown; readonly holds: Condition; readonly allowed: string },
  fix: string,
): GroupTableRule => ({
  path: `dns.${path}`,
  find: ({ dns }) => {
    if (dns === undefined) return { value: undefined, holds: true, allowed: "" };
    const { value, holds, allowed } = find(dns);
    return { value, holds: anyOf(not(isSet(dns)), holds), allowed };
  },
  fix: () => fix,
});

/** Settings of the endpoint that health by metric does not heed. */
const ofEndpoint = (setting: string, of: (health: Dns["health"]) => unknown): GroupTableRule =>
  ofDns(
    `health.${setting}`,
    ({ health }) => ({
      value: of(health),
      holds: anyOf(equal(health.type, "endpoint"), not(wasGiven(of(health)))),
      allowed: "nothing with type metric",
    }),
    "take it out, or choose type endpoint",
  );

/** A setting that the chosen policy does not heed is a mistake. */
const ofPolicy = (
  setting: string,
  policy: Policy,
  of: (discovery: Dns["discovery"]) => unknown,
): GroupTableRule =>
  ofDns(
    `discovery.${setting}`,
    ({ discovery }) => ({
      value: of(discovery),
      holds: anyOf(equal(discovery.policy, policy), not(wasGiven(of(discovery)))),
      allowed: `nothing with policy ${shown(discovery.policy)}`,
    }),
    `take it out; it is for ${policy}`,
  );

const neededBy = (
  setting: string,
  policy: Policy,
  what: string,
  of: (discovery: Dns["discovery"]) => unknown,
): GroupTableRule =>
  ofDns(
    `discovery.${setting}`,
    ({ discovery }) => ({
      value: of(discovery),
      holds: anyOf(not(equal(discovery.policy, policy)), wasGiven(of(discovery))),
      allowed: `${what} with policy ${policy}`,
    }),
    "add it",
  );

const regionsWithLocations = ({ locations }: Dns["discovery"]) => keyNames(locations);

export const DNS_TABLE: readonly GroupTableRule[] = [
  needsRecovery,
  oneAccount,
  ofPolicy("order", "failover", ({ order }) => order),
  ofPolicy("locations", "geolocation", regionsWithLocations),
  ofPolicy("default", "geolocation", (discovery) => discovery.default),
  neededBy("locations", "geolocation", "locations of at least one region", regionsWithLocations),
  neededBy("default", "geolocation", "a region of the group", (discovery) => discovery.default),
  ofEndpoint("interval_seconds", (health) => health.intervalSeconds),
  ofEndpoint("failure_threshold", (health) => health.failureThreshold),
  ofEndpoint("reserved_concurrency", (health) => health.reservedConcurrency),
  ofEndpoint("memory_mb", (health) => health.memoryMb),
];
