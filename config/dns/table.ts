import {
  anyOf,
  equal,
  fallback,
  fieldOf,
  isOneOf,
  isSet,
  keysIn,
  not,
  shown,
  wasGiven,
  when,
} from "../../core/expression";
import type { Operand, Plain, Value } from "../../core/value";
import type { GroupSettings } from "../configuration";
import { entriesOf, ofMember, ofMembers } from "../entry-rules";
import { membersOf } from "../recovery/majority";
import { accountsOf, isOneAccount } from "../recovery/table";
import { type Finding, type Findings, type GroupTableRule, ofEach, within } from "../rule";

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
const ofDns = (path: string, find: (dns: Dns) => Finding, fix: string): GroupTableRule => ({
  path: `dns.${path}`,
  find: ({ dns }) => {
    if (dns === undefined) return [];
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

/** A setting of one discovery policy, which no other heeds: that is a mistake. */
const ofPolicy = (
  setting: string,
  policy: Policy,
  of: (discovery: Dns["discovery"]) => unknown,
  told = of,
): GroupTableRule =>
  ofDns(
    `discovery.${setting}`,
    ({ discovery }) => ({
      value: told(discovery),
      holds: anyOf(equal(discovery.policy, policy), not(wasGiven(of(discovery)))),
      allowed: `nothing with policy ${shown(discovery.policy)}`,
    }),
    `take it out; it is for ${policy}`,
  );

/** A setting that a discovery policy cannot do without. */
const neededBy = (
  policy: Policy,
  setting: string,
  of: (discovery: Dns["discovery"]) => unknown,
  what: string,
  told = of,
): GroupTableRule =>
  ofDns(
    `discovery.${setting}`,
    ({ discovery }) => ({
      value: told(discovery),
      holds: anyOf(not(equal(discovery.policy, policy)), wasGiven(of(discovery))),
      allowed: `${what} with policy ${policy}`,
    }),
    "add it",
  );

const regionsWithLocations = ({ locations }: Dns["discovery"]) =>
  locations && when(isSet(locations), keysIn(locations), null);

/** Settings by region name regions of the group. */
const byRegion = (setting: string, of: (dns: Dns) => ByRegion): GroupTableRule => ({
  path: `dns.${setting}`,
  find: (group) => ofMembers(group, group.dns && of(group.dns)),
  fix: () => "name a region of the group",
});
type ByRegion = Operand<Readonly<Record<string, unknown>>> | undefined;

const discoveryOrder: GroupTableRule = {
  path: "dns.discovery.order",
  find: (group) =>
    ofEach(fallback(group.dns?.discovery.order, []), { key: "index", value: "region" }, (_, region) =>
      ofMember(group, region),
    ),
  fix: () => "name a region of the group",
};

const discoveryDefault: GroupTableRule = {
  path: "dns.discovery.default",
  find: (group) => {
    const region = group.dns?.discovery.default;
    if (region === undefined) return [];
    const finding = ofMember(group, region);
    return { ...finding, holds: when(isSet(region), finding.holds, true) };
  },
  fix: () => "name a region of the group",
};

type Endpoint = Plain<Dns["endpoints"]>[number];

const ofEndpoints = (
  find: (targets: Value<Endpoint["targets"]>, group: GroupSettings) => Findings,
  fix: string,
): GroupTableRule => ({
  path: "dns.endpoints",
  find: (group) =>
    ofEach(
      fallback(group.dns?.endpoints, []) as Value<readonly Endpoint[]>,
      { key: "index", value: "endpoint" },
      (index, endpoint) => within(`.${index}.targets`, find(fieldOf(endpoint, "targets"), group)),
    ),
  fix: () => fix,
});

const targetsOfMembers = ofEndpoints(
  (targets, group) => ofMembers(group, targets),
  "name a region of the group",
);

const targetOfEach = ofEndpoints(
  (targets, group) =>
    ofEach(membersOf(group), { key: "number", value: "region" }, (_, region) => ({
      at: `.${region}`,
      value: undefined,
      holds: isOneOf(region, keysIn(targets)),
      allowed: "a target for every region of the group",
    })),
  "add it",
);

type Check = Plain<Dns["checks"]>[string][number];

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-types.html: a CALCULATED check monitors none of its kind. */
const leavesOnly: GroupTableRule = {
  path: "dns.checks",
  find: ({ dns }) =>
    ofEach(
      entriesOf(dns?.checks as Value<Readonly<Record<string, readonly Check[]>>> | undefined),
      { key: "region", value: "checks" },
      (region, checks) =>
        ofEach(checks, { key: "index", value: "check" }, (index, check) => ({
          at: `.${region}.${index}.type`,
          value: fieldOf(check, "type"),
          holds: not(equal(fieldOf(check, "type"), "calculated")),
          allowed: "endpoint, alarm or recovery_control: a CALCULATED check cannot contain another one",
          fix: `name the children of ${fieldOf(check, "id")} in its place`,
        })),
    ),
  fix: () => "name its children in its place",
};

export const DNS_TABLE: readonly GroupTableRule[] = [
  byRegion("checks", ({ checks }) => checks),
  byRegion("routing_controls", ({ routingControls }) => routingControls),
  byRegion("discovery.locations", ({ discovery }) => discovery.locations),
  targetsOfMembers,
  targetOfEach,
  discoveryOrder,
  discoveryDefault,
  leavesOnly,
  needsRecovery,
  oneAccount,
  ofPolicy("order", "failover", ({ order }) => order),
  ofPolicy("locations", "geolocation", ({ locations }) => locations, regionsWithLocations),
  ofPolicy("default", "geolocation", (discovery) => discovery.default),
  neededBy(
    "geolocation",
    "locations",
    ({ locations }) => locations,
    "locations of at least one region",
    regionsWithLocations,
  ),
  neededBy("geolocation", "default", (discovery) => discovery.default, "a region of the group"),
  ofEndpoint("interval_seconds", (health) => health.intervalSeconds),
  ofEndpoint("failure_threshold", (health) => health.failureThreshold),
  ofEndpoint("reserved_concurrency", (health) => health.reservedConcurrency),
  ofEndpoint("memory_mb", (health) => health.memoryMb),
];
