resource "aws_iam_role" "replicator" {
  for_each = local.queues

  assume_role_policy   = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Lambda\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":[\"sts:AssumeRole\"]}]}"
  description          = "Replicates ${each.key} (${local.queues[each.key].mode}) in ${var.region}"
  name                 = local.replicator_names[each.key]
  path                 = var.role_path
  permissions_boundary = ((var.permissions_boundary != null) ? replace(var.permissions_boundary, "{account}", local.region.account) : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "replicator"
  }, local.queues[each.key].tags)
}

resource "aws_iam_role_policy" "replicator" {
  for_each = local.queues

  name = local.replicator_names[each.key]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "Read"
          Effect = "Allow"
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
          ]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_names[each.key]}"
        },
        {
          Sid    = "Send"
          Effect = "Allow"
          Action = ["sqs:SendMessage"]
          Resource = concat(
            [
              "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.work_names[each.key]}",
            ],
            [for peer in local.queues[each.key].peers : "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.outbox_names["${each.key}/${peer}"]}" if(contains(["async", "semi-sync"], local.queues[each.key].mode) && (length(local.queues[each.key].peers) > 0))],
            [for peer in local.queues[each.key].peers : "arn:${local.partition}:sqs:${peer}:${var.regions[peer].account}:${local.standby_names_2["${each.key}/${peer}"]}" if contains(["semi-sync", "sync"], local.queues[each.key].mode)],
            [
              "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_dlq_names[each.key]}",
            ],
          )
        },
      ],
      local.queues[each.key].recovery.is_set ? [
        {
          Sid    = "Ownership"
          Effect = "Allow"
          Action = ["ssm:GetParameter", "ssm:GetParameters"]
          Resource = distinct(concat(
            [
              "arn:${local.partition}:ssm:${var.region}:${local.region.account}:parameter/sqs-multi-region/${var.failover_group}/roles",
              "arn:${local.partition}:ssm:${var.region}:${local.region.account}:parameter/sqs-multi-region/${var.failover_group}/states",
            ],
            [for other in local.other_regions : "arn:${local.partition}:ssm:${other}:${var.regions[other].account}:parameter/sqs-multi-region/${var.failover_group}/roles"],
          ))
        },
      ] : [],
      [
        {
          Sid      = "Log"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "arn:${local.partition}:logs:${var.region}:${local.region.account}:log-group:/aws/lambda/${local.replicator_names[each.key]}:*"
        },
      ],
      (length([for item in concat(
        [try(local.queues[each.key].encryption.kms_key_arns[var.region], null)],
        [for peer in local.queues[each.key].peers : try(local.queues[each.key].encryption.kms_key_arns[peer], null) if contains(["semi-sync", "sync"], local.queues[each.key].mode)],
        ) : item if item != null]) > 0) ? [
        {
          Sid    = "Encrypt"
          Effect = "Allow"
          Action = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [for item in concat(
            [try(local.queues[each.key].encryption.kms_key_arns[var.region], null)],
            [for peer in local.queues[each.key].peers : try(local.queues[each.key].encryption.kms_key_arns[peer], null) if contains(["semi-sync", "sync"], local.queues[each.key].mode)],
          ) : item if item != null]
        },
      ] : [],
      (local.queues[each.key].functions.tracing == "active") ? [
        {
          Sid      = "Trace"
          Effect   = "Allow"
          Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
          Resource = "*"
        },
      ] : [],
      (local.region.vpc != null) ? [
        {
          Sid    = "Network"
          Effect = "Allow"
          Action = [
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
          ]
          Resource = "*"
        },
      ] : [],
    )
  })
  role = aws_iam_role.replicator[each.key].name
}

resource "aws_cloudwatch_log_group" "replicator" {
  for_each = local.queues

  name              = "/aws/lambda/${local.replicator_names[each.key]}"
  retention_in_days = local.queues[each.key].functions.log_retention_days
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "replicator"
  }, local.queues[each.key].tags)
}

resource "aws_lambda_function" "replicator" {
  for_each = local.queues

  architectures           = [local.queues[each.key].functions.architecture]
  code_signing_config_arn = local.region.code_signing_config_arn
  description             = "Replicates ${each.key} (${local.queues[each.key].mode}) in ${var.region}"
  filename                = ((local.region.package == null) ? "${path.module}/functions/replicator.zip" : null)
  function_name           = local.replicator_names[each.key]
  handler                 = "index.handler"
  memory_size             = local.queues[each.key].functions.memory_mb
  role                    = aws_iam_role.replicator[each.key].arn
  runtime                 = local.queues[each.key].functions.runtime
  s3_bucket               = ((local.region.package != null) ? try(local.region.package.s3_bucket, null) : null)
  s3_key                  = ((local.region.package != null) ? "${try(local.region.package.s3_prefix, null)}replicator.zip" : null)
  source_code_hash        = ((local.region.package == null) ? filebase64sha256("${path.module}/functions/replicator.zip") : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "replicator"
  }, local.queues[each.key].tags)
  timeout = local.queues[each.key].functions.timeout_seconds

  environment {
    variables = {
      SQS_MULTI_REGION = jsonencode(merge(
        {
          failoverGroup    = var.failover_group
          logicalQueue     = each.key
          homeRegion       = var.region
          ingressDlqUrl    = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.ingress_dlq_names[each.key]}"
          fifo             = local.queues[each.key].fifo.is_set
          sourceQueueUrl   = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.ingress_names[each.key]}"
          mode             = local.queues[each.key].mode
          workQueueUrl     = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.work_names[each.key]}"
          outboxQueueUrls  = { for peer in local.queues[each.key].peers : peer => "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.outbox_names["${each.key}/${peer}"]}" if(contains(["async", "semi-sync"], local.queues[each.key].mode) && (length(local.queues[each.key].peers) > 0)) }
          standbyQueueUrls = { for peer in local.queues[each.key].peers : peer => "https://sqs.${peer}.${local.domain}/${var.regions[peer].account}/${local.standby_names_2["${each.key}/${peer}"]}" if contains(["semi-sync", "sync"], local.queues[each.key].mode) }
        },
        { for name, value in {
          ownership = merge(
            {
              peers = [for other in local.other_regions : other]
              parameters = {
                roles  = "/sqs-multi-region/${var.failover_group}/roles"
                states = "/sqs-multi-region/${var.failover_group}/states"
              }
            },
            { for name, value in {
              records = merge(
                { record = local.dns.record, ttlSeconds = local.dns.ttl_seconds },
                { for name, value in { resolverAddresses = try(local.dns.resolver_addresses[var.region], null) } : name => value if(try(local.dns.resolver_addresses[var.region], null) != null) },
              )
            } : name => value if local.dns.is_set },
          )
        } : name => value if local.queues[each.key].recovery.is_set },
      ))
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.replicator[each.key].name
  }

  tracing_config {
    mode = ((local.queues[each.key].functions.tracing == "active") ? "Active" : "PassThrough")
  }

  dynamic "vpc_config" {
    for_each = (local.region.vpc != null) ? [1] : []
    content {
      security_group_ids = try(local.region.vpc.security_group_ids, null)
      subnet_ids         = try(local.region.vpc.subnet_ids, null)
    }
  }
  depends_on = [
    aws_iam_role_policy.replicator,
  ]
}

resource "aws_lambda_event_source_mapping" "replicator" {
  for_each = local.queues

  batch_size                         = local.queues[each.key].functions.batch_size
  enabled                            = local.queues[each.key].replicator_enabled
  event_source_arn                   = aws_sqs_queue.ingress[each.key].arn
  function_name                      = aws_lambda_function.replicator[each.key].arn
  function_response_types            = ["ReportBatchItemFailures"]
  maximum_batching_window_in_seconds = (!local.queues[each.key].fifo.is_set ? local.queues[each.key].functions.batching_window_seconds : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.key
    "sqs-multi-region:role"           = "replicator"
  }, local.queues[each.key].tags)

  dynamic "provisioned_poller_config" {
    for_each = local.queues[each.key].functions.provisioned_pollers.is_set ? [1] : []
    content {
      maximum_pollers = local.queues[each.key].functions.provisioned_pollers.maximum
      minimum_pollers = local.queues[each.key].functions.provisioned_pollers.minimum
    }
  }

  dynamic "scaling_config" {
    for_each = (local.queues[each.key].functions.maximum_concurrency != null) ? [1] : []
    content {
      maximum_concurrency = local.queues[each.key].functions.maximum_concurrency
    }
  }
  depends_on = [
    aws_iam_role_policy.replicator,
  ]
}

resource "aws_iam_role" "forwarder" {
  for_each = { for key, it in local.outgoing : key => it if(contains(["async", "semi-sync"], local.queues[it.queue].mode) && (length(local.queues[it.queue].peers) > 0)) }

  assume_role_policy   = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Lambda\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":[\"sts:AssumeRole\"]}]}"
  description          = "Forwards ${each.value.queue}: outbox to standby, from ${var.region} to ${each.value.peer}"
  name                 = local.forwarder_names_2[each.key]
  path                 = var.role_path
  permissions_boundary = ((var.permissions_boundary != null) ? replace(var.permissions_boundary, "{account}", local.region.account) : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "forwarder"
  }, local.queues[each.value.queue].tags)
}

resource "aws_iam_role_policy" "forwarder" {
  for_each = { for key, it in local.outgoing : key => it if(contains(["async", "semi-sync"], local.queues[it.queue].mode) && (length(local.queues[it.queue].peers) > 0)) }

  name = local.forwarder_names_2[each.key]
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "Read"
          Effect = "Allow"
          Action = [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
          ]
          Resource = "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.outbox_names[each.key]}"
        },
        {
          Sid    = "Send"
          Effect = "Allow"
          Action = ["sqs:SendMessage"]
          Resource = [
            "arn:${local.partition}:sqs:${each.value.peer}:${var.regions[each.value.peer].account}:${local.standby_names_2[each.key]}",
            "arn:${local.partition}:sqs:${var.region}:${local.region.account}:${local.ingress_dlq_names[each.value.queue]}",
          ]
        },
        {
          Sid      = "Log"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "arn:${local.partition}:logs:${var.region}:${local.region.account}:log-group:/aws/lambda/${local.forwarder_names_2[each.key]}:*"
        },
      ],
      (length([for item in [
        try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null),
        try(local.queues[each.value.queue].encryption.kms_key_arns[each.value.peer], null),
        ] : item if item != null]) > 0) ? [
        {
          Sid    = "Encrypt"
          Effect = "Allow"
          Action = ["kms:Decrypt", "kms:GenerateDataKey"]
          Resource = [for item in [
            try(local.queues[each.value.queue].encryption.kms_key_arns[var.region], null),
            try(local.queues[each.value.queue].encryption.kms_key_arns[each.value.peer], null),
          ] : item if item != null]
        },
      ] : [],
      (local.queues[each.value.queue].functions.tracing == "active") ? [
        {
          Sid      = "Trace"
          Effect   = "Allow"
          Action   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
          Resource = "*"
        },
      ] : [],
      (local.region.vpc != null) ? [
        {
          Sid    = "Network"
          Effect = "Allow"
          Action = [
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
          ]
          Resource = "*"
        },
      ] : [],
    )
  })
  role = aws_iam_role.forwarder[each.key].name
}

resource "aws_cloudwatch_log_group" "forwarder" {
  for_each = { for key, it in local.outgoing : key => it if(contains(["async", "semi-sync"], local.queues[it.queue].mode) && (length(local.queues[it.queue].peers) > 0)) }

  name              = "/aws/lambda/${local.forwarder_names_2[each.key]}"
  retention_in_days = local.queues[each.value.queue].functions.log_retention_days
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "forwarder"
  }, local.queues[each.value.queue].tags)
}

resource "aws_lambda_function" "forwarder" {
  for_each = { for key, it in local.outgoing : key => it if(contains(["async", "semi-sync"], local.queues[it.queue].mode) && (length(local.queues[it.queue].peers) > 0)) }

  architectures           = [local.queues[each.value.queue].functions.architecture]
  code_signing_config_arn = local.region.code_signing_config_arn
  description             = "Forwards ${each.value.queue}: outbox to standby, from ${var.region} to ${each.value.peer}"
  filename                = ((local.region.package == null) ? "${path.module}/functions/forwarder.zip" : null)
  function_name           = local.forwarder_names_2[each.key]
  handler                 = "index.handler"
  memory_size             = local.queues[each.value.queue].functions.memory_mb
  role                    = aws_iam_role.forwarder[each.key].arn
  runtime                 = local.queues[each.value.queue].functions.runtime
  s3_bucket               = ((local.region.package != null) ? try(local.region.package.s3_bucket, null) : null)
  s3_key                  = ((local.region.package != null) ? "${try(local.region.package.s3_prefix, null)}forwarder.zip" : null)
  source_code_hash        = ((local.region.package == null) ? filebase64sha256("${path.module}/functions/forwarder.zip") : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "forwarder"
  }, local.queues[each.value.queue].tags)
  timeout = local.queues[each.value.queue].functions.timeout_seconds

  environment {
    variables = {
      SQS_MULTI_REGION = jsonencode({
        failoverGroup   = var.failover_group
        logicalQueue    = each.value.queue
        homeRegion      = var.region
        ingressDlqUrl   = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.ingress_dlq_names[each.value.queue]}"
        fifo            = local.queues[each.value.queue].fifo.is_set
        sourceQueueUrl  = "https://sqs.${var.region}.${local.domain}/${local.region.account}/${local.outbox_names[each.key]}"
        peerRegion      = each.value.peer
        standbyQueueUrl = "https://sqs.${each.value.peer}.${local.domain}/${var.regions[each.value.peer].account}/${local.standby_names_2[each.key]}"
      })
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.forwarder[each.key].name
  }

  tracing_config {
    mode = ((local.queues[each.value.queue].functions.tracing == "active") ? "Active" : "PassThrough")
  }

  dynamic "vpc_config" {
    for_each = (local.region.vpc != null) ? [1] : []
    content {
      security_group_ids = try(local.region.vpc.security_group_ids, null)
      subnet_ids         = try(local.region.vpc.subnet_ids, null)
    }
  }
  depends_on = [
    aws_iam_role_policy.forwarder,
  ]
}

resource "aws_lambda_event_source_mapping" "forwarder" {
  for_each = { for key, it in local.outgoing : key => it if(contains(["async", "semi-sync"], local.queues[it.queue].mode) && (length(local.queues[it.queue].peers) > 0)) }

  batch_size                         = local.queues[each.value.queue].functions.batch_size
  enabled                            = true
  event_source_arn                   = aws_sqs_queue.outbox[each.key].arn
  function_name                      = aws_lambda_function.forwarder[each.key].arn
  function_response_types            = ["ReportBatchItemFailures"]
  maximum_batching_window_in_seconds = (!local.queues[each.value.queue].fifo.is_set ? local.queues[each.value.queue].functions.batching_window_seconds : null)
  tags = merge({
    "sqs-multi-region:failover-group" = var.failover_group
    "sqs-multi-region:logical-queue"  = each.value.queue
    "sqs-multi-region:role"           = "forwarder"
  }, local.queues[each.value.queue].tags)

  dynamic "provisioned_poller_config" {
    for_each = local.queues[each.value.queue].functions.provisioned_pollers.is_set ? [1] : []
    content {
      maximum_pollers = local.queues[each.value.queue].functions.provisioned_pollers.maximum
      minimum_pollers = local.queues[each.value.queue].functions.provisioned_pollers.minimum
    }
  }

  dynamic "scaling_config" {
    for_each = (local.queues[each.value.queue].functions.maximum_concurrency != null) ? [1] : []
    content {
      maximum_concurrency = local.queues[each.value.queue].functions.maximum_concurrency
    }
  }
  depends_on = [
    aws_iam_role_policy.forwarder,
  ]
}
