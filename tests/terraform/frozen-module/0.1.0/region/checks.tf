locals {
  copies = { for name, queue in local.queues : name => { for home in local.regions : home => [for region in local.regions : region if region != home && ((queue.mode != "none") && ((try(var.queues[name].peers[home], null) != null) ? contains(try(var.queues[name].peers[home], null), region) : true))] } }

  queue_names = flatten([for name, queue in local.queues : [for region in local.regions : concat(
    [{ owner = name, scope = region, use = "ingress queue", name = replace(queue.names.ingress, "{region}", region) }, { owner = name, scope = region, use = "work queue", name = replace(queue.names.work, "{region}", region) }],
    [for peer in contains(["async", "semi-sync"], queue.mode) ? local.copies[name][region] : [] : { owner = name, scope = region, use = "outbox queue", name = replace(replace(queue.names.outbox, "{region}", region), "{peer}", peer) }],
    [for home in [for home in local.regions : home if contains(local.copies[name][home], region)] : { owner = name, scope = region, use = "standby queue", name = replace(replace(queue.names.standby, "{region}", region), "{home}", home) }],
    [{ owner = name, scope = region, use = "dlq queue", name = replace(queue.names.dlq, "{region}", region) }, { owner = name, scope = region, use = "ingress-dlq queue", name = replace(queue.names.ingress_dlq, "{region}", region) }],
  )]])

  role_names = concat(
    [for region in var.recovery == null ? [] : local.regions : { owner = "", scope = var.regions[region].account, use = "controller", name = one([for name in ["${var.naming.prefix}${var.failover_group}-controller-${region}"] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }],
    [for region in var.recovery == null ? [] : local.regions : { owner = "", scope = var.regions[region].account, use = "schedule", name = one([for name in ["${var.naming.prefix}${var.failover_group}-schedule-${region}"] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }],
    [for region in var.recovery != null && local.dns.is_set && local.dns.health_endpoint.is_set ? local.regions : [] : { owner = "", scope = var.regions[region].account, use = "health function", name = one([for name in ["${var.naming.prefix}${var.failover_group}-health-${region}"] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }],
    flatten([for name, queue in local.queues : [for region in local.regions : concat(
      [{ owner = name, scope = var.regions[region].account, use = "replicator", name = one([for name in [replace(queue.names.replicator, "{region}", region)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }],
      [for peer in contains(["async", "semi-sync"], queue.mode) ? local.copies[name][region] : [] : { owner = name, scope = var.regions[region].account, use = "forwarder", name = one([for name in [replace(replace(queue.names.forwarder, "{region}", region), "{peer}", peer)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }],
      [for home in queue.recovery.is_set ? [for home in local.regions : home if contains(local.copies[name][home], region)] : [] : { owner = name, scope = var.regions[region].account, use = "drainer", name = one([for name in [replace(replace(queue.names.drainer, "{region}", region), "{home}", home)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }],
    )]]),
  )

  owners = merge({ "" = { path = "failover_group", of = "the failover group", is_users = false } }, { for name, queue in local.queues : name => { path = queue.canary ? "failover_group" : "queues.${name}", of = "\"${name}\"", is_users = !queue.canary } })

  longest_names = [for names in { for thing in local.queue_names : thing.owner => thing... } : [for thing in names : thing if length(thing.name) == max([for one in names : length(one.name)]...)][0]]

  things = { for thing in flatten([for is_users in [false, true] : [for thing in concat(local.queue_names, local.role_names) : thing if local.owners[thing.owner].is_users == is_users]]) : "${thing.scope}/${thing.name}" => thing... }

  clashes = [for all in { for clash in flatten([for things in local.things : [for index, thing in things : merge(thing, { other = things[index - 1] }) if index > 0]]) : "${clash.owner}/${endswith(clash.use, " queue")}/${clash.name}" => clash... } : all[0]]

  record_parts = [for depth in range(1, length(local.regions) - 1) : depth == 1 ? "" : "-${depth}"]

  record_names = var.dns == null ? [] : concat(flatten([for home in [for region in local.regions : "${region}.${var.dns.record}"] : concat(
    ["health.${home}", home],
    [for part in local.record_parts : "peers${part}.${home}"],
    ["owner.${home}"],
    [for part in local.record_parts : "owners${part}.${home}"],
  )]), [var.dns.record])

  endpoint_names = [for endpoint in coalesce(try(var.dns.endpoints, null), []) : concat([endpoint.record], [for part in try(var.dns.discovery.policy, "") == "failover" ? local.record_parts : [] : "peers${part}.${endpoint.record}"])]

  taken_names = [for index, names in local.endpoint_names : slice(concat([for name in names : name if contains(flatten([local.record_names, slice(local.endpoint_names, 0, index)]), name)], [null]), 0, 1)]

  longest_records = [for names in concat(var.dns == null ? [] : [{ path = "dns.record", record = var.dns.record, names = local.record_names }], [for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : { path = "dns.endpoints.${index}.record", record = endpoint.record, names = local.endpoint_names[index] }]) : { path = names.path, record = names.record, longest = [for name in names.names : name if length(name) == max([for one in names.names : length(one)]...)][0] }]

  repeated_locations = flatten([for all in { for place in flatten([for region, locations in coalesce(try(var.dns.discovery.locations, null), {}) : [for index, location in locations : { region = region, index = index, location = location, code = lower(join("-", location.continent == null ? compact(["country", location.country, location.subdivision]) : ["continent", location.continent])) }]]) : place.code => place... } : [for index, place in all : merge(place, { other = all[index - 1].region }) if index > 0]])

  policy_sizes = [for policy in [
    { number = 1, length = local.dns.is_set ? length(local.look_1_policy) : 0 },
    { number = 2, length = local.dns.is_set ? length(local.look_2_policy) : 0 },
    { number = 3, length = local.dns.is_set ? length(local.look_3_policy) : 0 },
    { number = 4, length = local.dns.is_set ? length(local.look_4_policy) : 0 },
    { number = 1, length = length(local.drain_1_policy) },
    { number = 2, length = length(local.drain_2_policy) },
    { number = 3, length = length(local.drain_3_policy) },
    { number = 4, length = length(local.drain_4_policy) },
  ] : merge(policy, { queues = length([for name in keys(var.queues) : name if 1 + parseint(substr(sha256(name), 0, 2), 16) % 4 == policy.number]) })]
}

# Read for its conditions alone.
# tflint-ignore: terraform_unused_declarations
data "aws_region" "provider" {
  count = var.create ? 1 : 0

  lifecycle {
    postcondition {
      condition     = self.id == var.region
      error_message = "region is ${jsonencode(var.region)}: that of the provider, ${self.id}."
    }
  }
}

# Read for its conditions alone.
# tflint-ignore: terraform_unused_declarations
data "aws_caller_identity" "provider" {
  count = var.create && var.check_account ? 1 : 0

  lifecycle {
    postcondition {
      condition     = !contains(local.regions, var.region) || self.account_id == local.region.account
      error_message = "regions.${var.region}.account is ${jsonencode(local.region.account)}: that of the provider, ${self.account_id}."
    }
  }
}

# Read for its conditions alone.
# tflint-ignore: terraform_unused_declarations
data "aws_region" "this" {
  count = var.create ? 1 : 0

  lifecycle {
    precondition {
      condition     = contains(local.regions, var.region)
      error_message = "region is ${jsonencode(var.region)}: one of ${join(", ", local.regions)}."
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : queue.transit_visibility_timeout_seconds >= 6 * queue.functions.timeout_seconds
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.transit_visibility_timeout_seconds is ${jsonencode(queue.transit_visibility_timeout_seconds)}: ${6 * queue.functions.timeout_seconds} to 43200: at least 6 times the function timeout of ${queue.functions.timeout_seconds} seconds." if !(queue.transit_visibility_timeout_seconds >= 6 * queue.functions.timeout_seconds)
      ])
    }

    precondition {
      condition = alltrue([for queue in local.users_queues : !queue.fifo.is_set || queue.functions.timeout_seconds <= 40])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.functions.timeout_seconds is ${jsonencode(queue.functions.timeout_seconds)}: at most 40 on FIFO queues." if !(!queue.fifo.is_set || queue.functions.timeout_seconds <= 40)
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : !queue.fifo.is_set || queue.transit_visibility_timeout_seconds <= 240
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.transit_visibility_timeout_seconds is ${jsonencode(queue.transit_visibility_timeout_seconds)}: at most 240 on FIFO queues." if !(!queue.fifo.is_set || queue.transit_visibility_timeout_seconds <= 240)
      ])
    }

    precondition {
      condition = alltrue([for queue in local.users_queues : !queue.fifo.is_set || queue.functions.batch_size <= 10])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.functions.batch_size is ${jsonencode(queue.functions.batch_size)}: at most 10 on FIFO queues." if !(!queue.fifo.is_set || queue.functions.batch_size <= 10)
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : !queue.fifo.is_set || queue.functions.batching_window_seconds <= 0
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.functions.batching_window_seconds is ${jsonencode(queue.functions.batching_window_seconds)}: at most 0 on FIFO queues." if !(!queue.fifo.is_set || queue.functions.batching_window_seconds <= 0)
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : !queue.functions.provisioned_pollers.is_set || queue.functions.maximum_concurrency == null
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.functions.provisioned_pollers is ${jsonencode({ for key, value in queue.functions.provisioned_pollers : key => value if key != "is_set" })}: nothing together with maximum_concurrency." if !(!queue.functions.provisioned_pollers.is_set || queue.functions.maximum_concurrency == null)
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : queue.fifo.is_set || queue.functions.batch_size <= 10 || queue.functions.batching_window_seconds >= 1
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.functions.batching_window_seconds is ${jsonencode(queue.functions.batching_window_seconds)}: 1 to 300 with a batch_size of ${queue.functions.batch_size}." if !(queue.fifo.is_set || queue.functions.batch_size <= 10 || queue.functions.batching_window_seconds >= 1)
      ])
    }

    precondition {
      condition = alltrue(flatten([
        for queue in var.queues : [for home, peers in coalesce(try(queue.peers, null), {}) : contains(local.regions, home)]
      ]))
      error_message = join(" ", flatten([
        for name, queue in var.queues : [
          for home, peers in coalesce(try(queue.peers, null), {}) : "queues.${name}.peers.${home} is ${jsonencode(home)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, home))
        ]
      ]))
    }

    precondition {
      condition = alltrue(flatten([
        for queue in var.queues : [
          for home, peers in coalesce(try(queue.peers, null), {}) : [for peer in peers : !contains(local.regions, home) || contains(local.regions, peer)]
        ]
      ]))
      error_message = join(" ", flatten([
        for name, queue in var.queues : [
          for home, peers in coalesce(try(queue.peers, null), {}) : [
            for peer in peers : "queues.${name}.peers.${home} is ${jsonencode(peer)}: some of ${join(", ", [for other in local.regions : other if other != home])}." if !(!contains(local.regions, home) || contains(local.regions, peer))
          ]
        ]
      ]))
    }

    precondition {
      condition = alltrue(flatten([
        for queue in local.users_queues : [
          for region in queue.encryption.kms_key_arns == null ? [] : local.regions : contains(keys(coalesce(queue.encryption.kms_key_arns, {})), region)
        ]
      ]))
      error_message = join(" ", flatten([
        for name, queue in local.users_queues : [
          for region in queue.encryption.kms_key_arns == null ? [] : local.regions : "queues.${name}.encryption.kms_key_arns.${region} is ${jsonencode(null)}: a key of ${region}, for every region of the group." if !(contains(keys(coalesce(queue.encryption.kms_key_arns, {})), region))
        ]
      ]))
    }

    precondition {
      condition = alltrue([
        for name, queue in local.users_queues : length(local.ingress_policies[name]) <= 8192 && length(jsondecode(local.ingress_policies[name]).Statement) <= 20
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.producers is ${jsonencode("${length(var.queues[name].producers) + length(var.queues[name].producer_services)} principals, a policy of ${length(local.ingress_policies[name])} bytes and ${length(jsondecode(local.ingress_policies[name]).Statement)} statements")}: a queue policy of at most 8192 bytes and 20 statements." if !(length(local.ingress_policies[name]) <= 8192 && length(jsondecode(local.ingress_policies[name]).Statement) <= 20)
      ])
    }

    precondition {
      condition = alltrue([
        for name, queue in local.users_queues : length(local.work_policies[name]) <= 8192 && length(jsondecode(local.work_policies[name]).Statement) <= 20
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.consumers is ${jsonencode("${length(var.queues[name].consumers) + length(var.queues[name].consumer_services)} principals, a policy of ${length(local.work_policies[name])} bytes and ${length(jsondecode(local.work_policies[name]).Statement)} statements")}: a queue policy of at most 8192 bytes and 20 statements." if !(length(local.work_policies[name]) <= 8192 && length(jsondecode(local.work_policies[name]).Statement) <= 20)
      ])
    }

    precondition {
      condition = alltrue(flatten([
        for name, queue in local.users_queues : [
          for home in queue.recovery.is_set ? local.regions : [] : alltrue([for region in local.recovery.takeover_order[home] : !contains(local.regions, region) || contains(local.copies[name][home], region)])
        ]
      ]))
      error_message = join(" ", flatten([
        for name, queue in local.users_queues : [
          for home in queue.recovery.is_set ? local.regions : [] : "queues.${name}.peers.${home} is ${jsonencode(try(var.queues[name].peers[home], null))}: all regions that may take ${home} over: ${join(", ", local.recovery.takeover_order[home])}." if !(alltrue([for region in local.recovery.takeover_order[home] : !contains(local.regions, region) || contains(local.copies[name][home], region)]))
        ]
      ]))
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : !queue.recovery.is_set || queue.recovery.rescue != "ledger" || var.ledger != null
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.rescue is ${jsonencode(queue.rescue)}: watermark or manual without a ledger." if !(!queue.recovery.is_set || queue.recovery.rescue != "ledger" || var.ledger != null)
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : !queue.recovery.is_set || queue.recovery.rescue != "watermark" || queue.max_receive_count >= 3
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.max_receive_count is ${jsonencode(queue.max_receive_count)}: 3 to 1000 with rescue watermark." if !(!queue.recovery.is_set || queue.recovery.rescue != "watermark" || queue.max_receive_count >= 3)
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : queue.rescue == null || queue.recovery.is_set && contains(["ledger", "watermark", "manual"], queue.recovery.rescue)
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.rescue is ${jsonencode(queue.rescue)}: nothing ${var.recovery == null ? "without recovery" : queue.mode == "none" ? "in mode none, in which there are no copies" : "with rescue ${queue.recovery.rescue}"}." if !(queue.rescue == null || queue.recovery.is_set && contains(["ledger", "watermark", "manual"], queue.recovery.rescue))
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : queue.rescue_margin_seconds == null || queue.recovery.is_set && contains(["watermark"], queue.recovery.rescue)
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.rescue_margin_seconds is ${jsonencode(queue.rescue_margin_seconds)}: nothing ${var.recovery == null ? "without recovery" : queue.mode == "none" ? "in mode none, in which there are no copies" : "with rescue ${queue.recovery.rescue}"}." if !(queue.rescue_margin_seconds == null || queue.recovery.is_set && contains(["watermark"], queue.recovery.rescue))
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : queue.max_rate == null || queue.recovery.is_set && contains(["ledger", "watermark", "manual"], queue.recovery.rescue)
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.max_rate is ${jsonencode(queue.max_rate)}: nothing ${var.recovery == null ? "without recovery" : queue.mode == "none" ? "in mode none, in which there are no copies" : "with rescue ${queue.recovery.rescue}"}." if !(queue.max_rate == null || queue.recovery.is_set && contains(["ledger", "watermark", "manual"], queue.recovery.rescue))
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : queue.on_missing_identity == null || queue.recovery.is_set && contains(["ledger"], queue.recovery.rescue)
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.on_missing_identity is ${jsonencode(queue.on_missing_identity)}: nothing ${var.recovery == null ? "without recovery" : queue.mode == "none" ? "in mode none, in which there are no copies" : "with rescue ${queue.recovery.rescue}"}." if !(queue.on_missing_identity == null || queue.recovery.is_set && contains(["ledger"], queue.recovery.rescue))
      ])
    }

    precondition {
      condition = alltrue([
        for queue in local.users_queues : queue.ledger_key == null || queue.recovery.is_set && contains(["ledger"], queue.recovery.rescue)
      ])
      error_message = join(" ", [
        for name, queue in local.users_queues : "queues.${name}.ledger_key is ${jsonencode(queue.ledger_key)}: nothing ${var.recovery == null ? "without recovery" : queue.mode == "none" ? "in mode none, in which there are no copies" : "with rescue ${queue.recovery.rescue}"}." if !(queue.ledger_key == null || queue.recovery.is_set && contains(["ledger"], queue.recovery.rescue))
      ])
    }

    precondition {
      condition = alltrue([for clash in local.clashes : clash == null])
      error_message = join(" ", [
        for clash in local.clashes : "${local.owners[clash.owner].path} is ${jsonencode(clash.name)}: a name for its ${clash.use} that is not also the name of the ${clash.other.use} of ${local.owners[clash.other.owner].of}." if !(clash == null)
      ])
    }

    precondition {
      condition = alltrue([for longest in local.longest_names : length(longest.name) <= 80])
      error_message = join(" ", [
        for longest in local.longest_names : "${local.owners[longest.owner].path} is ${jsonencode(longest.name)}: at most 80 characters with prefix and suffix; the ${longest.use}'s name has ${length(longest.name)}." if !(length(longest.name) <= 80)
      ])
    }

    precondition {
      condition = alltrue([
        for region in var.recovery == null ? [] : local.regions : var.regions[region].account == var.regions[local.regions[0]].account
      ])
      error_message = join(" ", [
        for region in var.recovery == null ? [] : local.regions : "regions.${region}.account is ${jsonencode(var.regions[region].account)}: one account in all regions, ${var.regions[local.regions[0]].account}, with recovery." if !(var.regions[region].account == var.regions[local.regions[0]].account)
      ])
    }

    precondition {
      condition     = var.recovery == null || var.dns != null || local.recovery.takeover != "automatic"
      error_message = "recovery.takeover is ${jsonencode(local.recovery.takeover)}: manual without dns."
    }

    precondition {
      condition     = var.recovery == null || var.dns != null || local.recovery.failback != "automatic"
      error_message = "recovery.failback is ${jsonencode(local.recovery.failback)}: manual without dns."
    }

    precondition {
      condition = alltrue([
        for home, order in coalesce(try(var.recovery.takeover_order, null), {}) : contains(local.regions, home)
      ])
      error_message = join(" ", [
        for home, order in coalesce(try(var.recovery.takeover_order, null), {}) : "recovery.takeover_order.${home} is ${jsonencode(home)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, home))
      ])
    }

    precondition {
      condition = alltrue(flatten([
        for home, order in coalesce(try(var.recovery.takeover_order, null), {}) : [for region in order : !contains(local.regions, home) || contains(local.regions, region)]
      ]))
      error_message = join(" ", flatten([
        for home, order in coalesce(try(var.recovery.takeover_order, null), {}) : [
          for region in order : "recovery.takeover_order.${home} is ${jsonencode(region)}: some of ${join(", ", [for other in local.regions : other if other != home])}, each once." if !(!contains(local.regions, home) || contains(local.regions, region))
        ]
      ]))
    }

    precondition {
      condition = alltrue([
        for region, arns in coalesce(try(var.recovery.alarm_action_arns, null), {}) : contains(local.regions, region)
      ])
      error_message = join(" ", [
        for region, arns in coalesce(try(var.recovery.alarm_action_arns, null), {}) : "recovery.alarm_action_arns.${region} is ${jsonencode(region)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, region))
      ])
    }

    precondition {
      condition     = var.recovery == null || local.recovery.hand_back_timeout_seconds >= local.recovery.in_flight_seconds
      error_message = "recovery.hand_back_timeout_seconds is ${jsonencode(local.recovery.hand_back_timeout_seconds)}: at least in_flight_seconds, ${local.recovery.in_flight_seconds}."
    }

    precondition {
      condition     = var.recovery == null || !contains(keys(var.queues), local.canary)
      error_message = "queues.${local.canary} is ${jsonencode(local.canary)}: any name but that of the group's canary."
    }

    precondition {
      condition = alltrue([
        for longest in slice([for policy in local.policy_sizes : policy if policy.length == max([for one in local.policy_sizes : one.length]...)], 0, var.recovery == null ? 0 : 1) : longest.length <= 6144
      ])
      error_message = join(" ", [
        for longest in slice([for policy in local.policy_sizes : policy if policy.length == max([for one in local.policy_sizes : one.length]...)], 0, var.recovery == null ? 0 : 1) : "queues is ${jsonencode("${length(var.queues)} logical queues, ${longest.queues} of which share a policy of ${longest.length} characters")}: policies of at most 6144 characters, 4 over which the names of all are spread." if !(longest.length <= 6144)
      ])
    }

    precondition {
      condition     = var.ledger == null || !local.ledger.managed.is_set || length(distinct([for region in local.regions : var.regions[region].account])) == 1
      error_message = "ledger is ${jsonencode([for region in local.regions : var.regions[region].account])}: a managed ledger in one account, that of all regions."
    }

    precondition {
      condition     = var.ledger == null || var.recovery != null
      error_message = "ledger is ${jsonencode(local.ledger.managed.is_set ? "a managed ledger" : local.ledger.table_name)}: nothing without recovery."
    }

    precondition {
      condition = alltrue([
        for region in try(var.ledger.kms_key_arns, null) == null ? [] : local.regions : contains(keys(coalesce(try(var.ledger.kms_key_arns, null), {})), region)
      ])
      error_message = join(" ", [
        for region in try(var.ledger.kms_key_arns, null) == null ? [] : local.regions : "ledger.kms_key_arns.${region} is ${jsonencode(null)}: a key of ${region}, for every region of the group." if !(contains(keys(coalesce(try(var.ledger.kms_key_arns, null), {})), region))
      ])
    }

    precondition {
      condition     = var.dns == null || var.recovery != null
      error_message = "dns is ${jsonencode(local.dns.record)}: nothing without recovery."
    }

    precondition {
      condition     = var.dns == null || length(distinct([for region in local.regions : var.regions[region].account])) == 1
      error_message = "dns is ${jsonencode([for region in local.regions : var.regions[region].account])}: health checks in one account, that of all regions."
    }

    precondition {
      condition = alltrue([for region in keys(coalesce(try(var.dns.checks, null), {})) : contains(local.regions, region)])
      error_message = join(" ", [
        for region in keys(coalesce(try(var.dns.checks, null), {})) : "dns.checks.${region} is ${jsonencode(region)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, region))
      ])
    }

    precondition {
      condition = alltrue([
        for region in keys(coalesce(try(var.dns.routing_controls, null), {})) : contains(local.regions, region)
      ])
      error_message = join(" ", [
        for region in keys(coalesce(try(var.dns.routing_controls, null), {})) : "dns.routing_controls.${region} is ${jsonencode(region)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, region))
      ])
    }

    precondition {
      condition = alltrue([
        for region in keys(coalesce(try(var.dns.resolver_addresses, null), {})) : contains(local.regions, region)
      ])
      error_message = join(" ", [
        for region in keys(coalesce(try(var.dns.resolver_addresses, null), {})) : "dns.resolver_addresses.${region} is ${jsonencode(region)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, region))
      ])
    }

    precondition {
      condition = alltrue([
        for region in keys(coalesce(try(var.dns.discovery.locations, null), {})) : contains(local.regions, region)
      ])
      error_message = join(" ", [
        for region in keys(coalesce(try(var.dns.discovery.locations, null), {})) : "dns.discovery.locations.${region} is ${jsonencode(region)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, region))
      ])
    }

    precondition {
      condition = alltrue(flatten([
        for endpoint in coalesce(try(var.dns.endpoints, null), []) : [for region in keys(endpoint.targets) : contains(local.regions, region)]
      ]))
      error_message = join(" ", flatten([
        for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
          for region in keys(endpoint.targets) : "dns.endpoints.${index}.targets.${region} is ${jsonencode(region)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, region))
        ]
      ]))
    }

    precondition {
      condition = alltrue([for region in coalesce(try(var.dns.discovery.order, null), []) : contains(local.regions, region)])
      error_message = join(" ", [
        for region in coalesce(try(var.dns.discovery.order, null), []) : "dns.discovery.order is ${jsonencode(region)}: one of ${join(", ", local.regions)}." if !(contains(local.regions, region))
      ])
    }

    precondition {
      condition     = try(var.dns.discovery.default, null) == null ? true : contains(local.regions, var.dns.discovery.default)
      error_message = "dns.discovery.default is ${jsonencode(try(var.dns.discovery.default, null))}: one of ${join(", ", local.regions)}."
    }

    precondition {
      condition = alltrue([
        for order in try(var.dns.discovery.policy, "") == "failover" && try(var.dns.discovery.order, null) != null && alltrue([for region in coalesce(try(var.dns.discovery.order, null), []) : contains(local.regions, region)]) ? [var.dns.discovery.order] : [] : length(order) == length(local.regions) && length(distinct(order)) == length(local.regions)
      ])
      error_message = join(" ", [
        for order in try(var.dns.discovery.policy, "") == "failover" && try(var.dns.discovery.order, null) != null && alltrue([for region in coalesce(try(var.dns.discovery.order, null), []) : contains(local.regions, region)]) ? [var.dns.discovery.order] : [] : "dns.discovery.order is ${jsonencode(order)}: all regions, each once: ${join(", ", local.regions)}." if !(length(order) == length(local.regions) && length(distinct(order)) == length(local.regions))
      ])
    }

    precondition {
      condition = alltrue([
        for order in try(var.dns.discovery.policy, "") == "failover" && try(var.dns.discovery.order, null) != null && alltrue([for region in coalesce(try(var.dns.discovery.order, null), []) : contains(local.regions, region)]) ? [var.dns.discovery.order] : [] : !(length(order) == length(local.regions) && length(distinct(order)) == length(local.regions)) || join(", ", order) == join(", ", concat([order[0]], distinct([for region in concat(local.recovery.takeover_order[order[0]], local.regions) : region if region != order[0] && contains(local.regions, region)])))
      ])
      error_message = join(" ", [
        for order in try(var.dns.discovery.policy, "") == "failover" && try(var.dns.discovery.order, null) != null && alltrue([for region in coalesce(try(var.dns.discovery.order, null), []) : contains(local.regions, region)]) ? [var.dns.discovery.order] : [] : "dns.discovery.order is ${jsonencode(order)}: ${join(", ", concat([order[0]], distinct([for region in concat(local.recovery.takeover_order[order[0]], local.regions) : region if region != order[0] && contains(local.regions, region)])))}: after ${order[0]}, its peers in the order in which they take it over." if !(!(length(order) == length(local.regions) && length(distinct(order)) == length(local.regions)) || join(", ", order) == join(", ", concat([order[0]], distinct([for region in concat(local.recovery.takeover_order[order[0]], local.regions) : region if region != order[0] && contains(local.regions, region)]))))
      ])
    }

    precondition {
      condition = alltrue(flatten([
        for locations in coalesce(try(var.dns.discovery.locations, null), {}) : [
          for location in locations : (((location.continent == null) == (location.country == null)) ? "a continent, or a country with or without a subdivision" : (location.continent != null && location.subdivision != null) ? "a subdivision together with a country only" : (location.continent != null ? !contains(["AF", "AN", "AS", "EU", "NA", "OC", "SA"], location.continent) : false) ? "a continent of AF, AN, AS, EU, NA, OC, SA" : (location.country != null ? !contains(["AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW"], location.country) : false) ? "a country by its two-letter code of ISO 3166-1, such as DE" : (location.subdivision != null && location.country != "US") ? "a subdivision with country US only" : (location.subdivision != null ? !contains(["AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY"], location.subdivision) : false) ? "a state of the United States by its two letters, or DC" : "") == ""
        ]
      ]))
      error_message = join(" ", flatten([
        for region, locations in coalesce(try(var.dns.discovery.locations, null), {}) : [
          for index, location in locations : "dns.discovery.locations.${region}.${index} is ${jsonencode({ for key, value in location : key => value if value != null })}: ${((location.continent == null) == (location.country == null)) ? "a continent, or a country with or without a subdivision" : (location.continent != null && location.subdivision != null) ? "a subdivision together with a country only" : (location.continent != null ? !contains(["AF", "AN", "AS", "EU", "NA", "OC", "SA"], location.continent) : false) ? "a continent of AF, AN, AS, EU, NA, OC, SA" : (location.country != null ? !contains(["AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW"], location.country) : false) ? "a country by its two-letter code of ISO 3166-1, such as DE" : (location.subdivision != null && location.country != "US") ? "a subdivision with country US only" : (location.subdivision != null ? !contains(["AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY"], location.subdivision) : false) ? "a state of the United States by its two letters, or DC" : ""}." if !((((location.continent == null) == (location.country == null)) ? "a continent, or a country with or without a subdivision" : (location.continent != null && location.subdivision != null) ? "a subdivision together with a country only" : (location.continent != null ? !contains(["AF", "AN", "AS", "EU", "NA", "OC", "SA"], location.continent) : false) ? "a continent of AF, AN, AS, EU, NA, OC, SA" : (location.country != null ? !contains(["AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA", "ZM", "ZW"], location.country) : false) ? "a country by its two-letter code of ISO 3166-1, such as DE" : (location.subdivision != null && location.country != "US") ? "a subdivision with country US only" : (location.subdivision != null ? !contains(["AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MI", "MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VT", "WA", "WI", "WV", "WY"], location.subdivision) : false) ? "a state of the United States by its two letters, or DC" : "") == "")
        ]
      ]))
    }

    precondition {
      condition = alltrue([for place in local.repeated_locations : place == null])
      error_message = join(" ", [
        for index, place in local.repeated_locations : "dns.discovery.locations.${place.region}.${place.index} is ${jsonencode({ for key, value in place.location : key => value if value != null })}: a location that is named once; ${place.other} has it already." if !(place == null)
      ])
    }

    precondition {
      condition = alltrue(flatten([
        for checks in coalesce(try(var.dns.checks, null), {}) : [
          for index, check in checks : !contains([for other in slice(checks, 0, index) : other.id], check.id)
        ]
      ]))
      error_message = join(" ", flatten([
        for region, checks in coalesce(try(var.dns.checks, null), {}) : [
          for index, check in checks : "dns.checks.${region}.${index}.id is ${jsonencode(check.id)}: each check once." if !(!contains([for other in slice(checks, 0, index) : other.id], check.id))
        ]
      ]))
    }

    precondition {
      condition = alltrue([
        for region, checks in coalesce(try(var.dns.checks, null), {}) : length(checks) <= 255 - (length(local.regions) + (contains(keys(coalesce(try(var.dns.routing_controls, null), {})), region) ? 1 : 0))
      ])
      error_message = join(" ", [
        for region, checks in coalesce(try(var.dns.checks, null), {}) : "dns.checks.${region} is ${jsonencode("${length(checks)} checks")}: at most ${255 - (length(local.regions) + (contains(keys(coalesce(try(var.dns.routing_controls, null), {})), region) ? 1 : 0))}: a CALCULATED check has up to 255 children, and ${(length(local.regions) + (contains(keys(coalesce(try(var.dns.routing_controls, null), {})), region) ? 1 : 0))} are the group's own." if !(length(checks) <= 255 - (length(local.regions) + (contains(keys(coalesce(try(var.dns.routing_controls, null), {})), region) ? 1 : 0)))
      ])
    }

    precondition {
      condition = alltrue(flatten([
        for endpoint in coalesce(try(var.dns.endpoints, null), []) : [for region in local.regions : contains(keys(endpoint.targets), region)]
      ]))
      error_message = join(" ", flatten([
        for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
          for region in local.regions : "dns.endpoints.${index}.targets.${region} is ${jsonencode(null)}: a target for every region of the group." if !(contains(keys(endpoint.targets), region))
        ]
      ]))
    }

    precondition {
      condition = alltrue(flatten([
        for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [for taken in local.taken_names[index] : taken == null]
      ]))
      error_message = join(" ", flatten([
        for index, endpoint in coalesce(try(var.dns.endpoints, null), []) : [
          for taken in local.taken_names[index] : "dns.endpoints.${index}.record is ${jsonencode(endpoint.record)}: a name of its own; ${taken} is taken." if !(taken == null)
        ]
      ]))
    }

    precondition {
      condition = alltrue([for longest in local.longest_records : length(longest.longest) <= 253])
      error_message = join(" ", [
        for longest in local.longest_records : "${longest.path} is ${jsonencode(longest.record)}: at most ${length(longest.record) - (length(longest.longest) - 253)} characters: the longest name below it, ${longest.longest}, may have 253." if !(length(longest.longest) <= 253)
      ])
    }
  }
}
