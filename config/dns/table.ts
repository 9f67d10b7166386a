import {
  allOf,
  anyOf,
  distinct,
  each,
  eachEntry,
  entryOf,
  equal,
  fallback,
  fieldOf,
  first,
  givenFields,
  isAtMost,
  isEmpty,
  isOneOf,
  isSet,
  joined,
  joinedLists,
  json,
  keysIn,
  not,
  shown,
  size,
  text,
  wasGiven,
  when,
} from "../../core/expression";
import { CALCULATED_CHILDREN_MAX, REGIONS_WITHOUT_FUNCTION_URLS } from "../../core/limits";
import type { Condition, Operand, Plain, Value } from "../../core/value";
import type { GroupSettings } from "../configuration";
import { entriesOf, namesOfMembers, ofMember, ofMembers } from "../entry-rules";
import { membersOf } from "../recovery/majority";
import { accountsOf, isOneAccount } from "../recovery/table";
import { peersInOrder } from "../region-sets";
import { type Finding, type Findings, type GroupTableRule, ofEach, within } from "../rule";
import { CONTINENTS, COUNTRIES, COUNTRY_WITH_STATES, STATES } from "./geolocation";
import type { Location } from "./records";

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

const functionUrls: GroupTableRule = {
  path: "dns.health.type",
  find: (group) =>
    ofEach(membersOf(group), { key: "index", value: "region" }, (_, region) => ({
      value: group.dns?.health.type,
      holds: anyOf(
        not(isSet(group.dns)),
        not(equal(group.dns?.health.type, "endpoint")),
        not(isOneOf(region, REGIONS_WITHOUT_FUNCTION_URLS)),
      ),
      allowed: `metric in a group with ${region}, where Lambda has no function URLs`,
    })),
  fix: () => "choose metric, or another region",
};

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

/**
 * A name that has a CNAME record has no other:
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat
 */
const targetsOfOneKind = ofEndpoints((targets) => {
  const kinds = distinct(
    eachEntry(targets, (target) => when(isSet(fieldOf(target as Value<Cname>, "cname")), "cname", "alias")),
  );
  return {
    value: kinds,
    holds: isAtMost(size(kinds), 1),
    allowed: "targets of one kind, all cname or all alias",
  };
}, "give a name that has a CNAME record no other: name all by cname, or all by alias");
type Cname = Extract<Endpoint["targets"][string], { readonly cname: unknown }>;

type Check = Plain<Dns["checks"]>[string][number];

const ofChecks = (
  find: (region: string, checks: Value<readonly Check[]>, dns: Dns) => Findings,
  fix: string,
): GroupTableRule => ({
  path: "dns.checks",
  find: ({ dns }) =>
    ofEach(
      entriesOf(dns?.checks as Value<Readonly<Record<string, readonly Check[]>>> | undefined),
      { key: "region", value: "checks" },
      (region, checks) => within(`.${region}`, find(region, checks, dns!)),
    ),
  fix: () => fix,
});

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-types.html: a CALCULATED check monitors none of its kind. */
const leavesOnly = ofChecks(
  (_, checks) =>
    ofEach(checks, { key: "index", value: "check" }, (index, check) => ({
      at: `.${index}.type`,
      value: fieldOf(check, "type"),
      holds: not(equal(fieldOf(check, "type"), "calculated")),
      allowed: "endpoint, alarm or recovery_control: a CALCULATED check cannot contain another one",
      fix: `name the children of ${fieldOf(check, "id")} in its place`,
    })),
  "name its children in its place",
);

const distinctChecks = ofChecks(
  (_, checks) =>
    ofEach(checks, { key: "index", value: "check" }, (index, check, before) => ({
      at: `.${index}.id`,
      value: fieldOf(check, "id"),
      holds: not(
        isOneOf(
          fieldOf(check, "id"),
          each(before, (other) => fieldOf(other, "id")),
        ),
      ),
      allowed: "each check once",
    })),
  "take it out",
);

/** Beside the user's there are the home's own verdict, and its routing control. */
const childrenOfChecks = ofChecks((region, checks, { routingControls }) => {
  const hasControl = isOneOf(region, keysIn(routingControls));
  const own = when(hasControl, 2, 1);
  const most = when(hasControl, CALCULATED_CHILDREN_MAX - 2, CALCULATED_CHILDREN_MAX - 1);
  return {
    value: `${size(checks)} checks`,
    holds: isAtMost(size(checks), most),
    allowed: `at most ${most}: a CALCULATED check has up to ${CALCULATED_CHILDREN_MAX} children, less the group's own ${own}`,
  };
}, "name fewer checks");

const ofLocations = (
  find: (
    region: string,
    location: Value<Location>,
    before: Value<readonly Location[]>,
    all: Value<Readonly<Record<string, readonly Location[]>>>,
  ) => Pick<Finding, "holds" | "allowed">,
  fix: string,
): GroupTableRule => ({
  path: "dns.discovery.locations",
  find: ({ dns }) => {
    const all = entriesOf(dns?.discovery.locations) as Value<Readonly<Record<string, readonly Location[]>>>;
    return ofEach(all, { key: "region", value: "locations" }, (region, locations) =>
      ofEach(locations, { key: "index", value: "location" }, (index, location, before) => ({
        at: `.${region}.${index}`,
        value: givenFields(location),
        ...find(region, location, before, all),
      })),
    );
  },
  fix: () => fix,
});

/** What is allowed in place of a location that Route 53 does not know, else an empty text. */
function allowedInstead(location: Value<Location>): string {
  const [continent, country, subdivision] = (["continent", "country", "subdivision"] as const).map(
    (field) => fieldOf(location, field) as Value<string>,
  ) as [Value<string>, Value<string>, Value<string>];
  const neither = "a continent, or a country with or without a subdivision";
  const ofContinent = when(
    isSet(subdivision),
    "a subdivision together with a country only",
    when(isOneOf(continent, CONTINENTS), "", `a continent of ${CONTINENTS.join(", ")}`),
  );
  const ofSubdivision = when(
    equal(country, COUNTRY_WITH_STATES),
    when(isOneOf(subdivision, STATES), "", "a state of the United States by its two letters, or DC"),
    `a subdivision with country ${COUNTRY_WITH_STATES} only`,
  );
  const ofCountry = when(
    isOneOf(country, COUNTRIES),
    when(isSet(subdivision), ofSubdivision, ""),
    "a country by its two-letter code of ISO 3166-1, such as DE",
  );
  return text(
    when(
      isSet(continent),
      when(isSet(country), neither, ofContinent),
      when(isSet(country), ofCountry, neither),
    ),
  );
}

const knownLocations = ofLocations((_, location) => {
  const allowed = allowedInstead(location);
  return { holds: equal(allowed, ""), allowed };
}, "correct it");

const distinctLocations = ofLocations((region, location, before, all) => {
  const isIn = (places: Operand<readonly Location[]>) =>
    isOneOf(
      json(location),
      each(places as Value<readonly Location[]>, (place) => json(place)),
    );
  const owner = first(
    each(
      keysIn(all),
      (one) => one,
      (one) => isIn(entryOf(all, one) ?? []),
    ),
  );
  return {
    holds: allOf(equal(owner, region), not(isIn(before))),
    allowed: `a location that is named once; ${owner} has it already`,
  };
}, "give it to one region");

/** The record of the first region goes on to its peers, in the order in which they take it over. */
const orderOfAll = (
  find: (
    order: Value<readonly string[]>,
    isComplete: Condition,
    group: GroupSettings,
  ) => Pick<Finding, "holds" | "allowed">,
  fix: GroupTableRule["fix"],
): GroupTableRule => ({
  path: "dns.discovery.order",
  find: (group) => {
    const { policy, order } = group.dns?.discovery ?? {};
    const named = fallback(order, []) as Value<readonly string[]>;
    const members = membersOf(group);
    const strangers = each(
      named,
      (region) => region,
      (region) => not(isOneOf(region, members)),
    );
    const isComplete = allOf(equal(size(named), size(members)), equal(size(distinct(named)), size(members)));
    const { holds, allowed } = find(named, isComplete, group);
    const isHeeded = allOf(isSet(group.dns), equal(policy, "failover"), wasGiven(order));
    return {
      value: order,
      holds: when(isHeeded, when(isEmpty(strangers), holds, true), true),
      allowed,
    };
  },
  fix,
});

const completeOrder = orderOfAll(
  (_, isComplete, group) => ({
    holds: isComplete,
    allowed: `all regions, each once: ${namesOfMembers(group)}`,
  }),
  ({ dns, regions }) => {
    const missing = Object.keys(regions).filter((region) => !dns!.discovery.order!.includes(region));
    return missing.length > 0 ? `add ${missing.join(" and ")}` : "name each once";
  },
);

const orderOfTakeover = orderOfAll(
  (order, isComplete, group) => {
    const home = first(order);
    const wanted = joined(joinedLists([home], peersInOrder(group, home)), ", ");
    return {
      holds: when(isComplete, equal(joined(order, ", "), wanted), true),
      allowed: `${wanted}: after ${home}, its peers in the order in which they take it over`,
    };
  },
  ({ dns }) => {
    const [home, ...peers] = dns!.discovery.order!;
    return `reorder it, or set recovery.takeover_order.${home} to ${peers.join(", ")}`;
  },
);

export const DNS_TABLE: readonly GroupTableRule[] = [
  byRegion("checks", ({ checks }) => checks),
  byRegion("routing_controls", ({ routingControls }) => routingControls),
  byRegion("discovery.locations", ({ discovery }) => discovery.locations),
  targetsOfMembers,
  targetOfEach,
  targetsOfOneKind,
  discoveryOrder,
  completeOrder,
  orderOfTakeover,
  discoveryDefault,
  knownLocations,
  distinctLocations,
  leavesOnly,
  distinctChecks,
  childrenOfChecks,
  needsRecovery,
  oneAccount,
  functionUrls,
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
