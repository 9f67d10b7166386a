import { CONTINENTS, COUNTRIES, COUNTRY_WITH_STATES, STATES } from "../../../config/dns/geolocation";
import { CALCULATED_CHILDREN_MAX, DNS_NAME_MAX_LENGTH, HEALTH_CHECK_TAGS } from "../../../core/limits";
import { literal } from "../hcl-text";
import { ALL_REGIONS, isRegion, listAt, type ModuleCheck, mapAt, through } from "./check";

/** Of health checks and records. */

const ENDPOINTS = through(listAt("module.settings.dns.endpoints"), "endpoint");
const CHECKS = through(mapAt("module.settings.dns.checks"), "checks", "region");
const LOCATIONS = through(mapAt("module.settings.dns.discovery.locations"), "locations", "region");
const IS_FAILOVER = 'try(module.settings.dns.discovery.policy, "") == "failover"';

/** Names of records by what makes them: the group's own, and those of each endpoint, which lead on to each other. */
export const RECORD_LOCALS: Readonly<Record<string, string>> = {
  record_parts: '[for depth in range(1, length(local.regions) - 1) : depth == 1 ? "" : "-${depth}"]',
  record_names: `module.settings.dns == null ? [] : concat(flatten([for home in [for region in local.regions : "\${region}.\${module.settings.dns.record}"] : concat([home], [for part in local.record_parts : "peers\${part}.\${home}"])]), [module.settings.dns.record])`,
  endpoint_names: `[for endpoint in ${ENDPOINTS.over} : concat([endpoint.record], [for part in ${IS_FAILOVER} ? local.record_parts : [] : "peers\${part}.\${endpoint.record}"])]`,
  // Of each endpoint the first that something else has.
  taken_names: `[for index, names in local.endpoint_names : slice(concat([for name in names : name if contains(flatten([local.record_names, slice(local.endpoint_names, 0, index)]), name)], [null]), 0, 1)]`,
  longest_records: `[for names in concat(module.settings.dns == null ? [] : [{ path = "dns.record", record = module.settings.dns.record, names = local.record_names }], [for index, endpoint in ${ENDPOINTS.over} : { path = "dns.endpoints.\${index}.record", record = endpoint.record, names = local.endpoint_names[index] }]) : { path = names.path, record = names.record, longest = [for name in names.names : name if length(name) == max([for one in names.names : length(one)]...)][0] }]`,
  // Those that another has, after the first.
  repeated_locations: `flatten([for all in { for place in flatten([for region, locations in ${mapAt("module.settings.dns.discovery.locations")} : [for index, location in locations : { region = region, index = index, location = location, code = lower(join("-", location.continent == null ? compact(["country", location.country, location.subdivision]) : ["continent", location.continent])) }]]) : place.code => place... } : [for index, place in all : merge(place, { other = all[index - 1].region }) if index > 0]])`,
};

/** Of an order that names regions of the group only. */
const ORDERS = through(
  `${IS_FAILOVER} && try(module.settings.dns.discovery.order, null) != null && alltrue([for region in ${listAt("module.settings.dns.discovery.order")} : ${isRegion("region")}]) ? [module.settings.dns.discovery.order] : []`,
  "order",
);
const IS_COMPLETE =
  "length(order) == length(local.regions) && length(distinct(order)) == length(local.regions)";
const WANTED =
  'join(", ", concat([order[0]], distinct([for region in concat(local.recovery.takeover_order[order[0]], local.regions) : region if region != order[0] && contains(local.regions, region)])))';

const discoveryOrder = (holds: string, allowed: string): ModuleCheck => ({
  path: "dns.discovery.order",
  value: "order",
  loops: [ORDERS],
  holds,
  allowed,
});

/** What is allowed in place of a location that Route 53 does not know, else an empty text. */
const INSTEAD = [
  [
    "(location.continent == null) == (location.country == null)",
    "a continent, or a country with or without a subdivision",
  ],
  [
    "location.continent != null && location.subdivision != null",
    "a subdivision together with a country only",
  ],
  [
    `location.continent != null ? !contains(${literal(CONTINENTS)}, location.continent) : false`,
    `a continent of ${CONTINENTS.join(", ")}`,
  ],
  [
    `location.country != null ? !contains(${literal(COUNTRIES)}, location.country) : false`,
    "a country by its two-letter code of ISO 3166-1, such as DE",
  ],
  [
    `location.subdivision != null && location.country != "${COUNTRY_WITH_STATES}"`,
    `a subdivision with country ${COUNTRY_WITH_STATES} only`,
  ],
  [
    `location.subdivision != null ? !contains(${literal(STATES)}, location.subdivision) : false`,
    "a state of the United States by its two letters, or DC",
  ],
].reduceRight((otherwise, [isFault, words]) => `(${isFault}) ? ${literal(words)} : ${otherwise}`, '""');

const withoutNulls = (object: string) => `{ for key, value in ${object} : key => value if value != null }`;

/** Children of a region's calculated check that are the group's own. */
const OWN_CHILDREN = `(contains(keys(${mapAt("module.settings.dns.routing_controls")}), region) ? 2 : 1)`;

const TAGS = HEALTH_CHECK_TAGS.max - HEALTH_CHECK_TAGS.own.length;
const USERS_TAGS = `length(setsubtract(keys(var.tags), ${literal(HEALTH_CHECK_TAGS.own)}))`;

export const DNS_CHECKS: readonly ModuleCheck[] = [
  discoveryOrder(IS_COMPLETE, `all regions, each once: ${ALL_REGIONS}`),
  discoveryOrder(
    `!(${IS_COMPLETE}) || join(", ", order) == ${WANTED}`,
    `\${${WANTED}}: after \${order[0]}, its peers in the order in which they take it over`,
  ),
  {
    path: "dns.discovery.locations.${region}.${index}",
    value: withoutNulls("location"),
    loops: [LOCATIONS, through("locations", "location")],
    holds: `(${INSTEAD}) == ""`,
    allowed: `\${${INSTEAD}}`,
  },
  {
    path: "dns.discovery.locations.${place.region}.${place.index}",
    value: withoutNulls("place.location"),
    loops: [through("local.repeated_locations", "place")],
    holds: "place == null",
    allowed: "a location that is named once; ${place.other} has it already",
  },
  {
    path: "dns.checks.${region}.${index}.id",
    value: "check.id",
    loops: [CHECKS, through("checks", "check")],
    holds: "!contains([for other in slice(checks, 0, index) : other.id], check.id)",
    allowed: "each check once",
  },
  {
    path: "dns.checks.${region}",
    value: '"${length(checks)} checks"',
    loops: [CHECKS],
    holds: `length(checks) <= ${CALCULATED_CHILDREN_MAX} - ${OWN_CHILDREN}`,
    allowed: `at most \${${CALCULATED_CHILDREN_MAX} - ${OWN_CHILDREN}}: a CALCULATED check has up to ${CALCULATED_CHILDREN_MAX} children, less the group's own \${${OWN_CHILDREN}}`,
  },
  {
    path: "tags",
    value: `"\${${USERS_TAGS}} tags"`,
    holds: `module.settings.dns == null || ${USERS_TAGS} <= ${TAGS}`,
    allowed: `at most ${TAGS} with dns: a health check takes ${HEALTH_CHECK_TAGS.max}, less the group's own ${HEALTH_CHECK_TAGS.own.length}`,
  },
  {
    path: "dns.endpoints.${index}.record",
    value: "endpoint.record",
    loops: [ENDPOINTS, through("local.taken_names[index]", "taken", "number")],
    holds: "taken == null",
    allowed: "a name of its own; ${taken} is taken",
  },
  {
    path: "${longest.path}",
    value: "longest.record",
    loops: [through("local.longest_records", "longest")],
    holds: `length(longest.longest) <= ${DNS_NAME_MAX_LENGTH}`,
    allowed: `at most \${length(longest.record) - (length(longest.longest) - ${DNS_NAME_MAX_LENGTH})} characters: the longest name below it, \${longest.longest}, may have ${DNS_NAME_MAX_LENGTH}`,
  },
];
