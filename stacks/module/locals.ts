import type { Renderer } from "./render";
import type { ModuleSettings } from "./settings";

/** The locals of a module, in the order in which they are written: what its variables come to. */
export function regionLocals({ locals }: ModuleSettings, renderer: Renderer): readonly string[] {
  const write = (value: unknown) => renderer.value(value, {}, "  ");
  const { queue, canary, recovery, ledger, dns } = locals;
  return [
    "regions       = keys(var.regions)",
    "other_regions = [for region in local.regions : region if region != var.region]",
    'partition     = startswith(var.region, "cn-") ? "aws-cn" : startswith(var.region, "us-gov-") ? "aws-us-gov" : "aws"',
    'domain        = local.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"',
    'canary        = "${var.failover_group}-canary"',
    `recovery = ${write(recovery)}`,
    `ledger = ${write(ledger)}`,
    `dns = ${write(dns)}`,
    "queues = { for name, queue in merge(local.users_queues, { (local.canary) = local.canary_queue }) : name => queue if var.create && (name != local.canary || var.recovery != null) }",
    `users_queues = { for name, queue in var.queues : name => ${write(queue)} }`,
    `canary_queue = ${write(canary)}`,
    'outgoing = merge([for queue, settings in local.queues : { for peer in settings.peers : "${queue}/${peer}" => { queue = queue, peer = peer } }]...)',
    'incoming = merge([for queue, settings in local.queues : { for home in settings.homes : "${queue}/${home}" => { queue = queue, home = home } }]...)',
    'everywhere = merge([for queue in keys(local.queues) : { for region in local.regions : "${queue}/${region}" => { queue = queue, region = region } }]...)',
    ...[...renderer.locals].map(([name, text]) => `${name} = ${text}`),
  ];
}
