import { copies } from "../../../config/region-sets";
import { fewerRoles, nameNotOf, rolesIn, shorterName } from "../../../config/rules";
import { reference } from "../../../core/expression";
import { QUEUE_NAME_MAX_LENGTH } from "../../../core/limits";
import { WITH_OUTBOXES } from "../../../core/modes";
import { fillTemplate, type NameParts, shorten } from "../../../core/names";
import { literal } from "../hcl-text";
import type { Renderer } from "../render";
import { type ModuleCheck, through } from "./check";

/** Names of queues and functions in all regions: how long they are, and whether each stands for one thing only. */

/** What a comprehension over regions calls its region. Prefix and logical queue are filled in already. */
const PARTS: NameParts = { prefix: "", queue: "", region: "${region}" };
const QUEUES_AND_REGIONS = "for name, queue in local.queues : [for region in local.regions :";
const PEERS = `contains(${literal(WITH_OUTBOXES)}, queue.mode) ? local.copies[name][region] : []`;
const HOMES = "[for home in local.regions : home if contains(local.copies[name][home], region)]";
/** Owner of what is not of a logical queue. */
const GROUP = '""';

/**
 * Locals of which each thing has an owner, a scope in which its name must be its own, and its use: of queues a region, of roles an
 * account.
 */
export function nameLocals(renderer: Renderer): Readonly<Record<string, string>> {
  const thing = (owner: string, scope: string, use: string, name: string) =>
    `{ owner = ${owner}, scope = ${scope}, use = "${use}", name = ${renderer.value(name, {})} }`;
  const filled = (word: string, more?: Partial<NameParts>) =>
    fillTemplate(`\${queue.names.${word}}`, { ...PARTS, ...more });
  const queue = (word: string, more?: Partial<NameParts>) =>
    thing("name", "region", `${word.replaceAll("_", "-")} queue`, filled(word, more));
  const role = (use: string, owner: string, name: string) =>
    thing(owner, "module.settings.regions[region].account", use, shorten(name));
  const queueRole = (word: string, more?: Partial<NameParts>) => role(word, "name", filled(word, more));
  const groupRole = (use: string, word: string) =>
    role(use, GROUP, `\${module.settings.naming.prefix}\${var.failover_group}-${word}-\${region}`);
  return {
    copies: `{ for name, queue in local.queues : name => { for home in local.regions : home => [for region in local.regions : region if region != home && ${renderer.value(IS_COPIED, {})}] } }`,
    queue_names: `flatten([${QUEUES_AND_REGIONS} concat(
  [${queue("ingress")}, ${queue("work")}],
  [for peer in ${PEERS} : ${queue("outbox", { peer: "${peer}" })}],
  [for home in ${HOMES} : ${queue("standby", { home: "${home}" })}],
  [${queue("dlq")}, ${queue("ingress_dlq")}],
)]])`,
    role_names: `concat(
  [for region in module.settings.recovery == null ? [] : local.regions : ${groupRole("controller", "controller")}],
  [for region in module.settings.recovery == null ? [] : local.regions : ${groupRole("schedule", "schedule")}],
  [for region in module.settings.recovery != null && local.dns.is_set && local.dns.health_endpoint.is_set ? local.regions : [] : ${groupRole("health function", "health")}],
  flatten([${QUEUES_AND_REGIONS} concat(
    [${queueRole("replicator")}],
    [for peer in ${PEERS} : ${queueRole("forwarder", { peer: "${peer}" })}],
    [for home in queue.recovery.is_set ? ${HOMES} : [] : ${queueRole("drainer", { home: "${home}" })}],
  )]]),
)`,
    // What names its owner in an error: the canary is of the failover group.
    owners: `merge({ ${GROUP} = { path = "failover_group", of = "the failover group", is_users = false } }, { for name, queue in local.queues : name => { path = queue.canary ? "failover_group" : "queues.\${name}", of = "\\"\${name}\\"", is_users = !queue.canary } })`,
    longest_names:
      "[for names in { for thing in local.queue_names : thing.owner => thing... } : [for thing in names : thing if length(thing.name) == max([for one in names : length(one.name)]...)][0]]",
    // By scope and name. First what is not the caller's, so that a clash with it is told of what the caller names.
    things:
      '{ for thing in flatten([for is_users in [false, true] : [for thing in concat(local.queue_names, local.role_names) : thing if local.owners[thing.owner].is_users == is_users]]) : "${thing.scope}/${thing.name}" => thing... }',
    // Once for each name, however many regions it shows in.
    clashes:
      '[for all in { for clash in flatten([for things in local.things : [for index, thing in things : merge(thing, { other = things[index - 1] }) if index > 0]]) : "${clash.owner}/${endswith(clash.use, " queue")}/${clash.name}" => clash... } : all[0]]',
  };
}

const IS_COPIED = copies(
  { mode: reference("queue.mode"), peers: reference("module.settings.queues[name].peers") },
  "${home}",
  "${region}",
);

/** Roles of the group in an account. */
const ROLES = "length(distinct([for role in local.role_names : role.name if role.scope == account]))";
const MOST_ROLES = "module.settings.account_quotas.iam_roles";

export const NAME_CHECKS: readonly ModuleCheck[] = [
  {
    path: "queues",
    value: `"${rolesIn(`\${${ROLES}}`, "${account}")}"`,
    loops: [through("distinct([for role in local.role_names : role.scope])", "account")],
    holds: `${ROLES} <= ${MOST_ROLES}`,
    allowed: fewerRoles(`\${${MOST_ROLES}}`),
  },
  {
    path: "${local.owners[clash.owner].path}",
    value: "clash.name",
    loops: [through("local.clashes", "clash")],
    holds: "clash == null",
    allowed: nameNotOf("${clash.use}", "the ${clash.other.use} of ${local.owners[clash.other.owner].of}"),
  },
  {
    path: "${local.owners[longest.owner].path}",
    value: "longest.name",
    loops: [through("local.longest_names", "longest")],
    holds: `length(longest.name) <= ${QUEUE_NAME_MAX_LENGTH}`,
    allowed: shorterName("${longest.use}", "${length(longest.name)}"),
  },
];
