output "ingress_queue_urls" {
  description = "URL of the ingress queue, where producers send, of each logical queue"
  value       = { for key, it in local.queues : key => aws_sqs_queue.ingress[key].url }
}

output "ingress_queue_arns" {
  description = "ARN of the ingress queue, where producers send, of each logical queue"
  value       = { for key, it in local.queues : key => aws_sqs_queue.ingress[key].arn }
}

output "work_queue_urls" {
  description = "URL of the work queue, where consumers receive, of each logical queue"
  value       = { for key, it in local.queues : key => aws_sqs_queue.work[key].url }
}

output "work_queue_arns" {
  description = "ARN of the work queue, where consumers receive, of each logical queue"
  value       = { for key, it in local.queues : key => aws_sqs_queue.work[key].arn }
}

output "dead_letter_queue_urls" {
  description = "URL of the dead-letter queue of the work queue of each logical queue"
  value       = { for key, it in local.queues : key => aws_sqs_queue.dlq[key].url }
}

output "dead_letter_queue_arns" {
  description = "ARN of the dead-letter queue of the work queue of each logical queue"
  value       = { for key, it in local.queues : key => aws_sqs_queue.dlq[key].arn }
}

output "ingress_dead_letter_queue_urls" {
  description = "URL of the dead-letter queue of the ingress queue of each logical queue"
  value       = { for key, it in local.queues : key => aws_sqs_queue.ingress_dlq[key].url }
}

output "ingress_dead_letter_queue_arns" {
  description = "ARN of the dead-letter queue of the ingress queue of each logical queue"
  value       = { for key, it in local.queues : key => aws_sqs_queue.ingress_dlq[key].arn }
}

output "outbox_queue_urls" {
  description = "URL of the outbox queue of each logical queue, to each peer"
  value       = { for key, it in local.outgoing : key => aws_sqs_queue.outbox[key].url if(contains(["async", "semi-sync"], local.queues[it.queue].mode) && (length(local.queues[it.queue].peers) > 0)) }
}

output "outbox_queue_arns" {
  description = "ARN of the outbox queue of each logical queue, to each peer"
  value       = { for key, it in local.outgoing : key => aws_sqs_queue.outbox[key].arn if(contains(["async", "semi-sync"], local.queues[it.queue].mode) && (length(local.queues[it.queue].peers) > 0)) }
}

output "standby_queue_urls" {
  description = "URL of the standby queue of each logical queue, from each home"
  value       = { for key, it in local.incoming : key => aws_sqs_queue.standby[key].url }
}

output "standby_queue_arns" {
  description = "ARN of the standby queue of each logical queue, from each home"
  value       = { for key, it in local.incoming : key => aws_sqs_queue.standby[key].arn }
}

output "producer_policies" {
  description = "Policy for roles that send to each logical queue, in every region"
  value = { for key, it in local.queues : key => jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Send"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"]
          Resource = [for region in local.regions : "arn:${local.partition}:sqs:${region}:${var.regions[region].account}:${local.ingress_names_4["${key}/${region}"]}"]
        },
      ],
      (length([for item in [for region in local.regions : try(local.queues[key].encryption.kms_key_arns[region], null)] : item if item != null]) > 0) ? [
        {
          Sid      = "Encrypt"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [for item in [for region in local.regions : try(local.queues[key].encryption.kms_key_arns[region], null)] : item if item != null]
        },
      ] : [],
    )
  }) if !local.queues[key].canary }
}

output "consumer_policies" {
  description = "Policy for roles that receive from each logical queue, in every region"
  value = { for key, it in local.queues : key => jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "Receive"
          Effect = "Allow"
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
          ]
          Resource = [for region in local.regions : "arn:${local.partition}:sqs:${region}:${var.regions[region].account}:${local.work_names_3["${key}/${region}"]}"]
        },
      ],
      (length([for item in [for region in local.regions : try(local.queues[key].encryption.kms_key_arns[region], null)] : item if item != null]) > 0) ? [
        {
          Sid      = "Encrypt"
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [for item in [for region in local.regions : try(local.queues[key].encryption.kms_key_arns[region], null)] : item if item != null]
        },
      ] : [],
      local.queues[key].recovery.is_set ? [
        {
          Sid    = "Ownership"
          Effect = "Allow"
          Action = ["ssm:GetParameter", "ssm:GetParameters"]
          Resource = distinct(concat(
            [for region in local.regions : "arn:${local.partition}:ssm:${region}:${var.regions[region].account}:parameter/sqs-multi-region/${var.failover_group}/roles"],
            [for region in local.regions : "arn:${local.partition}:ssm:${region}:${var.regions[region].account}:parameter/sqs-multi-region/${var.failover_group}/states"],
            [for region in local.regions : "arn:${local.partition}:ssm:${region}:${var.regions[region].account}:parameter/sqs-multi-region/${var.failover_group}/roles"],
          ))
        },
      ] : [],
      (local.queues[key].recovery.is_set && (local.queues[key].recovery.rescue == "ledger")) ? [
        {
          Sid    = "Ledger"
          Effect = "Allow"
          Action = [
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
          ]
          Resource  = [for region in local.regions : "arn:${local.partition}:dynamodb:${region}:${var.regions[region].account}:table/${local.ledger.table_name}"]
          Condition = { "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["${key}#*"] } }
        },
      ] : [],
      ((local.queues[key].recovery.is_set && (local.queues[key].recovery.rescue == "ledger")) && (length([for item in [for region in local.regions : try(local.ledger.managed.kms_key_arns[region], null)] : item if item != null]) > 0)) ? [
        {
          Sid      = "LedgerKey"
          Effect   = "Allow"
          Action   = ["kms:Decrypt"]
          Resource = [for item in [for region in local.regions : try(local.ledger.managed.kms_key_arns[region], null)] : item if item != null]
        },
      ] : [],
    )
  }) if !local.queues[key].canary }
}

output "operator_policy" {
  description = "Policy for roles that order takeovers and hand-backs of the failover group, in every region"
  value = (var.create && local.recovery.is_set) ? jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Order"
          Effect   = "Allow"
          Action   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter"]
          Resource = [for region in local.regions : "arn:${local.partition}:ssm:${region}:${var.regions[region].account}:parameter/sqs-multi-region/${var.failover_group}/roles"]
        },
        {
          Sid      = "Look"
          Effect   = "Allow"
          Action   = ["ssm:GetParameter", "ssm:GetParameters"]
          Resource = [for region in local.regions : "arn:${local.partition}:ssm:${region}:${var.regions[region].account}:parameter/sqs-multi-region/${var.failover_group}/states"]
        },
        {
          Sid      = "Run"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = [for region in local.regions : "arn:${local.partition}:lambda:${region}:${var.regions[region].account}:function:${local.controller_names_2[region]}"]
        },
      ],
      local.dns.is_set ? [
        {
          Sid      = "ListChecks"
          Effect   = "Allow"
          Action   = ["route53:ListHealthChecks"]
          Resource = "*"
        },
      ] : [],
      local.dns.is_set ? [
        {
          Sid    = "Checks"
          Effect = "Allow"
          Action = [
            "route53:ListTagsForResources",
            "route53:GetHealthCheckStatus",
            "route53:GetHealthCheckLastFailureReason",
          ]
          Resource = "arn:${local.partition}:route53:::healthcheck/*"
        },
      ] : [],
    )
  }) : null
}

output "health_host" {
  description = "Host of the public health endpoint, for health_hosts of the module global"
  value       = ((var.create && local.recovery.is_set) && local.dns.health_endpoint.is_set) ? element(split("/", aws_lambda_function_url.health[0].function_url), 2) : null
}

output "queue_url" {
  description = "URL of the work queue, where consumers receive; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.work[one(keys(var.queues))].url : null
}

output "queue_arn" {
  description = "ARN of the work queue, where consumers receive; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.work[one(keys(var.queues))].arn : null
}

output "queue_name" {
  description = "Name of the work queue, where consumers receive; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.work[one(keys(var.queues))].name : null
}

output "ingress_queue_url" {
  description = "URL of the ingress queue, where producers send; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.ingress[one(keys(var.queues))].url : null
}

output "ingress_queue_arn" {
  description = "ARN of the ingress queue, where producers send; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.ingress[one(keys(var.queues))].arn : null
}

output "ingress_queue_name" {
  description = "Name of the ingress queue, where producers send; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.ingress[one(keys(var.queues))].name : null
}

output "dead_letter_queue_url" {
  description = "URL of the dead-letter queue of the work queue; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.dlq[one(keys(var.queues))].url : null
}

output "dead_letter_queue_arn" {
  description = "ARN of the dead-letter queue of the work queue; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.dlq[one(keys(var.queues))].arn : null
}

output "dead_letter_queue_name" {
  description = "Name of the dead-letter queue of the work queue; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.dlq[one(keys(var.queues))].name : null
}

output "ingress_dead_letter_queue_url" {
  description = "URL of the dead-letter queue of the ingress queue; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.ingress_dlq[one(keys(var.queues))].url : null
}

output "ingress_dead_letter_queue_arn" {
  description = "ARN of the dead-letter queue of the ingress queue; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.ingress_dlq[one(keys(var.queues))].arn : null
}

output "ingress_dead_letter_queue_name" {
  description = "Name of the dead-letter queue of the ingress queue; null unless there is one logical queue"
  value       = local.is_single ? aws_sqs_queue.ingress_dlq[one(keys(var.queues))].name : null
}
