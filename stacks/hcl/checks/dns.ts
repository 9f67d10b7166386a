import { nameOfItsOwn, shorterName } from "../../../config/dns/rules";
import { DNS_NAME_MAX_LENGTH } from "../../../core/limits";
import { listAt, type ModuleCheck, through } from "./check";

/** Of names of records. */

const ENDPOINTS = through(listAt("module.settings.dns.endpoints"), "endpoint");
const IS_FAILOVER = 'try(module.settings.dns.discovery.policy, "") == "failover"';

/** Names of records by what makes them: the group's own, and those of each endpoint, which lead on to each other. */
export const RECORD_LOCALS: Readonly<Record<string, string>> = {
  record_parts: '[for depth in range(1, length(local.regions) - 1) : depth == 1 ? "" : "-${depth}"]',
  record_names: `module.settings.dns == null ? [] : concat(flatten([for home in [for region in local.regions : "\${region}.\${module.settings.dns.record}"] : concat([home], [for part in local.record_parts : "peers\${part}.\${home}"])]), [module.settings.dns.record])`,
  endpoint_names: `[for endpoint in ${ENDPOINTS.over} : concat([endpoint.record], [for part in ${IS_FAILOVER} ? local.record_parts : [] : "peers\${part}.\${endpoint.record}"])]`,
  // Of each endpoint the first that something else has.
  taken_names: `[for index, names in local.endpoint_names : slice(concat([for name in names : name if contains(flatten([local.record_names, slice(local.endpoint_names, 0, index)]), name)], [null]), 0, 1)]`,
  longest_records: `[for names in concat(module.settings.dns == null ? [] : [{ path = "dns.record", record = module.settings.dns.record, names = local.record_names }], [for index, endpoint in ${ENDPOINTS.over} : { path = "dns.endpoints.\${index}.record", record = endpoint.record, names = local.endpoint_names[index] }]) : { path = names.path, record = names.record, longest = [for name in names.names : name if length(name) == max([for one in names.names : length(one)]...)][0] }]`,
};

export const DNS_CHECKS: readonly ModuleCheck[] = [
  {
    path: "dns.endpoints.${index}.record",
    value: "endpoint.record",
    loops: [ENDPOINTS, through("local.taken_names[index]", "taken", "number")],
    holds: "taken == null",
    allowed: nameOfItsOwn("${taken}"),
  },
  {
    path: "${longest.path}",
    value: "longest.record",
    loops: [through("local.longest_records", "longest")],
    holds: `length(longest.longest) <= ${DNS_NAME_MAX_LENGTH}`,
    allowed: shorterName(
      `\${length(longest.record) - (length(longest.longest) - ${DNS_NAME_MAX_LENGTH})}`,
      "${longest.longest}",
    ),
  },
];
