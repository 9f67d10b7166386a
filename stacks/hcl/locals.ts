import { reference } from "../../core/expression";
import { partitionNamed } from "../../core/names";
import type { GlobalModule } from "./global-module";
import type { GlobalSettings } from "./global-settings";
import type { Renderer } from "./render";
import type { ModuleSettings } from "./settings";

const ALL_REGIONS = "regions       = keys(module.settings.regions)";

const partition = (renderer: Renderer) =>
  `partition = ${renderer.value(partitionNamed(reference("var.region")), {})}`;

const regions = (renderer: Renderer) => [
  ALL_REGIONS,
  // A region that is no key is told of in checks.tf, and nowhere else.
  'region        = try(module.settings.regions[var.region], { account = "", vpc = null, package = null, code_signing_config_arn = null })',
  "other_regions = [for region in local.regions : region if region != var.region]",
  partition(renderer),
];

/** The locals of the region's module, in the order in which they are written: what its variables come to. */
export function regionLocals({ locals }: ModuleSettings, renderer: Renderer): readonly string[] {
  const write = (value: unknown) => renderer.value(value, {}, "  ");
  const { queue, canary, recovery, ledger, dns } = locals;
  return [
    ...regions(renderer),
    'domain        = local.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"',
    'canary        = "${var.failover_group}-canary"',
    `recovery = ${write(recovery)}`,
    `ledger = ${write(ledger)}`,
    `dns = ${write(dns)}`,
    "queues = { for name, queue in merge(local.users_queues, { (local.canary) = local.canary_queue }) : name => queue if var.create && (name != local.canary || module.settings.recovery != null) }",
    `users_queues = { for name, queue in module.settings.queues : name => ${write(queue)} }`,
    `canary_queue = ${write(canary)}`,
    "is_single = var.create && length(module.settings.queues) == 1",
    'outgoing = merge([for queue, settings in local.queues : { for peer in settings.peers : "${queue}/${peer}" => { queue = queue, peer = peer } }]...)',
    'incoming = merge([for queue, settings in local.queues : { for home in settings.homes : "${queue}/${home}" => { queue = queue, home = home } }]...)',
    'everywhere = merge([for queue in keys(local.queues) : { for region in local.regions : "${queue}/${region}" => { queue = queue, region = region } }]...)',
  ];
}

/** Those of the global module. A chain is a name with its choices, a step one of them, a route leads the discovery record to a region. */
export function globalLocals(
  { locals: { recovery, ledger, dns, peers, order } }: GlobalSettings,
  { checks, chains }: Pick<GlobalModule, "checks" | "chains">,
  renderer: Renderer,
): readonly string[] {
  const write = (value: unknown) => renderer.value(value, {}, "  ");
  return [
    ...regions(renderer),
    `recovery = ${write(recovery)}`,
    `ledger = ${write(ledger)}`,
    `dns = ${write(dns)}`,
    `peers = ${write(peers)}`,
    `order = ${write(order)}`,
    "policy = var.create ? local.dns.discovery.policy : null",
    'endpoints = [for endpoint in local.dns.endpoints == null ? [] : local.dns.endpoints : merge(endpoint, { type = anytrue([for target in values(endpoint.targets) : target.cname != null]) ? "CNAME" : "A" })]',
    `home_checks = ${write(checks)}`,
    `home_chains = ${write(chains)}`,
    `chains = merge(local.home_chains, {
      for endpoint in local.endpoints : "endpoint/\${endpoint.record}" => {
        name    = endpoint.record
        type    = endpoint.type
        label   = "peers"
        below   = endpoint.record
        choices = [for region in local.order : { value = endpoint.targets[region].cname, alias = endpoint.targets[region].alias, check = local.home_checks[region] }]
      } if local.policy == "failover"
    })`,
    'steps = merge([for key, chain in local.chains : { for depth, choice in slice(chain.choices, 0, length(chain.choices) - 1) : "${key}/${depth}" => merge(choice, { chain = key, depth = depth, type = chain.type }) }]...)',
    "lasts = { for key, chain in local.chains : key => merge(reverse(chain.choices)[0], { depth = length(chain.choices) - 2, type = chain.type }) }",
    `routes = merge(
      { for region in slice(local.order, 0, 1) : "first" => merge(local.nowhere, { region = region }) if local.policy == "failover" },
      { for region in local.regions : region => merge(local.nowhere, { region = region, identifier = region, latency = region }) if local.policy == "latency" },
      merge([for region, places in coalesce(local.dns.discovery.locations, {}) : { for place in places : "\${region}/\${join("-", local.place_codes[jsonencode(place)])}" => merge(local.nowhere, place, { region = region, identifier = join("-", local.place_codes[jsonencode(place)]) }) if local.policy == "geolocation" }]...),
      { for region in compact([local.dns.discovery.default]) : "default" => merge(local.nowhere, { region = region, identifier = "default", country = "*" }) if local.policy == "geolocation" },
    )`,
    "nowhere = { region = null, identifier = null, latency = null, continent = null, country = null, subdivision = null }",
    'place_codes = { for place in distinct(flatten(values(coalesce(local.dns.discovery.locations, {})))) : jsonencode(place) => [for code in place.continent == null ? ["country", place.country, place.subdivision] : ["continent", place.continent] : lower(code) if code != null] }',
    'targets = local.policy == "failover" ? {} : merge([for endpoint in local.endpoints : { for key, route in local.routes : "${endpoint.record}/${key}" => merge(route, { record = endpoint.record, type = endpoint.type, value = endpoint.targets[route.region].cname, alias = endpoint.targets[route.region].alias }) }]...)',
  ];
}

/** Those of the module of a witness, whose region is none of the group. */
export function witnessLocals(recovery: unknown, renderer: Renderer): readonly string[] {
  return [ALL_REGIONS, partition(renderer), `recovery = ${renderer.value(recovery, {}, "  ")}`];
}
