resource "aws_sqs_queue" "dlq" {
  for_each = local.queues

  content_based_deduplication       = (local.queues[each.key].fifo.is_set ? false : null)
  deduplication_scope               = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.deduplication_scope : null)
  delay_seconds                     = 0
  fifo_queue                        = (local.queues[each.key].fifo.is_set ? true : null)
  fifo_throughput_limit             = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.throughput_limit : null)
  kms_data_key_reuse_period_seconds = ((try(local.queues[each.key].encryption.kms_key_arns[var.region], null) != null) ? local.queues[each.key].encryption.kms_data_key_reuse_period_seconds : null)
  kms_master_key_id                 = try(local.queues[each.key].encryption.kms_key_arns[var.region], null)
  max_message_size                  = 262144
  message_retention_seconds         = local.queues[each.key].dlq_retention_seconds
  name                              = local.dlq_names[each.key]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.queues[each.key].policies.dlq.tls_only ? [
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.dlq_names[each.key]}"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ] : [],
      !local.queues[each.key].policies.dlq.tls_only ? [
        {
          Sid       = "Owner"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local.partition}:iam::${local.region.account}:root" }
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.dlq_names[each.key]}"
        },
      ] : [],
      [for index, item in local.queues[each.key].policies.dlq.queue_policy_statements : merge(
        {
          Sid       = ((item.sid != null) ? item.sid : index)
          Effect    = item.effect
          Principal = { for key, group in { for item in item.principals : replace(item.type, "*", "AWS") => item... } : key => flatten([for item in group : item.identifiers]) }
          Action    = item.actions
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.dlq_names[each.key]}"
        },
        { for name, value in {
          Condition = { for key, group in { for item in concat(item.condition, item.conditions) : item.test => item... } : key => { for key, group in { for item in group : item.variable => item... } : key => flatten([for item in group : item.values]) } }
        } : name => value if(length(concat(item.condition, item.conditions)) > 0) },
      )],
      [for item in flatten([for item in local.queues[each.key].policies.dlq.source_queue_policy_documents : [jsondecode(item).Statement]]) : merge(item, {
        Action   = flatten([item.Action])
        Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.dlq_names[each.key]}"
      })],
    )
  })
  receive_wait_time_seconds = 0
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns = [
      "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[each.key]}",
    ]
  })
  sqs_managed_sse_enabled = ((try(local.queues[each.key].encryption.kms_key_arns[var.region], null) == null) ? true : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "dlq"
  }, local.queues[each.key].tags)
  visibility_timeout_seconds = 30
}

resource "aws_sqs_queue" "ingress_dlq" {
  for_each = local.queues

  content_based_deduplication       = (local.queues[each.key].fifo.is_set ? false : null)
  deduplication_scope               = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.deduplication_scope : null)
  delay_seconds                     = 0
  fifo_queue                        = (local.queues[each.key].fifo.is_set ? true : null)
  fifo_throughput_limit             = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.throughput_limit : null)
  kms_data_key_reuse_period_seconds = ((try(local.queues[each.key].encryption.kms_key_arns[var.region], null) != null) ? local.queues[each.key].encryption.kms_data_key_reuse_period_seconds : null)
  kms_master_key_id                 = try(local.queues[each.key].encryption.kms_key_arns[var.region], null)
  max_message_size                  = 262144
  message_retention_seconds         = local.queues[each.key].dlq_retention_seconds
  name                              = local.ingress_dlq_names[each.key]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.queues[each.key].policies.ingress_dlq.tls_only ? [
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_dlq_names[each.key]}"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ] : [],
      !local.queues[each.key].policies.ingress_dlq.tls_only ? [
        {
          Sid       = "Owner"
          Effect    = "Allow"
          Principal = { AWS = "arn:${local.partition}:iam::${local.region.account}:root" }
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_dlq_names[each.key]}"
        },
      ] : [],
      [for index, item in local.queues[each.key].policies.ingress_dlq.queue_policy_statements : merge(
        {
          Sid       = ((item.sid != null) ? item.sid : index)
          Effect    = item.effect
          Principal = { for key, group in { for item in item.principals : replace(item.type, "*", "AWS") => item... } : key => flatten([for item in group : item.identifiers]) }
          Action    = item.actions
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_dlq_names[each.key]}"
        },
        { for name, value in {
          Condition = { for key, group in { for item in concat(item.condition, item.conditions) : item.test => item... } : key => { for key, group in { for item in group : item.variable => item... } : key => flatten([for item in group : item.values]) } }
        } : name => value if(length(concat(item.condition, item.conditions)) > 0) },
      )],
      [for item in flatten([for item in local.queues[each.key].policies.ingress_dlq.source_queue_policy_documents : [jsondecode(item).Statement]]) : merge(item, {
        Action   = flatten([item.Action])
        Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_dlq_names[each.key]}"
      })],
    )
  })
  receive_wait_time_seconds = 0
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns = [
      "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[each.key]}",
    ]
  })
  sqs_managed_sse_enabled = ((try(local.queues[each.key].encryption.kms_key_arns[var.region], null) == null) ? true : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "ingress-dlq"
  }, local.queues[each.key].tags)
  visibility_timeout_seconds = 30
}

resource "aws_sqs_queue" "work" {
  for_each = local.queues

  content_based_deduplication       = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.work_content_based_deduplication : null)
  deduplication_scope               = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.deduplication_scope : null)
  delay_seconds                     = 0
  fifo_queue                        = (local.queues[each.key].fifo.is_set ? true : null)
  fifo_throughput_limit             = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.throughput_limit : null)
  kms_data_key_reuse_period_seconds = ((try(local.queues[each.key].encryption.kms_key_arns[var.region], null) != null) ? local.queues[each.key].encryption.kms_data_key_reuse_period_seconds : null)
  kms_master_key_id                 = try(local.queues[each.key].encryption.kms_key_arns[var.region], null)
  max_message_size                  = 262144
  message_retention_seconds         = local.queues[each.key].message_retention_seconds
  name                              = local.work_names[each.key]
  policy                            = local.work_policies[each.key]
  receive_wait_time_seconds         = local.queues[each.key].receive_wait_time_seconds
  redrive_policy                    = "{\"deadLetterTargetArn\":\"${aws_sqs_queue.dlq[each.key].arn}\",\"maxReceiveCount\":${local.queues[each.key].max_receive_count}}"
  sqs_managed_sse_enabled           = ((try(local.queues[each.key].encryption.kms_key_arns[var.region], null) == null) ? true : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "work"
  }, local.queues[each.key].tags)
  visibility_timeout_seconds = local.queues[each.key].visibility_timeout_seconds
}

resource "aws_sqs_queue" "ingress" {
  for_each = local.queues

  content_based_deduplication       = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.content_based_deduplication : null)
  deduplication_scope               = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.deduplication_scope : null)
  delay_seconds                     = local.queues[each.key].delay_seconds
  fifo_queue                        = (local.queues[each.key].fifo.is_set ? true : null)
  fifo_throughput_limit             = (local.queues[each.key].fifo.is_set ? local.queues[each.key].fifo.throughput_limit : null)
  kms_data_key_reuse_period_seconds = ((try(local.queues[each.key].encryption.kms_key_arns[var.region], null) != null) ? local.queues[each.key].encryption.kms_data_key_reuse_period_seconds : null)
  kms_master_key_id                 = try(local.queues[each.key].encryption.kms_key_arns[var.region], null)
  max_message_size                  = local.queues[each.key].max_message_size
  message_retention_seconds         = local.queues[each.key].transit_retention_seconds
  name                              = local.ingress_names[each.key]
  policy                            = local.ingress_policies[each.key]
  receive_wait_time_seconds         = 0
  redrive_policy                    = ((!local.queues[each.key].fifo.is_set && (local.queues[each.key].mode != "sync")) ? "{\"deadLetterTargetArn\":\"${aws_sqs_queue.ingress_dlq[each.key].arn}\",\"maxReceiveCount\":1000}" : null)
  sqs_managed_sse_enabled           = ((try(local.queues[each.key].encryption.kms_key_arns[var.region], null) == null) ? true : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "ingress"
  }, local.queues[each.key].tags)
  visibility_timeout_seconds = local.queues[each.key].transit_visibility_timeout_seconds
}

resource "aws_sqs_queue" "outbox" {
  for_each = { for key, it in local.outgoing : key => it if(contains(["async", "semi-sync"], local.queues[it.queue].mode) && (length(local.queues[it.queue].peers) > 0)) }

  content_based_deduplication       = (local.queues[each.value.queue].fifo.is_set ? false : null)
  deduplication_scope               = (local.queues[each.value.queue].fifo.is_set ? local.queues[each.value.queue].fifo.deduplication_scope : null)
  delay_seconds                     = 0
  fifo_queue                        = (local.queues[each.value.queue].fifo.is_set ? true : null)
  fifo_throughput_limit             = (local.queues[each.value.queue].fifo.is_set ? local.queues[each.value.queue].fifo.throughput_limit : null)
  kms_data_key_reuse_period_seconds = ((try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null) != null) ? local.queues[each.value.queue].encryption.kms_data_key_reuse_period_seconds : null)
  kms_master_key_id                 = try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null)
  max_message_size                  = 262144
  message_retention_seconds         = local.queues[each.value.queue].transit_retention_seconds
  name                              = local.outbox_names[each.key]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sqs:*"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.outbox_names[each.key]}"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
        {
          Sid       = "CopiesPrincipals"
          Effect    = "Allow"
          Principal = { AWS = distinct(["arn:${local.partition}:iam::${local.region.account}:root"]) }
          Action    = ["sqs:SendMessage"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.outbox_names[each.key]}"
          Condition = {
            ArnEquals = {
              "aws:PrincipalArn" = [
                "arn:${local.partition}:iam::${local.region.account}:role${var.role_path}${local.replicator_names[each.value.queue]}",
              ]
            }
          }
        },
        {
          Sid       = "CopiesNobodyElse"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["sqs:SendMessage"]
          Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.outbox_names[each.key]}"
          Condition = {
            ArnNotEquals = {
              "aws:PrincipalArn" = [
                "arn:${local.partition}:iam::${local.region.account}:role${var.role_path}${local.replicator_names[each.value.queue]}",
              ]
            }
          }
        },
      ],
      (local.queues[each.value.queue].recovery.is_set && (length(local.queues[each.value.queue].peers) > 0)) ? [
        {
          Sid    = "Drainers"
          Effect = "Allow"
          Principal = {
            AWS = distinct(["arn:${local.partition}:iam::${var.regions[each.value.peer].account}:root"])
          }
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
          ]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.outbox_names[each.key]}"
          Condition = {
            ArnEquals = {
              "aws:PrincipalArn" = [
                "arn:${local.partition}:iam::${var.regions[each.value.peer].account}:role${var.role_path}${local.drainer_names_2[each.key]}",
              ]
            }
          }
        },
      ] : [],
    )
  })
  receive_wait_time_seconds = 0
  sqs_managed_sse_enabled   = ((try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null) == null) ? true : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "outbox"
  }, local.queues[each.value.queue].tags)
  visibility_timeout_seconds = local.queues[each.value.queue].transit_visibility_timeout_seconds
}

resource "aws_sqs_queue" "standby" {
  for_each = local.incoming

  content_based_deduplication       = (local.queues[each.value.queue].fifo.is_set ? false : null)
  deduplication_scope               = (local.queues[each.value.queue].fifo.is_set ? local.queues[each.value.queue].fifo.deduplication_scope : null)
  delay_seconds                     = 0
  fifo_queue                        = (local.queues[each.value.queue].fifo.is_set ? true : null)
  fifo_throughput_limit             = (local.queues[each.value.queue].fifo.is_set ? local.queues[each.value.queue].fifo.throughput_limit : null)
  kms_data_key_reuse_period_seconds = ((try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null) != null) ? local.queues[each.value.queue].encryption.kms_data_key_reuse_period_seconds : null)
  kms_master_key_id                 = try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null)
  max_message_size                  = 262144
  message_retention_seconds         = local.queues[each.value.queue].transit_retention_seconds
  name                              = local.standby_names[each.key]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sqs:*"]
        Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.standby_names[each.key]}"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid    = "CopiesPrincipals"
        Effect = "Allow"
        Principal = {
          AWS = distinct(concat(
            contains(["async", "semi-sync"], local.queues[each.value.queue].mode) ? ["arn:${local.partition}:iam::${var.regions[each.value.home].account}:root"] : [],
            contains(["semi-sync", "sync"], local.queues[each.value.queue].mode) ? ["arn:${local.partition}:iam::${var.regions[each.value.home].account}:root"] : [],
          ))
        }
        Action   = ["sqs:SendMessage"]
        Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.standby_names[each.key]}"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = concat(
              contains(["async", "semi-sync"], local.queues[each.value.queue].mode) ? [
                "arn:${local.partition}:iam::${var.regions[each.value.home].account}:role${var.role_path}${local.forwarder_names[each.key]}",
              ] : [],
              contains(["semi-sync", "sync"], local.queues[each.value.queue].mode) ? [
                "arn:${local.partition}:iam::${var.regions[each.value.home].account}:role${var.role_path}${local.replicator_names_2[each.key]}",
              ] : [],
            )
          }
        }
      },
      {
        Sid       = "CopiesNobodyElse"
        Effect    = "Deny"
        Principal = "*"
        Action    = ["sqs:SendMessage"]
        Resource  = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.standby_names[each.key]}"
        Condition = {
          ArnNotEquals = {
            "aws:PrincipalArn" = concat(
              contains(["async", "semi-sync"], local.queues[each.value.queue].mode) ? [
                "arn:${local.partition}:iam::${var.regions[each.value.home].account}:role${var.role_path}${local.forwarder_names[each.key]}",
              ] : [],
              contains(["semi-sync", "sync"], local.queues[each.value.queue].mode) ? [
                "arn:${local.partition}:iam::${var.regions[each.value.home].account}:role${var.role_path}${local.replicator_names_2[each.key]}",
              ] : [],
            )
          }
        }
      },
    ]
  })
  receive_wait_time_seconds = 0
  sqs_managed_sse_enabled   = ((try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null) == null) ? true : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "standby"
  }, local.queues[each.value.queue].tags)
  visibility_timeout_seconds = local.queues[each.value.queue].transit_visibility_timeout_seconds
}
