locals {
  regions = keys(var.regions)

  region = try(var.regions[var.region], { account = "", vpc = null, package = null, code_signing_config_arn = null })

  other_regions = [for region in local.regions : region if region != var.region]

  partition = startswith(var.region, "cn-") ? "aws-cn" : startswith(var.region, "us-gov-") ? "aws-us-gov" : "aws"

  domain = local.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"

  canary = "${var.failover_group}-canary"

  recovery = {
    is_set                 = (var.recovery != null)
    takeover               = ((try(var.recovery.takeover, null) != null) ? try(var.recovery.takeover, null) : ((var.dns != null) ? "automatic" : "manual"))
    takeover_delay_seconds = try(var.recovery.takeover_delay_seconds, null)
    failback               = try(var.recovery.failback, null)
    failback_after_seconds = try(var.recovery.failback_after_seconds, null)
    on_isolation           = ((try(var.recovery.on_isolation, null) != null) ? try(var.recovery.on_isolation, null) : ((var.dns != null) ? "fence" : "continue"))
    takeover_order         = { for region in local.regions : region => ((try(try(var.recovery.takeover_order, null)[region], null) != null) ? try(try(var.recovery.takeover_order, null)[region], null) : [for item in local.regions : item if(item != region)]) }
    in_flight_seconds = ((try(var.recovery.in_flight_seconds, null) != null) ? try(var.recovery.in_flight_seconds, null) : max(concat(
      [0],
      [for users_queue in keys(local.users_queues) : (local.users_queues[users_queue].functions.timeout_seconds + ((local.users_queues[users_queue].consumer_processing_seconds != null) ? local.users_queues[users_queue].consumer_processing_seconds : local.users_queues[users_queue].visibility_timeout_seconds)) if local.users_queues[users_queue].recovery.is_set],
    )...))
    hand_back_timeout_seconds = ((try(var.recovery.hand_back_timeout_seconds, null) != null) ? try(var.recovery.hand_back_timeout_seconds, null) : max([
      900,
      ((try(var.recovery.in_flight_seconds, null) != null) ? try(var.recovery.in_flight_seconds, null) : max(concat(
        [0],
        [for users_queue in keys(local.users_queues) : (local.users_queues[users_queue].functions.timeout_seconds + ((local.users_queues[users_queue].consumer_processing_seconds != null) ? local.users_queues[users_queue].consumer_processing_seconds : local.users_queues[users_queue].visibility_timeout_seconds)) if local.users_queues[users_queue].recovery.is_set],
      )...)),
    ]...))
    drainer_memory_mb    = try(var.recovery.drainer_memory_mb, null)
    controller_memory_mb = try(var.recovery.controller_memory_mb, null)
    alarm_action_arns    = try(var.recovery.alarm_action_arns, null)
  }

  ledger = {
    is_set                 = (var.ledger != null)
    table_name             = ((try(var.ledger.table_name, null) != null) ? try(var.ledger.table_name, null) : "${var.naming.prefix}${var.failover_group}-ledger")
    billing                = try(var.ledger.billing, null)
    kms_key_arns           = try(var.ledger.kms_key_arns, null)
    point_in_time_recovery = try(var.ledger.point_in_time_recovery, null)
    deletion_protection    = try(var.ledger.deletion_protection, null)
    managed = {
      is_set                 = (try(var.ledger.table_name, null) == null)
      billing                = coalesce(try(var.ledger.billing, null), { type = "on_demand" })
      kms_key_arns           = try(var.ledger.kms_key_arns, null)
      point_in_time_recovery = coalesce(try(var.ledger.point_in_time_recovery, null), true)
      deletion_protection    = coalesce(try(var.ledger.deletion_protection, null), true)
    }
  }

  dns = {
    is_set      = (var.dns != null)
    zone_id     = try(var.dns.zone_id, null)
    record      = try(var.dns.record, null)
    ttl_seconds = try(var.dns.ttl_seconds, null)
    discovery = {
      policy    = try(var.dns.discovery.policy, null)
      order     = try(var.dns.discovery.order, null)
      locations = try(var.dns.discovery.locations, null)
      default   = try(var.dns.discovery.default, null)
    }
    health = {
      type                 = try(var.dns.health.type, null)
      interval_seconds     = try(var.dns.health.interval_seconds, null)
      failure_threshold    = try(var.dns.health.failure_threshold, null)
      reserved_concurrency = try(var.dns.health.reserved_concurrency, null)
      memory_mb            = try(var.dns.health.memory_mb, null)
    }
    checks             = try(var.dns.checks, null)
    routing_controls   = try(var.dns.routing_controls, null)
    endpoints          = try(var.dns.endpoints, null)
    resolver_addresses = try(var.dns.resolver_addresses, null)
    order              = try(var.dns.discovery.order, null)
    health_endpoint = {
      is_set               = (try(var.dns.health.type, null) == "endpoint")
      interval_seconds     = coalesce(try(var.dns.health.interval_seconds, null), 10)
      failure_threshold    = coalesce(try(var.dns.health.failure_threshold, null), 3)
      reserved_concurrency = coalesce(try(var.dns.health.reserved_concurrency, null), 5)
      memory_mb            = coalesce(try(var.dns.health.memory_mb, null), 512)
    }
  }

  queues = { for name, queue in merge(local.users_queues, { (local.canary) = local.canary_queue }) : name => queue if var.create && (name != local.canary || var.recovery != null) }

  users_queues = { for name, queue in var.queues : name => {
    mode  = queue.mode
    peers = [for item in local.other_regions : item if((queue.mode != "none") && ((try(queue.peers[var.region], null) != null) ? contains(try(queue.peers[var.region], null), item) : true))]
    fifo = {
      is_set                           = queue.fifo
      content_based_deduplication      = coalesce(queue.content_based_deduplication, false)
      work_content_based_deduplication = coalesce(queue.work_content_based_deduplication, false)
      deduplication_scope              = coalesce(queue.deduplication_scope, "messageGroup")
      throughput_limit                 = coalesce(queue.fifo_throughput_limit, "perMessageGroupId")
    }
    content_based_deduplication        = queue.content_based_deduplication
    work_content_based_deduplication   = queue.work_content_based_deduplication
    deduplication_scope                = queue.deduplication_scope
    fifo_throughput_limit              = queue.fifo_throughput_limit
    message_retention_seconds          = queue.message_retention_seconds
    transit_retention_seconds          = queue.transit_retention_seconds
    dlq_retention_seconds              = queue.dlq_retention_seconds
    visibility_timeout_seconds         = queue.visibility_timeout_seconds
    transit_visibility_timeout_seconds = ((queue.transit_visibility_timeout_seconds != null) ? queue.transit_visibility_timeout_seconds : (((queue.functions.timeout_seconds != null) ? queue.functions.timeout_seconds : var.functions.timeout_seconds) * 6))
    consumer_processing_seconds        = queue.consumer_processing_seconds
    delay_seconds                      = queue.delay_seconds
    max_message_size                   = queue.max_message_size
    receive_wait_time_seconds          = queue.receive_wait_time_seconds
    max_receive_count                  = queue.max_receive_count
    encryption = {
      kms_key_arns                      = queue.encryption.kms_key_arns
      kms_data_key_reuse_period_seconds = queue.encryption.kms_data_key_reuse_period_seconds
    }
    producers = {
      arns     = [for item in queue.producers : item if startswith(item, "arn:")]
      accounts = [for item in queue.producers : item if !startswith(item, "arn:")]
      services = queue.producer_services
    }
    consumers = {
      arns     = [for item in queue.consumers : item if startswith(item, "arn:")]
      accounts = [for item in queue.consumers : item if !startswith(item, "arn:")]
      services = queue.consumer_services
    }
    policies = {
      ingress = {
        queue_policy_statements       = try(queue.policies.ingress.queue_policy_statements, {})
        source_queue_policy_documents = try(queue.policies.ingress.source_queue_policy_documents, [])
        tls_only                      = try(queue.policies.ingress.tls_only, true)
      }
      work = {
        queue_policy_statements       = try(queue.policies.work.queue_policy_statements, {})
        source_queue_policy_documents = try(queue.policies.work.source_queue_policy_documents, [])
        tls_only                      = try(queue.policies.work.tls_only, true)
      }
      dlq = {
        queue_policy_statements       = try(queue.policies.dlq.queue_policy_statements, {})
        source_queue_policy_documents = try(queue.policies.dlq.source_queue_policy_documents, [])
        tls_only                      = try(queue.policies.dlq.tls_only, true)
      }
      ingress_dlq = {
        queue_policy_statements       = try(queue.policies.ingress_dlq.queue_policy_statements, {})
        source_queue_policy_documents = try(queue.policies.ingress_dlq.source_queue_policy_documents, [])
        tls_only                      = try(queue.policies.ingress_dlq.tls_only, true)
      }
    }
    replicator_enabled    = queue.replicator_enabled
    rescue                = queue.rescue
    rescue_margin_seconds = queue.rescue_margin_seconds
    max_rate              = queue.max_rate
    on_missing_identity   = queue.on_missing_identity
    ledger_key            = queue.ledger_key
    functions = {
      batch_size              = ((((queue.functions.batch_size != null) ? queue.functions.batch_size : var.functions.batch_size) != null) ? ((queue.functions.batch_size != null) ? queue.functions.batch_size : var.functions.batch_size) : ((queue.fifo || (((queue.functions.profile != null) ? queue.functions.profile : var.functions.profile) == "latency")) ? 10 : 100))
      batching_window_seconds = ((((queue.functions.batching_window_seconds != null) ? queue.functions.batching_window_seconds : var.functions.batching_window_seconds) != null) ? ((queue.functions.batching_window_seconds != null) ? queue.functions.batching_window_seconds : var.functions.batching_window_seconds) : ((queue.fifo || (((queue.functions.profile != null) ? queue.functions.profile : var.functions.profile) == "latency")) ? 0 : 1))
      memory_mb               = ((queue.functions.memory_mb != null) ? queue.functions.memory_mb : var.functions.memory_mb)
      timeout_seconds         = ((queue.functions.timeout_seconds != null) ? queue.functions.timeout_seconds : var.functions.timeout_seconds)
      profile                 = ((queue.functions.profile != null) ? queue.functions.profile : var.functions.profile)
      maximum_concurrency     = ((queue.functions.maximum_concurrency != null) ? queue.functions.maximum_concurrency : var.functions.maximum_concurrency)
      provisioned_pollers = {
        is_set  = ((queue.functions.provisioned_pollers != null) || (var.functions.provisioned_pollers != null))
        minimum = (((queue.functions.provisioned_pollers != null) || (var.functions.provisioned_pollers != null)) ? ((queue.functions.provisioned_pollers != null) ? try(queue.functions.provisioned_pollers.minimum, null) : try(var.functions.provisioned_pollers.minimum, null)) : null)
        maximum = (((queue.functions.provisioned_pollers != null) || (var.functions.provisioned_pollers != null)) ? ((queue.functions.provisioned_pollers != null) ? try(queue.functions.provisioned_pollers.maximum, null) : try(var.functions.provisioned_pollers.maximum, null)) : null)
      }
      architecture       = ((queue.functions.architecture != null) ? queue.functions.architecture : var.functions.architecture)
      runtime            = ((queue.functions.runtime != null) ? queue.functions.runtime : var.functions.runtime)
      log_retention_days = ((queue.functions.log_retention_days != null) ? queue.functions.log_retention_days : var.functions.log_retention_days)
      tracing            = ((queue.functions.tracing != null) ? queue.functions.tracing : var.functions.tracing)
    }
    names = {
      ingress     = "${replace(replace(((queue.names.ingress != null) ? queue.names.ingress : coalesce(var.naming.templates.ingress, "{prefix}{queue}-ingress")), "{prefix}", var.naming.prefix), "{queue}", name)}${(queue.fifo ? ".fifo" : "")}"
      work        = "${replace(replace(((queue.names.work != null) ? queue.names.work : coalesce(var.naming.templates.work, "{prefix}{queue}")), "{prefix}", var.naming.prefix), "{queue}", name)}${(queue.fifo ? ".fifo" : "")}"
      outbox      = "${replace(replace(((queue.names.outbox != null) ? queue.names.outbox : coalesce(var.naming.templates.outbox, "{prefix}{queue}-outbox-{peer}")), "{prefix}", var.naming.prefix), "{queue}", name)}${(queue.fifo ? ".fifo" : "")}"
      standby     = "${replace(replace(((queue.names.standby != null) ? queue.names.standby : coalesce(var.naming.templates.standby, "{prefix}{queue}-standby-{home}")), "{prefix}", var.naming.prefix), "{queue}", name)}${(queue.fifo ? ".fifo" : "")}"
      dlq         = "${replace(replace(((queue.names.dlq != null) ? queue.names.dlq : coalesce(var.naming.templates.dlq, "{prefix}{queue}-dlq")), "{prefix}", var.naming.prefix), "{queue}", name)}${(queue.fifo ? ".fifo" : "")}"
      ingress_dlq = "${replace(replace(((queue.names.ingress_dlq != null) ? queue.names.ingress_dlq : coalesce(var.naming.templates.ingress_dlq, "{prefix}{queue}-ingress-dlq")), "{prefix}", var.naming.prefix), "{queue}", name)}${(queue.fifo ? ".fifo" : "")}"
      replicator  = replace(replace(((queue.names.replicator != null) ? queue.names.replicator : coalesce(var.naming.templates.replicator, "{prefix}{queue}-replicator-{region}")), "{prefix}", var.naming.prefix), "{queue}", name)
      forwarder   = replace(replace(((queue.names.forwarder != null) ? queue.names.forwarder : coalesce(var.naming.templates.forwarder, "{prefix}{queue}-forwarder-{region}-{peer}")), "{prefix}", var.naming.prefix), "{queue}", name)
      drainer     = replace(replace(((queue.names.drainer != null) ? queue.names.drainer : coalesce(var.naming.templates.drainer, "{prefix}{queue}-drainer-{region}-{home}")), "{prefix}", var.naming.prefix), "{queue}", name)
    }
    tags = merge(var.tags, queue.tags)
    recovery = {
      is_set                = ((var.recovery != null) && (queue.mode != "none"))
      rescue                = ((queue.rescue != null) ? queue.rescue : ((var.ledger != null) ? "ledger" : "watermark"))
      margin_seconds        = coalesce(queue.rescue_margin_seconds, 120)
      max_rate              = queue.max_rate
      on_missing_identity   = coalesce(queue.on_missing_identity, "forward")
      ledger_key            = queue.ledger_key
      ledger_expiry_seconds = 0
    }
    canary = false
    homes  = [for item in local.other_regions : item if((queue.mode != "none") && ((try(queue.peers[item], null) != null) ? contains(try(queue.peers[item], null), var.region) : true))]
  } }

  canary_queue = {
    mode  = "async"
    peers = local.other_regions
    fifo = {
      is_set                           = false
      content_based_deduplication      = null
      work_content_based_deduplication = null
      deduplication_scope              = null
      throughput_limit                 = null
    }
    content_based_deduplication        = null
    work_content_based_deduplication   = null
    deduplication_scope                = null
    fifo_throughput_limit              = null
    message_retention_seconds          = 3600
    transit_retention_seconds          = 3600
    dlq_retention_seconds              = 3600
    visibility_timeout_seconds         = 30
    transit_visibility_timeout_seconds = (min(var.functions.timeout_seconds, 20) * 6)
    consumer_processing_seconds        = null
    delay_seconds                      = 0
    max_message_size                   = 261120
    receive_wait_time_seconds          = 0
    max_receive_count                  = 5
    encryption                         = { kms_key_arns = null, kms_data_key_reuse_period_seconds = 300 }
    producers = {
      arns = concat(
        [for region in local.regions : "arn:${local.partition}:iam::${var.regions[region].account}:role${var.role_path}${local.controller_names_2[region]}"],
        [for region in local.regions : "arn:${local.partition}:iam::${var.regions[region].account}:role${var.role_path}${local.health_names_2[region]}" if((var.dns != null) && (try(var.dns.health.type, null) == "endpoint"))],
      )
      accounts = []
      services = []
    }
    consumers = {
      arns = concat(
        [for region in local.regions : "arn:${local.partition}:iam::${var.regions[region].account}:role${var.role_path}${local.controller_names_2[region]}"],
        [for region in local.regions : "arn:${local.partition}:iam::${var.regions[region].account}:role${var.role_path}${local.health_names_2[region]}" if((var.dns != null) && (try(var.dns.health.type, null) == "endpoint"))],
      )
      accounts = []
      services = []
    }
    policies = {
      ingress     = { queue_policy_statements = {}, source_queue_policy_documents = [], tls_only = true }
      work        = { queue_policy_statements = {}, source_queue_policy_documents = [], tls_only = true }
      dlq         = { queue_policy_statements = {}, source_queue_policy_documents = [], tls_only = true }
      ingress_dlq = { queue_policy_statements = {}, source_queue_policy_documents = [], tls_only = true }
    }
    replicator_enabled    = true
    rescue                = null
    rescue_margin_seconds = null
    max_rate              = null
    on_missing_identity   = null
    ledger_key            = null
    functions = {
      batch_size              = 10
      batching_window_seconds = 0
      memory_mb               = var.functions.memory_mb
      timeout_seconds         = min(var.functions.timeout_seconds, 20)
      profile                 = "latency"
      maximum_concurrency     = null
      provisioned_pollers     = { is_set = false, minimum = null, maximum = null }
      architecture            = var.functions.architecture
      runtime                 = var.functions.runtime
      log_retention_days      = var.functions.log_retention_days
      tracing                 = var.functions.tracing
    }
    names = {
      ingress     = replace(replace(coalesce(var.naming.templates.ingress, "{prefix}{queue}-ingress"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
      work        = replace(replace(coalesce(var.naming.templates.work, "{prefix}{queue}"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
      outbox      = replace(replace(coalesce(var.naming.templates.outbox, "{prefix}{queue}-outbox-{peer}"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
      standby     = replace(replace(coalesce(var.naming.templates.standby, "{prefix}{queue}-standby-{home}"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
      dlq         = replace(replace(coalesce(var.naming.templates.dlq, "{prefix}{queue}-dlq"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
      ingress_dlq = replace(replace(coalesce(var.naming.templates.ingress_dlq, "{prefix}{queue}-ingress-dlq"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
      replicator  = replace(replace(coalesce(var.naming.templates.replicator, "{prefix}{queue}-replicator-{region}"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
      forwarder   = replace(replace(coalesce(var.naming.templates.forwarder, "{prefix}{queue}-forwarder-{region}-{peer}"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
      drainer     = replace(replace(coalesce(var.naming.templates.drainer, "{prefix}{queue}-drainer-{region}-{home}"), "{prefix}", var.naming.prefix), "{queue}", "${var.failover_group}-canary")
    }
    tags = merge(var.tags, {})
    recovery = {
      is_set                = false
      rescue                = null
      margin_seconds        = null
      max_rate              = null
      on_missing_identity   = null
      ledger_key            = null
      ledger_expiry_seconds = null
    }
    canary = true
    homes  = local.other_regions
  }

  is_single = var.create && length(var.queues) == 1

  outgoing = merge([for queue, settings in local.queues : { for peer in settings.peers : "${queue}/${peer}" => { queue = queue, peer = peer } }]...)

  incoming = merge([for queue, settings in local.queues : { for home in settings.homes : "${queue}/${home}" => { queue = queue, home = home } }]...)

  everywhere = merge([for queue in keys(local.queues) : { for region in local.regions : "${queue}/${region}" => { queue = queue, region = region } }]...)

  work_names = { for key, it in local.queues : key => replace(local.queues[key].names.work, "{region}", var.region) }

  drainer_names = { for key, it in local.incoming : key => one([for name in [replace(replace(local.queues[it.queue].names.drainer, "{region}", var.region), "{home}", it.home)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }

  receivers = { for key, it in local.queues : key => concat(local.queues[key].consumers.arns, [for home in local.queues[key].homes : "arn:${local.partition}:iam::${local.region.account}:role${var.role_path}${local.drainer_names["${key}/${home}"]}" if(((length(local.queues[key].consumers.arns) > 0) || (length(local.queues[key].consumers.accounts) > 0) || (length(local.queues[key].consumers.services) > 0)) && (local.queues[key].recovery.is_set && (local.queues[key].recovery.rescue == "watermark")))]) }

  work_policies = { for key, it in local.queues : key => jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.queues[key].policies.work.tls_only ? [
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[key]}"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ] : [],
      !local.queues[key].policies.work.tls_only ? [
        {
          Sid       = "Owner"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local.partition}:iam::${local.region.account}:root" }
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[key]}"
        },
      ] : [],
      (length(local.receivers[key]) > 0) ? [
        {
          Sid    = "ConsumersPrincipals"
          Effect = "Allow"
          Principal = {
            AWS = distinct([for item in local.receivers[key] : "arn:${local.partition}:iam::${split(":", item)[4]}:root"])
          }
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
          ]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[key]}"
          Condition = { ArnEquals = { "aws:PrincipalArn" = local.receivers[key] } }
        },
      ] : [],
      (length(local.queues[key].consumers.accounts) > 0) ? [
        {
          Sid    = "ConsumersAccounts"
          Effect = "Allow"
          Principal = {
            AWS = [for item in local.queues[key].consumers.accounts : "arn:${local.partition}:iam::${item}:root"]
          }
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
          ]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[key]}"
        },
      ] : [],
      [for index, item in local.queues[key].consumers.services : {
        Sid       = "ConsumersService${index}"
        Effect    = "Allow"
        Principal = { Service = item.service }
        Action    = ["sqs:ReceiveMessage"]
        Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[key]}"
        Condition = { ArnEquals = { "aws:SourceArn" = item.source_arns } }
      }],
      ((length(local.receivers[key]) > 0) || (length(local.queues[key].consumers.accounts) > 0) || (length(local.queues[key].consumers.services) > 0)) ? [
        {
          Sid       = "ConsumersNobodyElse"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sqs:ReceiveMessage"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[key]}"
          Condition = merge(
            { for name, value in { ArnNotEquals = { "aws:PrincipalArn" = local.receivers[key] } } : name => value if(length(local.receivers[key]) > 0) },
            { for name, value in { StringNotEquals = { "aws:PrincipalAccount" = local.queues[key].consumers.accounts } } : name => value if(length(local.queues[key].consumers.accounts) > 0) },
            { for name, value in { Bool = { "aws:PrincipalIsAWSService" = "false" } } : name => value if(length(local.queues[key].consumers.services) > 0) },
          )
        },
      ] : [],
      [for index, item in local.queues[key].policies.work.queue_policy_statements : merge(
        {
          Sid       = ((item.sid != null) ? item.sid : index)
          Effect    = item.effect
          Principal = { for key, group in { for item in item.principals : replace(item.type, "*", "AWS") => item... } : key => flatten([for item in group : item.identifiers]) }
          Action    = item.actions
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[key]}"
        },
        { for name, value in {
          Condition = { for key, group in { for item in concat(item.condition, item.conditions) : item.test => item... } : key => { for key, group in { for item in group : item.variable => item... } : key => flatten([for item in group : item.values]) } }
        } : name => value if(length(concat(item.condition, item.conditions)) > 0) },
      )],
      [for item in flatten([for item in local.queues[key].policies.work.source_queue_policy_documents : [jsondecode(item).Statement]]) : merge(item, {
        Action   = flatten([item.Action])
        Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[key]}"
      })],
    )
  }) }

  ingress_names = { for key, it in local.queues : key => replace(local.queues[key].names.ingress, "{region}", var.region) }

  drainer_names_2 = { for key, it in local.outgoing : key => one([for name in [replace(replace(local.queues[it.queue].names.drainer, "{region}", it.peer), "{home}", var.region)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }

  ingress_policies = { for key, it in local.queues : key => jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.queues[key].policies.ingress.tls_only ? [
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ] : [],
      !local.queues[key].policies.ingress.tls_only ? [
        {
          Sid       = "Owner"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local.partition}:iam::${local.region.account}:root" }
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
        },
      ] : [],
      (length(local.queues[key].producers.arns) > 0) ? [
        {
          Sid    = "ProducersPrincipals"
          Effect = "Allow"
          Principal = {
            AWS = distinct([for item in local.queues[key].producers.arns : "arn:${local.partition}:iam::${split(":", item)[4]}:root"])
          }
          Action    = ["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
          Condition = { ArnEquals = { "aws:PrincipalArn" = local.queues[key].producers.arns } }
        },
      ] : [],
      (length(local.queues[key].producers.accounts) > 0) ? [
        {
          Sid    = "ProducersAccounts"
          Effect = "Allow"
          Principal = {
            AWS = [for item in local.queues[key].producers.accounts : "arn:${local.partition}:iam::${item}:root"]
          }
          Action   = ["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
        },
      ] : [],
      [for index, item in local.queues[key].producers.services : {
        Sid       = "ProducersService${index}"
        Effect    = "Allow"
        Principal = { Service = item.service }
        Action    = ["sqs:SendMessage"]
        Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
        Condition = { ArnEquals = { "aws:SourceArn" = item.source_arns } }
      }],
      ((length(local.queues[key].producers.arns) > 0) || (length(local.queues[key].producers.accounts) > 0) || (length(local.queues[key].producers.services) > 0)) ? [
        {
          Sid       = "ProducersNobodyElse"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sqs:SendMessage"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
          Condition = merge(
            { for name, value in { ArnNotEquals = { "aws:PrincipalArn" = local.queues[key].producers.arns } } : name => value if(length(local.queues[key].producers.arns) > 0) },
            { for name, value in { StringNotEquals = { "aws:PrincipalAccount" = local.queues[key].producers.accounts } } : name => value if(length(local.queues[key].producers.accounts) > 0) },
            { for name, value in { Bool = { "aws:PrincipalIsAWSService" = "false" } } : name => value if(length(local.queues[key].producers.services) > 0) },
          )
        },
      ] : [],
      (local.queues[key].recovery.is_set && (length(local.queues[key].peers) > 0)) ? [
        {
          Sid    = "Drainers"
          Effect = "Allow"
          Principal = {
            AWS = distinct([for peer in local.queues[key].peers : "arn:${local.partition}:iam::${var.regions[peer].account}:root"])
          }
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
          ]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
          Condition = {
            ArnEquals = {
              "aws:PrincipalArn" = [for peer in local.queues[key].peers : "arn:${local.partition}:iam::${var.regions[peer].account}:role${var.role_path}${local.drainer_names_2["${key}/${peer}"]}"]
            }
          }
        },
      ] : [],
      [for index, item in local.queues[key].policies.ingress.queue_policy_statements : merge(
        {
          Sid       = ((item.sid != null) ? item.sid : index)
          Effect    = item.effect
          Principal = { for key, group in { for item in item.principals : replace(item.type, "*", "AWS") => item... } : key => flatten([for item in group : item.identifiers]) }
          Action    = item.actions
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
        },
        { for name, value in {
          Condition = { for key, group in { for item in concat(item.condition, item.conditions) : item.test => item... } : key => { for key, group in { for item in group : item.variable => item... } : key => flatten([for item in group : item.values]) } }
        } : name => value if(length(concat(item.condition, item.conditions)) > 0) },
      )],
      [for item in flatten([for item in local.queues[key].policies.ingress.source_queue_policy_documents : [jsondecode(item).Statement]]) : merge(item, {
        Action   = flatten([item.Action])
        Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[key]}"
      })],
    )
  }) }

  look_1_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = ["sqs:GetQueueAttributes"]
        Resource = concat(
          [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1))],
          [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1))],
        )
      },
    ]
  })

  look_2_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = ["sqs:GetQueueAttributes"]
        Resource = concat(
          [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2))],
          [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2))],
        )
      },
    ]
  })

  look_3_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = ["sqs:GetQueueAttributes"]
        Resource = concat(
          [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3))],
          [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3))],
        )
      },
    ]
  })

  look_4_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = ["sqs:GetQueueAttributes"]
        Resource = concat(
          [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4))],
          [for queue in keys(local.queues) : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[queue]}" if(!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4))],
        )
      },
    ]
  })

  drain_1_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Drain"
        Effect = "Allow"
        Action = ["lambda:InvokeFunction"]
        Resource = concat(
          [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
          flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 1)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
        )
      },
    ]
  })

  drain_2_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Drain"
        Effect = "Allow"
        Action = ["lambda:InvokeFunction"]
        Resource = concat(
          [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
          flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 2)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
        )
      },
    ]
  })

  drain_3_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Drain"
        Effect = "Allow"
        Action = ["lambda:InvokeFunction"]
        Resource = concat(
          [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
          flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 3)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
        )
      },
    ]
  })

  drain_4_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Drain"
        Effect = "Allow"
        Action = ["lambda:InvokeFunction"]
        Resource = concat(
          [for queue in keys(local.queues) : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")}*" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && (length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))],
          flatten([for queue in keys(local.queues) : [for home in local.queues[queue].homes : "arn:${local.partition}:lambda:${var.region}:${local.region.account}:function:${local.drainer_names["${queue}/${home}"]}" if(((!local.queues[queue].canary && ((1 + parseint(substr(sha256(queue), 0, 2), 16) % 4) == 4)) && (local.queues[queue].recovery.is_set && (length(local.queues[queue].homes) > 0))) && !(length(local.queues[queue].homes) > 1 && endswith(local.queues[queue].names.drainer, "{home}") && alltrue([for home in local.queues[queue].homes : length(replace(replace(local.queues[queue].names.drainer, "{region}", var.region), "{home}", "")) + length(home) <= 64])))]]),
        )
      },
    ]
  })

  dlq_names = { for key, it in local.queues : key => replace(local.queues[key].names.dlq, "{region}", var.region) }

  ingress_dlq_names = { for key, it in local.queues : key => replace(local.queues[key].names.ingress_dlq, "{region}", var.region) }

  outbox_names = { for key, it in local.outgoing : key => replace(replace(local.queues[it.queue].names.outbox, "{region}", var.region), "{peer}", it.peer) }

  replicator_names = { for key, it in local.queues : key => one([for name in [replace(local.queues[key].names.replicator, "{region}", var.region)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }

  standby_names = { for key, it in local.incoming : key => replace(replace(local.queues[it.queue].names.standby, "{region}", var.region), "{home}", it.home) }

  forwarder_names = { for key, it in local.incoming : key => one([for name in [replace(replace(local.queues[it.queue].names.forwarder, "{region}", it.home), "{peer}", var.region)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }

  replicator_names_2 = { for key, it in local.incoming : key => one([for name in [replace(local.queues[it.queue].names.replicator, "{region}", it.home)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }

  standby_names_2 = { for key, it in local.outgoing : key => replace(replace(local.queues[it.queue].names.standby, "{region}", it.peer), "{home}", var.region) }

  forwarder_names_2 = { for key, it in local.outgoing : key => one([for name in [replace(replace(local.queues[it.queue].names.forwarder, "{region}", var.region), "{peer}", it.peer)] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }

  outbox_names_2 = { for key, it in local.incoming : key => replace(replace(local.queues[it.queue].names.outbox, "{region}", it.home), "{peer}", var.region) }

  ingress_names_2 = { for key, it in local.incoming : key => replace(local.queues[it.queue].names.ingress, "{region}", it.home) }

  controller_names = one([for name in ["${var.naming.prefix}${var.failover_group}-controller-${var.region}"] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])

  ingress_names_3 = replace(local.canary_queue.names.ingress, "{region}", var.region)

  work_names_2 = replace(local.canary_queue.names.work, "{region}", var.region)

  standby_names_3 = { for key in local.other_regions : key => replace(replace(local.canary_queue.names.standby, "{region}", var.region), "{home}", key) }

  schedule_names = one([for name in ["${var.naming.prefix}${var.failover_group}-schedule-${var.region}"] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])

  health_names = one([for name in ["${var.naming.prefix}${var.failover_group}-health-${var.region}"] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"])

  ingress_names_4 = { for key, it in local.everywhere : key => replace(local.queues[it.queue].names.ingress, "{region}", it.region) }

  work_names_3 = { for key, it in local.everywhere : key => replace(local.queues[it.queue].names.work, "{region}", it.region) }

  controller_names_2 = { for key in local.regions : key => one([for name in ["${var.naming.prefix}${var.failover_group}-controller-${key}"] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }

  health_names_2 = { for key in local.regions : key => one([for name in ["${var.naming.prefix}${var.failover_group}-health-${key}"] : length(name) <= 64 ? name : "${replace(substr(name, 0, 55), "/[-_]+$/", "")}-${substr(sha256(name), 0, 8)}"]) }
}
