import { plain } from "../../core/expression";
import { CALCULATED_CHILDREN_MAX, DNS_NAME_MAX_LENGTH, HEALTH_CHECK_TAGS } from "../../core/limits";
import { type Configuration, type DnsConfiguration, settingsOf } from "../configuration";
import { peersInOrder } from "../region-sets";
import { groupRules, type Rule } from "../rule";
import type { Violation } from "../violation";
import { CONTINENTS, COUNTRIES, COUNTRY_WITH_STATES, STATES } from "./geolocation";
import { type DnsRecord, endpointRecords, groupRecords, type Location, locationCode } from "./records";
import { DNS_TABLE } from "./table";

/** A rule about the records of a group that has them. */
type DnsRule = (configuration: Configuration, dns: DnsConfiguration) => readonly Violation[];

/** The record of the first region goes on to its peers, in the order in which they take it over. */
const discoveryOrder: DnsRule = (configuration, { discovery: { policy, order } }) => {
  const names = Object.keys(configuration.regions);
  if (policy !== "failover" || order === undefined || order.some((region) => !names.includes(region)))
    return [];
  const path = "dns.discovery.order";
  if (order.length !== names.length || new Set(order).size !== names.length) {
    const missing = names.filter((region) => !order.includes(region));
    return [
      {
        path,
        value: order,
        allowed: `all regions, each once: ${names.join(", ")}`,
        fix: missing.length > 0 ? `add ${missing.join(" and ")}` : "name each once",
      },
    ];
  }
  const first = order[0]!;
  const wanted = [first, ...plain(peersInOrder(settingsOf(configuration), first), "peers")];
  if (wanted.join() === order.join()) return [];
  return [
    {
      path,
      value: order,
      allowed: `${wanted.join(", ")}: after ${first}, its peers in the order in which they take it over`,
      fix: `reorder it, or set recovery.takeover_order.${first} to ${order.slice(1).join(", ")}`,
    },
  ];
};

const knownLocations: DnsRule = (_, { discovery: { locations = {} } }) =>
  Object.entries(locations).flatMap(([region, places]) =>
    places.flatMap((location, index) => {
      const allowed = allowedInstead(location);
      return allowed === undefined
        ? []
        : [
            {
              path: `dns.discovery.locations.${region}.${index}`,
              value: location,
              allowed,
              fix: "correct it",
            },
          ];
    }),
  );

/** What is allowed in place of a location that Route 53 does not know. */
function allowedInstead({ continent, country, subdivision }: Location): string | undefined {
  if ((continent === undefined) === (country === undefined))
    return "a continent, or a country with or without a subdivision";
  if (continent !== undefined) {
    if (subdivision !== undefined) return "a subdivision together with a country only";
    return CONTINENTS.includes(continent) ? undefined : `a continent of ${CONTINENTS.join(", ")}`;
  }
  if (!COUNTRIES.includes(country!)) return "a country by its two-letter code of ISO 3166-1, such as DE";
  if (subdivision === undefined) return undefined;
  if (country !== COUNTRY_WITH_STATES) return `a subdivision with country ${COUNTRY_WITH_STATES} only`;
  return STATES.includes(subdivision) ? undefined : "a state of the United States by its two letters, or DC";
}

const distinctLocations: DnsRule = (_, { discovery: { locations = {} } }) => {
  const taken = new Map<string, string>();
  return Object.entries(locations).flatMap(([region, places]) =>
    places.flatMap((location, index): readonly Violation[] => {
      const code = locationCode(location);
      const other = taken.get(code);
      taken.set(code, region);
      return other === undefined
        ? []
        : [
            {
              path: `dns.discovery.locations.${region}.${index}`,
              value: location,
              allowed: `a location that is named once; ${other} has it already`,
              fix: "give it to one region",
            },
          ];
    }),
  );
};

const distinctChecks: DnsRule = (_, { checks }) =>
  Object.entries(checks).flatMap(([region, list]) =>
    list
      .map(({ id }, index) => ({ id, index }))
      .filter(({ id, index }) => list.findIndex((other) => other.id === id) !== index)
      .map(({ id, index }) => ({
        path: `dns.checks.${region}.${index}.id`,
        value: id,
        allowed: "each check once",
        fix: "take it out",
      })),
  );

/** Beside the user's there are the home's own verdict, and its routing control. */
const childrenOfChecks: DnsRule = (_, { checks, routingControls }) =>
  Object.entries(checks).flatMap(([region, list]) => {
    const others = routingControls[region] === undefined ? 1 : 2;
    const most = CALCULATED_CHILDREN_MAX - others;
    return list.length <= most
      ? []
      : [
          {
            path: `dns.checks.${region}`,
            value: `${list.length} checks`,
            allowed: `at most ${most}: a CALCULATED check has up to ${CALCULATED_CHILDREN_MAX} children, less the group's own ${others}`,
            fix: "name fewer checks",
          },
        ];
  });

/** A health check takes fewer tags than other resources do. */
const tagsOfChecks: DnsRule = ({ tags }) => {
  const { max } = HEALTH_CHECK_TAGS;
  const own: readonly string[] = HEALTH_CHECK_TAGS.own;
  const others = Object.keys(tags).filter((key) => !own.includes(key));
  const most = max - own.length;
  return others.length <= most
    ? []
    : [
        {
          path: "tags",
          value: `${others.length} tags`,
          allowed: `at most ${most} with dns: a health check takes ${max}, less the group's own ${own.length}`,
          fix: "name fewer tags",
        },
      ];
};

/**
 * A name that has a CNAME record has no other:
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat
 */
const endpointKinds: DnsRule = (_, { endpoints }) =>
  endpoints.flatMap(({ targets }, index) => {
    const kinds = new Set(Object.values(targets).map((target) => ("cname" in target ? "cname" : "alias")));
    return kinds.size < 2
      ? []
      : [
          {
            path: `dns.endpoints.${index}.targets`,
            value: [...kinds],
            allowed: "targets of one kind, all cname or all alias",
            fix: "give a name that has a CNAME record no other: name all by cname, or all by alias",
          },
        ];
  });

const endpointNames: DnsRule = (configuration) => {
  const { own, endpoints } = namesOf(configuration);
  const taken = new Set(own);
  return endpoints.flatMap(({ record, names }, index) => {
    const clash = names.find((name) => taken.has(name));
    for (const name of names) taken.add(name);
    return clash === undefined
      ? []
      : [
          {
            path: `dns.endpoints.${index}.record`,
            value: record,
            allowed: `a name of its own; ${clash} is taken`,
            fix: "choose another name",
          },
        ];
  });
};

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */
const nameLengths: DnsRule = (configuration, { record }) => {
  const { own, endpoints } = namesOf(configuration);
  return [
    { path: "dns.record", record, names: own },
    ...endpoints.map((endpoint, index) => ({ path: `dns.endpoints.${index}.record`, ...endpoint })),
  ].flatMap(({ path, record, names }) => {
    const longest = names.reduce((one, other) => (other.length > one.length ? other : one));
    const excess = longest.length - DNS_NAME_MAX_LENGTH;
    return excess <= 0
      ? []
      : [
          {
            path,
            value: record,
            allowed: `at most ${record.length - excess} characters: the longest name below it, ${longest}, may have ${DNS_NAME_MAX_LENGTH}`,
            fix: `shorten it by ${excess}`,
          },
        ];
  });
};

/** Names of records, whatever else is wrong with them. */
function namesOf(configuration: Configuration) {
  const { regions, dns } = configuration;
  const readable: Configuration = {
    ...configuration,
    dns: {
      ...dns!,
      order: Object.keys(regions),
      discovery: { policy: dns!.discovery.policy === "failover" ? "failover" : "latency" },
    },
  };
  const targets = Object.fromEntries(Object.keys(regions).map((region) => [region, { cname: region }]));
  const names = (records: readonly DnsRecord[]) => [...new Set(records.map(({ name }) => name))];
  return {
    own: names(groupRecords(readable)),
    endpoints: dns!.endpoints.map(({ record }) => ({
      record,
      names: names(endpointRecords(readable, { record, targets })),
    })),
  };
}

const RULES: readonly DnsRule[] = [
  discoveryOrder,
  knownLocations,
  distinctLocations,
  distinctChecks,
  childrenOfChecks,
  tagsOfChecks,
  endpointKinds,
  endpointNames,
  nameLengths,
];

export const DNS_RULES: readonly Rule[] = [
  ...groupRules(DNS_TABLE),
  ...RULES.map(
    (rule): Rule =>
      (configuration) =>
        configuration.dns ? rule(configuration, configuration.dns) : [],
  ),
];
