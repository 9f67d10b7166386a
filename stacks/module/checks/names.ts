import { copies } from "../../../config/region-sets";
import { QUEUE_NAME_MAX_LENGTH } from "../../../core/limits";
import { fillTemplate, shorten } from "../../../core/names";
import { mapByRegion } from "../references";
import type { Renderer } from "../render";
import { type Check, through } from "./check";

/** Names of queues and functions, in all regions. */

/** What is checked by name; the path is where the file names its owner. */
export function nameLocals(renderer: Renderer): Readonly<Record<string, string>> {
  const write = (value: unknown) => renderer.value(value, {});
  const template = (word: string) => `\${queue.names.${word}}`;
  const name = (word: string, more: object = {}) =>
    write(fillTemplate(template(word), { prefix: "", queue: "", region: "${region}", ...more }));
  const queue = (word: string, of: string, more?: object) =>
    `{ queue = name, region = region, path = local.owners[name].path, of = local.owners[name].of, word = "${of}", name = ${name(word, more)} }`;
  const role = (use: string, text: string) =>
    `{ path = local.owners[name].path, of = local.owners[name].of, use = "${use}", region = region, name = ${text} }`;
  const functionOf = (word: string, more?: object) =>
    role(
      word,
      write(shorten(fillTemplate(template(word), { prefix: "", queue: "", region: "${region}", ...more }))),
    );
  const ofGroup = (use: string, word: string) =>
    `[{ path = "failover_group", of = "the failover group", use = "${use}", region = region, name = ${write(shorten(`\${var.naming.prefix}\${var.failover_group}-${word}-\${region}`))} }]`;
  const isCopied = write(
    copies(
      { mode: "${queue.mode}" as "async", peers: mapByRegion("${var.queues[name].peers}") },
      "${home}",
      "${region}",
    ),
  );
  const hasOutboxes = 'contains(["async", "semi-sync"], queue.mode)';
  const peers = `(${hasOutboxes} ? local.copies[name][region] : [])`;
  const homes = "[for home in local.regions : home if contains(local.copies[name][home], region)]";
  return {
    // The canary first, so that a clash with it is told of what the caller names.
    owners: `{ for name, queue in local.queues : name => queue.canary ? { rank = 0, path = "failover_group", of = "\\"\${name}\\"" } : { rank = 1, path = "queues.\${name}", of = "\\"\${name}\\"" } }`,
    by_rank:
      "[for rank in [0, 1] : { for name, queue in local.queues : name => queue if local.owners[name].rank == rank }]",
    copies: `{ for name, queue in local.queues : name => { for home in local.regions : home => [for region in local.regions : region if region != home && ${isCopied}] } }`,
    queue_names: `flatten([for queues in local.by_rank : [for name, queue in queues : [for region in local.regions : concat(
  [${queue("ingress", "ingress")}, ${queue("work", "work")}],
  [for peer in ${peers} : ${queue("outbox", "outbox", { peer: "${peer}" })}],
  [for home in ${homes} : ${queue("standby", "standby", { home: "${home}" })}],
  [${queue("dlq", "dlq")}, ${queue("ingress_dlq", "ingress-dlq")}],
)]]])`,
    role_names: `concat(flatten([for region in var.recovery == null ? [] : local.regions : concat(
  ${ofGroup("controller", "controller")},
  ${ofGroup("schedule", "schedule")},
  local.dns.is_set && local.dns.health_endpoint.is_set ? ${ofGroup("health function", "health")} : [],
)]), flatten([for queues in local.by_rank : [for name, queue in queues : [for region in local.regions : concat(
  [${functionOf("replicator")}],
  [for peer in ${peers} : ${functionOf("forwarder", { peer: "${peer}" })}],
  [for home in queue.recovery.is_set ? ${homes} : [] : ${functionOf("drainer", { home: "${home}" })}],
)]]]))`,
    longest_names: `[for names in { for named in local.queue_names : named.queue => named... } : [for named in names : named if length(named.name) == max([for one in names : length(one.name)]...)][0]]`,
    // Each clash once, however many regions it shows in.
    clashes: `concat(flatten([for kind in [
  { for named in local.queue_names : "\${named.region}/\${named.name}" => { path = named.path, of = named.of, use = "\${named.word} queue", name = named.name }... },
  { for named in local.role_names : "\${var.regions[named.region].account}/\${named.name}" => { path = named.path, of = named.of, use = named.use, name = named.name }... },
] : [for clash in { for clash in flatten([for all in kind : [for index, named in all : merge(named, { other = all[index - 1] }) if index > 0]]) : "\${clash.of} \${clash.name}" => clash... } : clash[0]]]))`,
  };
}

export const NAME_CHECKS: readonly Check[] = [
  {
    path: "${clash.path}",
    value: "clash.name",
    loops: [through("local.clashes", "clash")],
    holds: "clash == null",
    allowed:
      "a name for its ${clash.use} that is not also the name of the ${clash.other.use} of ${clash.other.of}",
  },
  {
    path: "${longest.path}",
    value: "longest.name",
    loops: [through("local.longest_names", "longest")],
    holds: `length(longest.name) <= ${QUEUE_NAME_MAX_LENGTH}`,
    allowed: `at most ${QUEUE_NAME_MAX_LENGTH} characters with prefix and suffix; the \${longest.word} queue's name has \${length(longest.name)}`,
  },
];
